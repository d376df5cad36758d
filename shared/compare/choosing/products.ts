/** Products, each as somebody would describe it, and what that answers. */
import type { Answers } from './questions.ts';

/** A product, and how it answers the questions. */
export interface Product {
  title: string;
  description: string;
  answers: Required<Answers>;
}

/** What is answered where nothing else is said. */
const usual = {
  speaks: 'news',
  pace: 'seconds',
  kind: 'text',
  cached: 'no',
  clients: 'thousands',
  loss: 'nothing',
  proxies: 'calm',
} as const satisfies Answers;

/** Those that can be picked instead of answering questions. */
export const products = {
  board: {
    title: 'A departures board',
    description:
      'A station shows delays on its web page. Some thousand people keep it ' +
      'open; trains change every few seconds. A missed change of platform is ' +
      'a missed train.',
    answers: { ...usual },
  },
  weather: {
    title: 'A weather forecast',
    description:
      'The forecast is made anew each hour, and is the same for a million ' +
      'readers. Ten minutes late is early enough.',
    answers: {
      ...usual,
      pace: 'minutes',
      cached: 'all',
      clients: 'ten-thousands',
      loss: 'older',
    },
  },
  chat: {
    title: 'A chat',
    description:
      'People write to each other, see who is typing, and send a picture now ' +
      'and then. No message may be lost; whether somebody is typing may.',
    answers: { ...usual, speaks: 'both', kind: 'files' },
  },
  auction: {
    title: 'An auction',
    description:
      'Bids come in every few seconds and all bidders see them. Who bids ' +
      'wants to be told at once whether it counted. The catalogue with its ' +
      'pictures does not change.',
    answers: { ...usual, speaks: 'news-asks', cached: 'part' },
  },
  assistant: {
    title: 'A machine that answers',
    description:
      'A person asks a long question. The answer is written word by word, ' +
      'and is read while it comes; then it is over.',
    answers: { ...usual, speaks: 'pieces', pace: 'many' },
  },
  drawing: {
    title: 'A drawing board for several hands',
    description:
      'Ten people draw on one sheet. Each sees the pens of all others, sixty ' +
      'positions a second; only where a pen is now counts.',
    answers: {
      ...usual,
      speaks: 'both',
      pace: 'many',
      kind: 'binary',
      clients: 'hundreds',
      loss: 'older',
    },
  },
  radar: {
    title: 'A radar picture',
    description:
      'An antenna turns. Twenty times a second a strip of bytes goes to some ' +
      'hundred screens, which say nothing back. A strip may be missing.',
    answers: {
      ...usual,
      pace: 'many',
      kind: 'binary',
      clients: 'hundreds',
      loss: 'some',
    },
  },
  album: {
    title: 'A photo album',
    description:
      'Whoever opens it asks for pictures, which never change, and gets them.',
    answers: {
      ...usual,
      speaks: 'asks',
      pace: 'minutes',
      kind: 'binary',
      cached: 'all',
    },
  },
  alarm: {
    title: 'An alarm',
    description:
      'A few times a year all screens of a plant must say at once what to ' +
      'do, and none may miss it.',
    answers: { ...usual, pace: 'minutes', clients: 'hundreds' },
  },
  bank: {
    title: 'Messages in a bank',
    description:
      'Customers get word of their account, and answer now and then. Many ' +
      'sit behind old proxies of their offices, which hold answers back and ' +
      'refuse what is not plain HTTP.',
    answers: { ...usual, speaks: 'news-asks', kind: 'files', proxies: 'old' },
  },
  clinic: {
    title: 'A waiting room',
    description:
      'A screen in each practice shows whose turn it is. The network of the ' +
      'practices holds every answer back until it is whole.',
    answers: {
      ...usual,
      clients: 'hundreds',
      loss: 'older',
      proxies: 'buffering',
    },
  },
  ticker: {
    title: 'Prices for everybody',
    description:
      'Prices change many times a second, but what anybody may see for ' +
      'nothing is the state of some seconds ago, the same for all.',
    answers: {
      ...usual,
      pace: 'many',
      cached: 'all',
      clients: 'ten-thousands',
      loss: 'older',
    },
  },
  sensors: {
    title: 'A page that measures',
    description:
      'A telephone’s page sends what its sensors feel, a hundred readings a ' +
      'second. The server says nothing to that.',
    answers: {
      ...usual,
      speaks: 'asks',
      pace: 'many',
      kind: 'binary',
      clients: 'hundreds',
      loss: 'some',
    },
  },
} as const satisfies Record<string, Product>;
