/** What a search has found, as the home page gets it. */
import { placeInWords } from '@on-the-wire/course/texts/glossary.ts';
import {
  hostAnchor,
  questionId,
} from '@on-the-wire/course/texts/host-anchor.ts';
import { sideTripPrefix } from '@on-the-wire/course/texts/side-trips.ts';
import type { TextSection } from '@on-the-wire/course/texts/sections.ts';
import type { HitMessage, SearchMessage } from '../messages.ts';
import { snippetOf } from './snippet.ts';
import type { Hit, Search } from './search.ts';

const width = 240; // characters of a snippet, at most
const longest = 100; // characters of a query that are looked at

/** Looks for words: an empty query finds nothing. */
export function searchMessage(search: Search, query: string): SearchMessage {
  const words = query.slice(0, longest).trim();
  const hits = search.find(words).map(hitMessage);
  const nearest = hits.length === 0 && words ? search.suggest(words) : [];
  return { hits, nearest };
}

function hitMessage(hit: Hit): HitMessage {
  const { kind, title, place } = hit.entry;
  const found = { kind, title, parts: snippetOf(hit, width) };
  if ('row' in place) {
    const { row, column } = place;
    return { ...found, where: 'The table', to: { kind: 'cell', row, column } };
  }
  const { section, question } = place;
  const where = placeInWords(section);
  const { exercise, lesson } = section;
  return {
    ...found,
    where,
    to: exercise
      ? { kind: 'exercise', id: exercise.id }
      : {
          kind: 'lesson',
          name: lesson.name,
          hash: idInShell(section, question),
        },
  };
}

/** The id that the shell gives a section of a text, or a question in it. */
export function idInShell(
  { step, title, lesson, trip }: TextSection,
  question?: string,
): string {
  if (!question && title === (trip ?? lesson.manifest).title)
    return trip?.name ?? '';
  const heading =
    step === undefined ? hostAnchor(title, new Set()) : `step-${step}`;
  const id = question ? questionId(question) : heading;
  return trip ? sideTripPrefix(trip.name) + id : id;
}
