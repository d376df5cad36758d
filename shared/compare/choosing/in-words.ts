/** What was chosen, in words. */
import { ways, type Choice, type Lack, type Part, type Way } from './choose.ts';

/** A row's question, and a word of one of its cells. */
export interface Cell {
  question: string;
  word: string;
}

const forWhat: Record<Part['what'], string> = {
  all: '',
  news: ' for the news',
  says: ' for what the page sends',
  files: ' for the files',
  kept: ' for what caches may keep',
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

/** `Does it survive a cut by itself? No.` */
export const cellInWords = ({ question, word }: Cell): string =>
  `${question} ${capitalized(word)}.`;

/**
 * `Polling, with ETag: Who may speak first? The page.`
 *
 * @param questionOf the question of a row of the table, by its id
 */
export const lackInWords = (
  { way, row, word }: Lack,
  questionOf: (row: string) => string,
): string =>
  `${capitalized(ways[way].title)}: ${cellInWords({ question: questionOf(row), word })}`;

/**
 * `Does it survive a cut by itself? No: close fires with code 1006.`
 *
 * @param sentence of the cell, which explains its word
 */
export const reminderInWords = (
  { question, word }: Cell,
  sentence: string,
): string => `${question} ${capitalized(word)}: ${sentence}`;

const capitalized = (text: string) => text[0]!.toUpperCase() + text.slice(1);
