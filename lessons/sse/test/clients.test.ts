/** What other people's clients make of a model's answer that breaks off. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type ServerResponse,
} from 'node:http';
import { createInterface } from 'node:readline';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { listenBehindTap } from '@on-the-wire/testing/behind-tap.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithClients } from '@on-the-wire/testing/describe-with-clients.ts';
import express from 'express';
import { createAnswers } from '../answers.ts';
import { answerTo } from '../model.ts';

const closing = closingAfterEach();

/** What a program of `shared/quality/clients` says when an answer has ended. */
interface Ended {
  loop: 'ends' | 'throws';
  error?: string;
  called: string[];
  reason: string | null;
}

type Client = 'openai-create' | 'openai-stream' | 'ai';
const clients: Client[] = ['openai-create', 'openai-stream', 'ai'];

/** The lesson's model behind a tap; its board stands still. */
async function startModel() {
  const feed = createFeed({ rate: 'night' });
  feed.close(); // stops its clock
  const { router, close } = createAnswers({ feed, pace: 10 });
  const responses: ServerResponse[] = [];
  const server = createHttpServer(express().use(router));
  server.on('request', (_request, response) => responses.push(response));
  const tapped = await listenBehindTap(server);
  closing.push(() => server.close().closeAllConnections());
  closing.push(close, tapped.close);
  const { signal } = new AbortController();
  const whole = async (question: string) =>
    (await Array.fromAsync(answerTo(question, { feed, pace: 0, signal }))).join(
      '',
    );
  return { ...tapped, baseURL: `${tapped.origin}/v1`, responses, whole };
}
type Model = Awaited<ReturnType<typeof startModel>>;

/** Starts a program; its lines are read one by one. */
function start(program: string, argument: string) {
  const child = spawn(process.execPath, [program, argument], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const said = createInterface({ input: child.stdout });
  const lines = said[Symbol.asyncIterator]();
  return {
    write: (line: object) => child.stdin.write(`${JSON.stringify(line)}\n`),
    async line(): Promise<string> {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${program} ${argument} has ended`);
      return value;
    },
    async stop() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null)
        await once(child, 'close');
    },
  };
}
type Program = ReturnType<typeof start>;

/**
 * Asks for one answer, and reads it to its end.
 *
 * @param happens is called once two pieces have been read
 */
async function read(program: Program, asked: object, happens = () => {}) {
  program.write(asked);
  for (let text = '', pieces = 0; ;) {
    const said = JSON.parse(await program.line()) as Ended | { text: string };
    if (!('text' in said)) return { ...said, text };
    text += said.text;
    pieces += 1;
    if (pieces === 2) happens();
  }
}

/** What happens to an answer when two pieces of it have come. */
const ways = {
  'comes whole': () => {},
  'ends in order': ({ responses }) => void responses.at(-1)!.end(),
  'ends without its last chunk': ({ cut }) => cut('fin'),
  'is reset': ({ cut }) => cut('rst'),
} satisfies Record<string, (model: Model) => void>;

const ends = (reason: string | null, ...called: string[]) => ({
  loop: 'ends',
  called,
  reason,
});
const throws = (error: string) => ({
  loop: 'throws',
  error,
  called: [],
  reason: null,
});

/** What the code that reads it is told. */
const told: Record<keyof typeof ways, Record<Client, object>> = {
  'comes whole': {
    'openai-create': ends('stop'),
    'openai-stream': ends('stop'),
    ai: ends('stop'),
  },
  'ends in order': {
    'openai-create': ends(null), // as if it were whole
    'openai-stream': throws('OpenAIError: missing finish_reason for choice 0'),
    ai: ends('error', 'onError'),
  },
  'ends without its last chunk': {
    'openai-create': throws('TypeError: terminated'),
    'openai-stream': throws('OpenAIError: terminated'),
    ai: throws('APICallError: Failed to process successful response'),
  },
  'is reset': {
    'openai-create': throws('TypeError: terminated'),
    'openai-stream': throws('OpenAIError: terminated'),
    ai: throws('APICallError: Failed to process successful response'),
  },
};

describeWithClients("a model's answer in another client", (at) => {
  const programs = new Map<Client, Program>();
  beforeAll(() => {
    for (const client of clients)
      programs.set(client, start(at('read-answers.ts'), client));
  });
  afterAll(async () => {
    for (const program of programs.values()) await program.stop();
  });

  const question = 'Which trains leave next?';
  for (const [way, happens] of Object.entries(ways)) {
    test.each(clients)(`that ${way}, in %s`, async (client) => {
      const model = await startModel();
      const asked = { baseURL: model.baseURL, question };
      const { text, ...ended } = await read(programs.get(client)!, asked, () =>
        happens(model),
      );
      expect(ended).toEqual(told[way as keyof typeof ways][client]);
      const whole = await model.whole(question);
      expect(whole.startsWith(text)).toBe(true);
      // What tells a whole answer from all others, whatever the client.
      const isWhole = way === 'comes whole';
      expect(text === whole).toBe(isWhole);
      expect(ended.reason === 'stop').toBe(isWhole);
      // None sends a second request once an answer has begun.
      expect(model.responses.length).toBe(1);
    });
  }

  test.each<[Client, object]>([
    ['openai-create', throws('APIError: The model is overloaded.')],
    ['openai-stream', throws('APIError: The model is overloaded.')],
    ['ai', ends('error', 'onError')],
  ])('that fails after its 200, in %s', async (client, expected) => {
    const { baseURL } = await startModel();
    const asked = { baseURL, question: `${question} Overload!` };
    const { text, ...ended } = await read(programs.get(client)!, asked);
    expect(ended).toEqual(expected);
    expect(text).not.toBe('');
  });

  test.each<[Client, object]>([
    ['openai-create', ends(null)], // as if it were whole
    ['openai-stream', throws('APIUserAbortError: Request was aborted.')],
    ['ai', ends(null, 'onAbort')], // as if it were whole, but for onAbort
  ])('that a deadline of your own ends, in %s', async (client, expected) => {
    // Long enough for two pieces, also on a machine with much to do.
    for (let deadlineMs = 500; ; deadlineMs *= 2) {
      const { baseURL, break: breakIt } = await startModel();
      const asked = { baseURL, question, deadlineMs };
      const { text, ...ended } = await read(programs.get(client)!, asked, () =>
        breakIt('silence'),
      );
      if (text === '' && deadlineMs < 60_000) continue;
      expect(text).not.toBe('');
      expect(ended).toEqual(expected);
      return;
    }
  });
});

describeWithClients('an answer that a server passes on with ai', (at) => {
  test.each(Object.entries(ways))(
    'that %s: the page’s response is whole all the same',
    async (way, happens) => {
      const model = await startModel();
      const program = start(at('pass-answers.ts'), model.baseURL);
      closing.push(program.stop);
      const port = Number(await program.line());
      const response = await fetch(`http://127.0.0.1:${port}/Which%20trains`);
      const decoder = new TextDecoder();
      let text = '';
      let happened = false;
      // It would throw at a response that breaks off.
      for await (const bytes of response.body!) {
        text += decoder.decode(bytes, { stream: true });
        if (happened || text.split('"text-delta"').length < 3) continue;
        happened = true;
        happens(model);
      }
      const finish = /"type":"finish","finishReason":"(\w+)"/.exec(text)?.[1];
      const reasons: Record<string, string> = {
        'comes whole': 'stop',
        'ends in order': 'error',
      };
      expect(finish).toBe(reasons[way]);
      expect(text.includes('"type":"error"')).toBe(way === 'ends in order');
      expect(text.includes('[DONE]')).toBe(way in reasons);
      // Only of an end in order it tells its own code.
      if (way === 'comes whole') return;
      expect(await program.line()).toBe(
        way in reasons ? 'onError' : 'nobody caught AI_APICallError',
      );
    },
  );
});
