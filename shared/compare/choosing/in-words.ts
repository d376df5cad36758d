/** What was chosen, in words. */
import { ways, type Choice, type Lack, type Part, type Way } from './choose.ts';

const forWhat: Record<Part['what'], string> = {
  all: '',
  news: ' for the news',
  says: ' for what the page says',
  files: ' for the files',
  kept: ' for what may be kept',
};

/** `Server-Sent Events for the news; a request for what the page says` */
export function partsInWords({ parts }: Choice): string {
  const said = new Map<Way, string>();
  for (const { what, way } of parts) {
    const before = said.get(way);
    said.set(way, before ? `${before} and${forWhat[what]}` : forWhat[what]);
  }
  return [...said].map(([way, what]) => ways[way].title + what).join('; ');
}

/**
 * `polling, with ETag: “Who may speak first” says “the page”`
 *
 * @param titleOf the title of a row of the table, by its id
 */
export const lackInWords = (
  { way, row, word }: Lack,
  titleOf: (row: string) => string,
): string => `${ways[way].title}: “${titleOf(row)}” says “${word}”`;
