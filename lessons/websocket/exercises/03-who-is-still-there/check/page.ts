/** A page that watches a server of ours, over a connection that can go silent. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import {
  servePageOf,
  type CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { type WebSocket as Client, WebSocketServer } from 'ws';

const intervalMs = 10_000; // between two heartbeats
const timeoutMs = 5_000; // for the response to one
const step = 2_500; // ms: less than anything that is to be told apart

const section = 'step 5 of the tutorial';

/** What the page reports of itself. */
interface State {
  sent: string[];
  heard: number;
  lost: number;
  readyState: number;
}

interface Window {
  mine?: { watchServer?(socket: unknown, options: object): void };
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

  let responses = 'pong';
  const connected = once(sockets, 'connection') as Promise<[Client]>;
  sockets.on('connection', (client) => {
    client.on('error', () => {});
    client.on('message', () => {
      if (responses === 'pong') client.send('{"kind":"pong"}');
      if (responses === 'text') client.send(JSON.stringify(trial.data.line()));
      if (responses === 'bytes') client.send(trial.data.bytes(3));
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
  failed.catch(() => {}); // later, `errors` has them
  await page.clock.install({ time: 0 });
  await page.goto(line.origin);
  await page.clock.pauseAt(3_600_000);

  // Polled, as the clock of the page stands still, and its frames with it.
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
      const state: State = { sent: [], heard: 0, lost: 0, readyState: 0 };
      const send = socket.send.bind(socket);
      socket.send = (data) => {
        state.sent.push(data);
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
      // Added after the learner's: what this has heard, theirs has heard.
      socket.addEventListener('message', () => (state.heard += 1));
      return undefined;
    },
    // `pause` and `patience` are what an early build called them.
    { intervalMs, timeoutMs, pause: intervalMs, patience: timeoutMs },
  );
  if (threw === 'missing')
    trial.fail({
      title: 'The file exports no function watchServer',
      expected:
        'export function watchServer(socket, { intervalMs, timeoutMs, lost })',
    });
  if (threw) trial.fail({ title: 'watchServer threw', details: threw });
  const [client] = await connected;

  const state = () =>
    page.evaluate(() => (globalThis as unknown as Window).state());

  /** The same, once a response to each heartbeat has come, or none can. */
  const responded = () =>
    page.evaluate(async () => {
      const { socket, state: look } = globalThis as unknown as Window;
      const waits = ({ sent, heard, readyState }: State) =>
        readyState === 1 && heard < sent.length;
      while (waits(look()))
        await new Promise<void>((done) => {
          for (const name of ['message', 'close'])
            socket.addEventListener(name, done, { once: true });
        });
      return look();
    });

  /** Time passes; each heartbeat gets its response before it goes on. */
  async function pass(ms: number, otherwise?: (now: State) => void) {
    // If no response is sent there is nothing to wait for.
    const stride = responses === 'none' ? ms : step;
    let now = await state();
    for (let passed = 0; passed < ms; passed += stride) {
      await page.clock.runFor(stride);
      now = await (responses === 'none'
        ? state()
        : trial.within(responded(), () => ({
            title: 'A response does not reach the page',
            section,
          })));
      if (errors.length > 0)
        trial.fail({ title: 'The page throws an error', details: errors[0] });
      otherwise?.(now);
    }
    return now;
  }

  return {
    respondWith: (kind: 'pong' | 'text' | 'bytes') => (responses = kind),
    close: () => page.close(),

    /** It sends heartbeats, gets responses, and keeps the connection. */
    async mustStay(ms: number, kind: 'pong' | 'text' | 'bytes') {
      const before = await state();
      const words = {
        pong: '{"kind":"pong"}',
        text: 'a text',
        bytes: '3 bytes',
      };
      const after = await pass(ms, ({ lost, readyState, sent }) => {
        if (lost === 0 && readyState === 1) return;
        trial.fail({
          title:
            kind === 'pong'
              ? 'A server that responds is given up'
              : 'Only a pong counts',
          sent: `a response at once to each heartbeat: ${words[kind]}`,
          expected: 'the same connection',
          came: `${lost > 0 ? 'lost()' : 'no lost()'}, readyState ${readyState}, after ${sent.length} heartbeats`,
          section,
        });
      });
      const sent = after.sent.slice(before.sent.length);
      const wrong = sent.find((text) => !isHeartbeat(text));
      const parts = {
        sent: `${ms / 1_000} s, with intervalMs: ${intervalMs}, timeoutMs: ${timeoutMs}`,
        expected: '{"kind":"ping"}, each time',
        section,
      };
      if (sent.length === 0)
        trial.fail({
          title: 'The page sends no heartbeat',
          ...parts,
          came: 'nothing',
        });
      if (wrong !== undefined)
        trial.fail({
          title: 'The page sends something else',
          ...parts,
          came: String(wrong),
        });
    },

    async mustNoticeSilence() {
      line.break('silence');
      responses = 'none';
      // At most one more response was under way when it fell silent.
      const now = await pass(intervalMs + timeoutMs + step);
      const parts = {
        sent: `a connection that fell silent, and ${(intervalMs + timeoutMs + step) / 1_000} s`,
        expected: `lost(), ${timeoutMs / 1_000} s after the heartbeat`,
        section,
      };
      const states = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'];
      const came = `readyState ${now.readyState}, ${states[now.readyState]}`;
      if (now.lost === 0)
        trial.fail({
          ...parts,
          title:
            now.readyState === 1
              ? 'The page takes a dead connection for an open one'
              : 'The page closes a dead connection, and waits',
          came: `no lost(): ${came}`,
          note:
            now.readyState === 1
              ? 'it stays so as long as nothing comes'
              : 'the close event waits for a close frame, or for much longer',
        });
      if (now.readyState === 1)
        trial.fail({
          ...parts,
          title: 'The dead socket is kept open',
          came: `lost(), and ${came}`,
        });
      const { lost, sent } = await pass(4 * intervalMs);
      if (lost > 1 || sent.length > now.sent.length)
        trial.fail({
          ...parts,
          title: 'The page goes on after it has given up',
          sent: `${parts.sent}, then ${(4 * intervalMs) / 1_000} s more`,
          expected: 'lost() once, and no more heartbeats',
          came: `lost() ${lost} times, ${sent.length - now.sent.length} heartbeats`,
        });
    },

    async mustRest() {
      responses = 'none';
      client.close(1001);
      await trial.within(
        page.evaluate(async () => {
          const { socket } = globalThis as unknown as Window;
          if (socket.readyState === 3) return;
          await new Promise<void>((done) =>
            socket.addEventListener('close', done),
          );
        }),
        () => ({ title: 'The page does not close', section }),
      );
      const before = await state();
      const { lost, sent } = await pass(4 * intervalMs);
      const more = sent.length - before.sent.length;
      if (lost > 0 || more > 0)
        trial.fail({
          title: 'After the close the page goes on',
          sent: `close 1001, then ${(4 * intervalMs) / 1_000} s`,
          expected:
            'neither a heartbeat nor lost(): the close event was enough',
          came: `${more} heartbeats, lost() ${lost} times`,
          section,
        });
    },
  };
}

function isHeartbeat(text: unknown) {
  try {
    return (JSON.parse(String(text)) as { kind?: unknown }).kind === 'ping';
  } catch {
    return false;
  }
}
