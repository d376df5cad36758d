/** What must be known of a product before its way to talk can be chosen. */

export const questions = {
  speaks: {
    title: 'Who speaks?',
    answers: {
      asks: 'The page: a request, a response',
      pieces: 'The page; the response is long',
      news: 'The server; the page listens',
      'news-asks': 'The server; the page now and then',
      both: 'Both, at any time',
    },
  },
  pace: {
    title: 'How often?',
    answers: {
      minutes: 'Minutes may pass',
      seconds: 'Every few seconds',
      many: 'Many times a second',
    },
  },
  kind: {
    title: 'What is it?',
    answers: {
      text: 'Text',
      files: 'Text, and files',
      binary: 'Binary',
    },
  },
  cached: {
    title: 'May a cache keep it for others?',
    answers: {
      no: 'No: new each time, or for one',
      part: 'Partly: pictures, past items',
      all: 'Yes: the same for many, a bit old',
    },
  },
  clients: {
    title: 'How many wait at the same time?',
    answers: {
      hundreds: 'Hundreds',
      thousands: 'A few thousand',
      'ten-thousands': 'Ten thousand and more',
    },
  },
  loss: {
    title: 'What may be lost?',
    answers: {
      nothing: 'Nothing: each one counts',
      older: 'All but the newest: it is a state',
      some: 'One now and then',
    },
  },
  proxies: {
    title: 'What stands between?',
    answers: {
      calm: 'Nothing that buffers',
      own: 'A buffering proxy of mine',
      buffering: 'Buffering proxies of others',
      old: 'Such proxies, without WebSocket',
    },
  },
} as const;

type Questions = typeof questions;
/** The name of a question. */
export type Question = keyof Questions;

/** What was answered so far: the name of an answer for each question. */
export type Answers = {
  [Q in Question]?: keyof Questions[Q]['answers'];
};

/** The questions that have no answer yet, in order. */
export const unanswered = (answers: Answers): Question[] =>
  (Object.keys(questions) as Question[]).filter((name) => !answers[name]);
