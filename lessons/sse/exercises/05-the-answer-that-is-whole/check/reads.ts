/** Where a read may end, and where a body may. */
import { type Answer, error, type Event, type Form } from './answer.ts';

const after = (bytes: Buffer, text: string, more = 0) =>
  bytes.indexOf(text) + text.length + more;

/** Places within an event, in bytes: where the first of two reads ends. */
export const reads = {
  'within a character': (bytes: Buffer) => after(bytes, 'Z', 1),
  'within a character of four bytes': (bytes: Buffer) =>
    bytes.indexOf('🚆') + 2,
  'within the id': (bytes: Buffer) => after(bytes, 'id: ', 2),
  'within the name of a field': (bytes: Buffer) => after(bytes, '\nda'),
  'after a colon': (bytes: Buffer) => after(bytes, '\ndata:'),
  'within the JSON': (bytes: Buffer) => after(bytes, '"choices"'),
  'before the empty line': (bytes: Buffer) => bytes.length - 1,
};

/** An event that comes in half. */
interface Half {
  what: string;
  form?: Form;
  make(answer: Answer, form?: Form): Event;
  /** How many bytes of it come. */
  at(bytes: Buffer): number;
}

const piece = (answer: Answer, form?: Form) => answer.piece(form);
const all = (bytes: Buffer) => bytes.length - 1;

/** What is no event, wherever the body ends. */
export const halves: Half[] = [
  {
    what: 'half of the next id',
    make: piece,
    at: (bytes) => bytes.indexOf('\n') - 2,
  },
  {
    what: 'half of the next event, its id whole',
    make: piece,
    at: (bytes) => after(bytes, '"object"'),
  },
  {
    what: 'the next event up to the middle of a character',
    make: piece,
    at: reads['within a character'],
  },
  {
    what: 'the next event without its empty line',
    make: piece,
    at: all,
  },
  {
    what: 'the next event, of several lines, without the last two',
    form: { lines: true },
    make: piece,
    at: (bytes) => bytes.lastIndexOf('\ndata:') + 1,
  },
  {
    what: 'the next event without its id, which comes last',
    form: { idLast: true },
    make: piece,
    at: (bytes) => bytes.lastIndexOf('id: '),
  },
  {
    what: 'an error without its empty line',
    make: () => ({ id: '', text: '', bytes: error }),
    at: all,
  },
  {
    what: 'a finish_reason without its empty line',
    make(answer) {
      const event = answer.finish();
      answer.forget();
      return event;
    },
    at: all,
  },
];
