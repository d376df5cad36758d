/** What an expert would mention that no row and no column of the table has. */
import type { Answers } from './questions.ts';

interface Hint {
  when(answers: Answers): boolean;
  /** A whole sentence, or two. */
  says: string;
}

const listens = ({ speaks }: Answers) =>
  speaks === 'news' || speaks === 'news-asks' || speaks === 'both';

const hints: readonly Hint[] = [
  {
    when: (answers) =>
      listens(answers) &&
      answers.pace === 'minutes' &&
      answers.loss === 'nothing',
    says:
      'If it must arrive while the page is closed, use the Push API: none of ' +
      'these ways does that.',
  },
  {
    when: ({ speaks, pace, loss }) =>
      speaks === 'both' && pace === 'many' && loss !== 'nothing',
    says:
      'If a late update is worthless, look at datagrams, which do not wait ' +
      'for a lost one: WebTransport, or a data channel of WebRTC. Keep ' +
      'WebSocket for browsers and networks without them.',
  },
  {
    when: ({ speaks, kind }) => speaks === 'asks' && kind === 'binary',
    says:
      'If an upload is large and must survive a cut, send it in parts, or ' +
      'with a protocol for resumable uploads.',
  },
];

/** What to look at beyond the table, in sentences. */
export const beyondTheTable = (answers: Answers): string[] =>
  hints.filter(({ when }) => when(answers)).map(({ says }) => says);
