/** Conditions as the learner reads them, once they are true. */
import type { Atom, PageAtom, UnitAtom } from './condition.ts';

/**
 * What was seen, in a sentence part of the past: `fault reset was set`.
 *
 * @param value what the page showed, where it is about the page
 */
export function conditionInWords(atom: Atom, value?: string): string {
  switch (atom.what) {
    case 'fault': {
      const { name, change, link } = atom;
      return `fault ${name} was ${change}${link === undefined ? '' : ` on ${link}`}`;
    }
    case 'no faults':
      return 'all faults were mended';
    case 'cut':
      return atom.times === 1
        ? 'the connections were cut'
        : `the connections were cut ${atom.times} times`;
    case 'unit':
      return unitInWords(atom);
    case 'note': {
      const { kind, text } = atom;
      const what = {
        open: 'a connection was opened',
        end: 'a connection ended',
        fault: 'a fault was injected',
      }[kind];
      return text === undefined ? what : `${what}: ${text}`;
    }
    case 'page':
      return pageInWords(atom, value);
    case 'file':
      return `${atom.name} was saved`;
    case 'request':
      return `${atom.method} ${atom.path} came from outside the browser`;
  }
}

function unitInWords(atom: UnitAtom): string {
  const { how, kind, direction, texts, field, bytes, broken, link } = atom;
  const size =
    bytes?.[0] === bytes?.[1] ? `${bytes?.[0]}` : bytes?.join(' to ');
  return [
    `${kind}${texts.length > 0 ? ` “${texts.join('”, “')}”` : ''}`,
    direction && (direction === 'up' ? 'to the server' : 'from the server'),
    link !== undefined && `on ${link}`,
    field !== undefined && `with ${field}`,
    bytes && `of ${size} bytes`,
    broken && 'that is not whole',
    how === 'came' ? 'came' : 'was opened',
  ]
    .filter(Boolean)
    .join(' ');
}

const SHORT = 80; // characters of what the page shows

/** Where it is not known any more what the page showed, what it was to show. */
function pageInWords({ test }: PageAtom, value: string | undefined): string {
  const isShort = value !== undefined && value.length <= SHORT;
  if (test.how === 'lacks' && !isShort)
    return `the page did not show “${test.text}”`;
  const expected =
    test.how === 'range' ? `${test.from} to ${test.to}` : test.text;
  return `the page showed “${isShort ? value : partOf(value ?? expected, expected)}”`;
}

/** Of a long list, such as a log, what the condition is about. */
function partOf(value: string, about: string): string {
  const from = Math.max(0, value.indexOf(about) - 20);
  const part = value.slice(from, from + SHORT).trim();
  const isEnd = from + SHORT >= value.length;
  return `${from > 0 ? '… ' : ''}${part}${isEnd ? '' : ' …'}`;
}
