/** What a search has found, as lines for a terminal. */
import { styleText } from 'node:util';
import { placeInWords } from '@on-the-wire/course/texts/glossary.ts';
import { asTyped, pnpm } from '@on-the-wire/system/as-typed.ts';
import { wrap } from '@on-the-wire/system/wrap.ts';
import { snippetOf } from './snippet.ts';
import type { Hit, Search } from './search.ts';

const columns = 80;
const most = 12;

/**
 * Looks for words and says what was found, and where to read on.
 *
 * @param stream decides about colours
 * @returns the text, and whether anything was found
 */
export function findInTerminal(
  search: Search,
  query: string,
  stream: NodeJS.WritableStream,
): { text: string; found: boolean } {
  const hits = search.find(query, most + 1);
  if (hits.length === 0) {
    const nearest = search.suggest(query);
    const hint =
      nearest.length > 0 ? ` Did you mean ${nearest.join(', ')}?` : '';
    return { text: `Nothing says “${query}”.${hint}\n`, found: false };
  }
  const style = (format: 'bold' | 'dim', text: string) =>
    styleText(format, text, { stream });
  const shown = hits.slice(0, most).map((hit) => {
    const { title, kind } = hit.entry;
    const indent = ' '.repeat(4);
    const text = snippetOf(hit, 3 * (columns - indent.length)).join('');
    return (
      `  ${style('bold', title)}  ${style('dim', kind)}\n` +
      wrap(text, columns - indent.length)
        .map((line) => `${indent}${line}\n`)
        .join('') +
      `${indent}${style('dim', '→')} ${whereTo(hit)}\n`
    );
  });
  const more =
    hits.length > most ? '\n  There is more: add a word to narrow it.\n' : '';
  return { text: `\n${shown.join('\n')}${more}\n`, found: true };
}

function whereTo({ entry, block }: Hit): string {
  const { place } = entry;
  if ('row' in place) return `${pnpm} compare --claims --only ${place.row}`;
  const { section } = place;
  const line = block.line || place.line;
  const file = `lessons/${section.file}:${line}`;
  const command = section.exercise
    ? `${pnpm} exercise ${section.exercise.id}`
    : asTyped(
        section.trip?.command ?? `npx -y pnpm lesson ${section.lesson.name}`,
      );
  const where = `${placeInWords(section)}:`;
  // A command that can be copied stays one line.
  const gap = `${where} ${command}`.length > columns - 6 ? '\n      ' : ' ';
  return `${where}${gap}${command}\n      ${file}`;
}
