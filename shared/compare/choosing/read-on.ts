/** Where the course shows what a product's maker will ask next. */
import { ways, type Choice, type Way } from './choose.ts';
import type { Answers } from './questions.ts';

/** A place of the course. */
export interface ReadOn {
  /** What is asked there. */
  question: string;
  /** The name of its lesson. */
  lesson: string;
  /** The id that the lesson's shell gives the place. */
  hash: string;
}

interface Lead extends ReadOn {
  when(answers: Answers, taken: ReadonlySet<Way>): boolean;
}

const isStreamed = (taken: ReadonlySet<Way>) =>
  taken.has('sse') || taken.has('websocket');

const leads: readonly Lead[] = [
  {
    question: 'What does a second visit cost?',
    lesson: 'xhr',
    hash: 'step-6',
    when: ({ cached }, taken) =>
      cached !== 'no' && (taken.has('request') || taken.has('poll')),
  },
  {
    question: 'How does an upload survive a cut?',
    lesson: 'xhr',
    hash: 'uploads',
    when: ({ speaks, kind }) =>
      kind === 'files' || (speaks === 'asks' && kind === 'binary'),
  },
  {
    question: 'Is a model’s answer complete, or was it cut?',
    lesson: 'sse',
    hash: 'step-7',
    when: ({ speaks }) => speaks === 'pieces',
  },
  {
    question: 'How does a page from https:// open a WebSocket?',
    lesson: 'websocket',
    hash: 'wss',
    when: (_, taken) => taken.has('websocket'),
  },
  {
    question: 'What if a permission expires while the connection is open?',
    lesson: 'websocket',
    hash: 'step-7',
    when: (_, taken) => taken.has('websocket'),
  },
  {
    question: 'How do I deploy, and lose no update?',
    lesson: 'sse',
    hash: 'deploy',
    when: ({ loss }, taken) => loss === 'nothing' && isStreamed(taken),
  },
];

const lessonOf: Record<Way, string> = {
  request: 'xhr',
  poll: 'xhr',
  'poll-list': 'xhr',
  'long-poll': 'xhr',
  stream: 'xhr',
  sse: 'sse',
  websocket: 'websocket',
};

/**
 * Looks up what to read once all questions are answered.
 *
 * @returns in the order of the lessons; the last is how to test the first way
 *   that was chosen
 */
export function readOn(answers: Answers, { parts }: Choice): ReadOn[] {
  const taken = new Set(parts.map(({ way }) => way));
  const [first] = taken;
  return [
    ...leads.filter(({ when }) => when(answers, taken)),
    {
      question: `How do I test ${first ? ways[first].title : 'this'}?`,
      lesson: first ? lessonOf[first] : 'xhr',
      hash: 'question-how-do-i-test-this',
    },
  ].map(({ question, lesson, hash }) => ({ question, lesson, hash }));
}
