/** Products, each as somebody would describe it, and what it needs. */
import type { Answers } from './questions.ts';

/** A product, and what it needs. */
export interface Product {
  title: string;
  description: string;
  answers: Required<Answers>;
}

/** What holds for most products. */
const usual = {
  speaks: 'news',
  pace: 'seconds',
  kind: 'text',
  cached: 'no',
  clients: 'thousands',
  loss: 'nothing',
  proxies: 'calm',
} as const satisfies Answers;

/** Those that a reader can choose on the home page. */
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
      'A new forecast is made every hour, and is the same for a million ' +
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
      'Bids come in every few seconds, and all bidders see them. A bidder ' +
      'wants to know at once whether a bid counted. The catalogue and its ' +
      'pictures do not change.',
    answers: { ...usual, speaks: 'news-asks', cached: 'part' },
  },
  assistant: {
    title: 'An assistant',
    description:
      'A person asks a long question. A language model answers word by ' +
      'word, and the person reads along until the answer is complete.',
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
      'An antenna turns. Twenty times a second it sends a strip of bytes to ' +
      'about a hundred screens, which send nothing. A strip may be missing.',
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
    description: 'A visitor opens it and sees pictures, which never change.',
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
      'Customers get messages about their account and reply now and then. ' +
      'Many sit behind old office proxies, which buffer responses and refuse ' +
      'everything that is not plain HTTP.',
    answers: { ...usual, speaks: 'news-asks', kind: 'files', proxies: 'old' },
  },
  clinic: {
    title: 'A waiting room',
    description:
      'A screen in every practice shows whose turn it is. A proxy in the ' +
      'network of the practices buffers every response.',
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
      'Prices change many times a second, but without an account people see ' +
      'the prices of some seconds ago, the same for all.',
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
      'A page on a phone sends what the sensors measure, a hundred readings ' +
      'a second. The server sends nothing back.',
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
