/**
 * Where a text cites a standard: `RFC 9110, 7.6.1`, `HTML, 9.2.5`,
 * `Fetch, 4.8`, `MQTT, 3.3.1`. Several sections follow each other with commas,
 * "and" or "to"; appendixes are called `appendix B`. The other ways that people
 * have of saying it are read, too, and told apart (`form`).
 */

/** One section that is cited, or a standard as a whole. */
export interface Citation {
  /** As the table of standards calls it: RFC 9110, HTML, Fetch, MQTT. */
  standard: string;
  /** 7.6.1, or appendix B; without it the whole standard is meant. */
  section?: string;
  /** Where it begins in the text. */
  index: number;
  /** As it is written. */
  written: string;
  /** Whether it is written in the one form of this tree. */
  isUnified: boolean;
}

const number = String.raw`\d+(?:\.\d+)*(?![\w.]*\d)`;
const appendix = String.raw`[Aa]ppendix [A-Z](?:\.\d+)*`;
const section = `(?:${number}|${appendix})`;
const names = String.raw`RFC ?\d{3,5}|WHATWG\s+(?:HTML|Fetch|Streams|URL|DOM|WebSockets|Encoding)|HTML(?: Standard)?|Fetch(?: Standard)?|Streams|WebSockets|Encoding|DOM|URL|MQTT 5(?=, \d)|MQTT(?:,? 3\.1\.1)?`;

/** The name, what is between, and the sections. */
const cited = new RegExp(
  String.raw`\b(?<name>${names})` +
    // After the target of a link, too: [RFC 9110](https://…), 7.6.1
    String.raw`(?:(?<between>(?:\]\([^)\s]*\))?,?\s+(?:[Ss]ections?\s+|§+\s*|clauses?\s+)?)` +
    String.raw`(?<sections>${section}(?:(?:,?\s+(?:and|to|or)\s+|,\s+|[–-])${section})*))?`,
  'g',
);

/** These are no standard unless a section follows: HTML is also a language. */
const onlyWithSection = /^(?!RFC)/;

/** All citations of a text, in their order. */
export function citationsIn(text: string): Citation[] {
  return [...text.matchAll(cited)].flatMap(({ index, 0: all, groups }) => {
    const { name = '', between = '', sections } = groups ?? {};
    const standard = standardOf(name);
    const written = all.replaceAll(/\s+/g, ' ');
    if (sections === undefined)
      return onlyWithSection.test(standard)
        ? []
        : [{ standard, index, written, isUnified: name === standard }];
    if (isVersion(name, between, sections)) return [];
    if (standard !== name && !/^RFC|WHATWG|MQTT/.test(name)) return [];
    // Of HTML and the like a bare number is no section: "HTML 5".
    if (onlyWithSection.test(standard) && !/\.|ppendix/.test(sections))
      return [];
    const isUnified =
      name === standard &&
      between.replace(/^\]\([^)]*\)/, '').replaceAll(/\s+/g, ' ') === ', ';
    return sectionsOf(sections).map((one) => ({
      standard,
      section: one,
      index,
      written,
      isUnified,
    }));
  });
}

/** "MQTT 3.1.1", "MQTT 3.1, 3.1.1 and 5"; but "MQTT, 3.1" is a section. */
function isVersion(name: string, between: string, sections: string): boolean {
  if (name !== 'MQTT') return false;
  const all = sectionsOf(sections);
  return (
    all.every((one) => /^(?:3\.1|3\.1\.1|5|5\.0)$/.test(one)) &&
    (all.length > 1 || !between.includes(','))
  );
}

function standardOf(name: string): string {
  const rfc = /^RFC ?(\d+)$/.exec(name)?.[1];
  if (rfc !== undefined) return `RFC ${rfc}`;
  if (name === 'MQTT 5') return name;
  if (name.startsWith('MQTT')) return 'MQTT';
  return name.replace(/^WHATWG\s+/, '').replace(/ Standard$/, '');
}

function sectionsOf(text: string): string[] {
  return [...text.matchAll(new RegExp(section, 'g'))].map(([found]) =>
    found.replace(/^A/, 'a'),
  );
}
