/**
 * Links of a tutorial that point at a control. They lead nowhere on a Git host;
 * in the shell they show where the control is. What they name is a control of
 * the lesson's page (`#page:report`, `#page:rate=over`), of the wire
 * (`#wire:fault:reset`) or of the shell itself (`#shell:own-tab`).
 *
 * What must be in view together with a control of the page follows after commas:
 * `#page:rate=over,state` shows the choice and the state at the same time.
 */

/** What such a link names. */
export interface PointTarget {
  place: 'page' | 'wire' | 'shell';
  /** The control's name in that place: `rate=over`, `fault:reset`. */
  control: string;
  /** Names of what must be in view at the same time; of the page only. */
  beside: string[];
}

/**
 * Reads the target of a link.
 *
 * @param href as it stands in the text, percent-encoded or not
 * @returns undefined if it points at no control
 */
export function readPointTarget(href: string): PointTarget | undefined {
  const [, place, rest = ''] = /^#(page|wire|shell):(.+)$/.exec(href) ?? [];
  if (place !== 'page' && place !== 'wire' && place !== 'shell')
    return undefined;
  const [control = '', ...beside] = (
    place === 'page' ? rest.split(',') : [rest]
  ).map(decode);
  return { place, control, beside };
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
