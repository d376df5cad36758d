/** A page that watches a server of ours, over a line that can fall silent. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import {
  servePageOf,
  type CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { type WebSocket as Client, WebSocketServer } from 'ws';

const pause = 10_000; // ms between two questions
const patience = 5_000; // ms that an answer may take
const step = 2_500; // ms: less than anything that is to be told apart

const section = 'step 5 of the tutorial';

/** What the page says of itself. */
interface State {
  asked: string[];
  heard: number;
  lost: number;
  readyState: number;
}

interface Window {
  mine?: { watchServer?(socket: unknown, wishes: object): void };
  state(): State;
  socket: {
    readyState: number;
    send(data: string): void;
    addEventListener(
      name: string,
      listener: () => void,
      options?: { once: boolean },
    ): void;
  };
  WebSocket: new (url: string) => Window['socket'];
}

export async function openPage(trial: CheckContext) {
  const files = servePageOf(trial.file);
  const server = createServer((request, response) => files(request, response));
  const sockets = new WebSocketServer({ server });
  const { port } = await trial.listen(server);
  const line = await trial.line(port);
  trial.defer(() => {
    for (const client of sockets.clients) client.terminate();
  });

  let answers = 'pong';
  const connected = once(sockets, 'connection') as Promise<[Client]>;
  sockets.on('connection', (client) => {
    client.on('error', () => {});
    client.on('message', () => {
      if (answers === 'pong') client.send('{"kind":"pong"}');
      if (answers === 'text') client.send(JSON.stringify(trial.data.line()));
      if (answers === 'bytes') client.send(trial.data.bytes(3));
    });
  });

  const page = await trial.page();
  const errors: string[] = [];
  const failed = new Promise<never>((_resolve, reject) => {
    page.on('pageerror', (error) => {
      errors.push(String(error.stack));
      reject(error);
    });
  });
  failed.catch(() => {}); // later on `errors` tells
  await page.clock.install({ time: 0 });
  await page.goto(line.origin);
  await page.clock.pauseAt(3_600_000);

  // Frames are no timers: the clock that stands must not hold this up.
  const loaded = page.waitForFunction(
    () => (globalThis as unknown as Window).mine,
    undefined,
    { polling: 50 },
  );
  await trial.within(Promise.race([loaded, failed]), () => ({
    title: 'The file does not load in a browser',
    details: errors[0],
  }));
  const threw = await page.evaluate(
    async (given) => {
      const here = globalThis as unknown as Window;
      if (!here.mine?.watchServer) return 'missing';
      const socket = new here.WebSocket(location.href.replace('http', 'ws'));
      const state: State = { asked: [], heard: 0, lost: 0, readyState: 0 };
      const send = socket.send.bind(socket);
      socket.send = (data) => {
        state.asked.push(data);
        send(data);
      };
      here.socket = socket;
      here.state = () => ({ ...state, readyState: socket.readyState });
      await new Promise<void>((done) => socket.addEventListener('open', done));
      const lost = () => (state.lost += 1);
      try {
        here.mine.watchServer(socket, { ...given, lost });
      } catch (error) {
        return String((error as Error).stack);
      }
      // Behind the learner's: what it has heard, the page's code has heard.
      socket.addEventListener('message', () => (state.heard += 1));
      return undefined;
    },
    { pause, patience },
  );
  if (threw === 'missing')
    trial.fail({
      title: 'The file exports no function watchServer',
      expected: 'export function watchServer(socket, wishes)',
    });
  if (threw) trial.fail({ title: 'watchServer threw', details: threw });
  const [client] = await connected;

  const state = () =>
    page.evaluate(() => (globalThis as unknown as Window).state());

  /** The same, once each question has its answer, or is in vain. */
  const answered = () =>
    page.evaluate(async () => {
      const { socket, state: look } = globalThis as unknown as Window;
      const waits = ({ asked, heard, readyState }: State) =>
        readyState === 1 && heard < asked.length;
      while (waits(look()))
        await new Promise<void>((done) => {
          for (const name of ['message', 'close'])
            socket.addEventListener(name, done, { once: true });
        });
      return look();
    });

  /** Time passes; each question gets its answer before it goes on. */
  async function pass(ms: number, otherwise?: (now: State) => void) {
    // Where nobody answers there is nothing to wait for.
    const stride = answers === 'none' ? ms : step;
    let now = await state();
    for (let passed = 0; passed < ms; passed += stride) {
      await page.clock.runFor(stride);
      now = await (answers === 'none'
        ? state()
        : trial.within(answered(), () => ({
            title: 'An answer does not reach the page',
            section,
          })));
      if (errors.length > 0)
        trial.fail({ title: 'The page throws an error', details: errors[0] });
      otherwise?.(now);
    }
    return now;
  }

  return {
    answerWith: (what: 'pong' | 'text' | 'bytes') => (answers = what),
    close: () => page.close(),

    /** It asks, is answered, and believes it. */
    async mustStay(ms: number, answer: 'pong' | 'text' | 'bytes') {
      const before = await state();
      const words = {
        pong: '{"kind":"pong"}',
        text: 'a text',
        bytes: '3 bytes',
      };
      const after = await pass(ms, ({ lost, readyState, asked }) => {
        if (lost === 0 && readyState === 1) return;
        trial.fail({
          title:
            answer === 'pong'
              ? 'A server that answers is given up'
              : 'Only a pong is taken for an answer',
          sent: `an answer at once to each question: ${words[answer]}`,
          expected: 'the same connection',
          came: `${lost > 0 ? 'lost()' : 'no lost()'}, readyState ${readyState}, after ${asked.length} questions`,
          section,
        });
      });
      const asked = after.asked.slice(before.asked.length);
      const wrong = asked.find((text) => !isQuestion(text));
      const parts = {
        sent: `${ms / 1_000} s, with pause: ${pause}, patience: ${patience}`,
        expected: '{"kind":"ping"}, each time',
        section,
      };
      if (asked.length === 0)
        trial.fail({
          title: 'The page asks nothing',
          ...parts,
          came: 'nothing',
        });
      if (wrong !== undefined)
        trial.fail({
          title: 'The page asks in other words',
          ...parts,
          came: String(wrong),
        });
    },

    async mustNoticeSilence() {
      line.break('silence');
      answers = 'none';
      // At most one answer more was still counted, when it fell silent.
      const now = await pass(pause + patience + step);
      const parts = {
        sent: `a line that fell silent, and ${(pause + patience + step) / 1_000} s`,
        expected: `lost(), ${patience / 1_000} s after the question`,
        section,
      };
      const states = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'];
      const came = `readyState ${now.readyState}, ${states[now.readyState]}`;
      if (now.lost === 0)
        trial.fail({
          ...parts,
          title:
            now.readyState === 1
              ? 'The page believes that a dead line is open'
              : 'The page says goodbye to a dead line, and waits',
          came: `no lost(): ${came}`,
          note:
            now.readyState === 1
              ? 'it stays so for as long as nothing comes'
              : 'close comes when the goodbye is answered, or much later',
        });
      if (now.readyState === 1)
        trial.fail({
          ...parts,
          title: 'The dead socket is kept open',
          came: `lost(), and ${came}`,
        });
      const { lost, asked } = await pass(4 * pause);
      if (lost > 1 || asked.length > now.asked.length)
        trial.fail({
          ...parts,
          title: 'The page goes on after it has given up',
          sent: `${parts.sent}, then ${(4 * pause) / 1_000} s more`,
          expected: 'lost() once, and no more questions',
          came: `lost() ${lost} times, ${asked.length - now.asked.length} questions`,
        });
    },

    async mustRest() {
      answers = 'none';
      client.close(1001);
      await trial.within(
        page.evaluate(async () => {
          const { socket } = globalThis as unknown as Window;
          if (socket.readyState === 3) return;
          await new Promise<void>((done) =>
            socket.addEventListener('close', done),
          );
        }),
        () => ({ title: 'The page does not say goodbye', section }),
      );
      const before = await state();
      const { lost, asked } = await pass(4 * pause);
      const more = asked.length - before.asked.length;
      if (lost > 0 || more > 0)
        trial.fail({
          title: 'After the close the page goes on',
          sent: `close 1001, then ${(4 * pause) / 1_000} s`,
          expected: 'neither a question nor lost(): close has said it',
          came: `${more} questions, lost() ${lost} times`,
          section,
        });
    },
  };
}

function isQuestion(text: unknown) {
  try {
    return (JSON.parse(String(text)) as { kind?: unknown }).kind === 'ping';
  } catch {
    return false;
  }
}
