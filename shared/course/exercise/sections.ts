/** Where a section of a standard can be read. */

const numbered = /^RFC (\d+)(?:,? (?:section )?(\d[\d.]*))?/;

/** @returns undefined for what is no standard */
export function urlOfSection(section: string): string | undefined {
  const [, rfc, part] = numbered.exec(section) ?? [];
  if (rfc) {
    const anchor = part ? `#section-${part.replace(/\.$/, '')}` : '';
    return `https://www.rfc-editor.org/rfc/rfc${rfc}${anchor}`;
  }
  if (/^(?:WHATWG )?HTML,? 9\.2\b/.test(section))
    return 'https://html.spec.whatwg.org/multipage/server-sent-events.html';
  if (/^(?:WHATWG )?Fetch\b/.test(section))
    return 'https://fetch.spec.whatwg.org/';
  return undefined;
}
