/** A page that watches servers of ours, over connections that can go silent. */
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type {
  CheckContext,
  FailureParts,
} from '@on-the-wire/course/exercise/check.ts';
import { FilePage, servePageOf } from '@on-the-wire/course/exercise/page-of.ts';
import { type WebSocket as Client, WebSocketServer } from 'ws';

/** With what `watchServer` is called, `lost` aside; in ms. */
interface Times {
  intervalMs: number;
  timeoutMs: number;
}

/** What the page knows of one connection; times in ms since it is watched. */
interface State {
  sent: { at: number; data: unknown }[];
  lost: number[];
  readyState: number;
  now: number;
}

interface Socket {
  readyState: number;
  send(data: string): void;
  addEventListener(name: string, listener: () => void): void;
}

interface Window {
  mine: { watchServer(socket: unknown, options: object): void };
  watched: { state(): State; socket: Socket }[];
  WebSocket: new (url: string) => Socket;
}

const section = 'step 5 of the tutorial';
const slack = 300; // ms: for code that looks at a clock now and then

const messages = {
  pong: '{"kind":"pong"}',
  text: 'another text',
  bytes: '3 bytes',
};
type Kind = keyof typeof messages;

/** What is wrong where one of these does not help. */
const titles = {
  pong: 'A server that responds is given up',
  text: 'Only a pong counts',
  bytes: 'Bytes do not count',
};
const doesNotCount =
  'A message that came after a heartbeat does not count for it';

export async function openPage(trial: CheckContext) {
  const { data } = trial;
  const files = servePageOf(trial.file);
  const server = createServer((request, response) => files(request, response));
  const sockets = new WebSocketServer({ server });
  const { port, origin } = await trial.listen(server);
  trial.defer(() => {
    for (const client of sockets.clients) client.terminate();
  });
  sockets.on('connection', (client) => client.on('error', () => {}));
  // Theirs alone: the page itself needs no faults.
  const line = await trial.line(port, { faults: [] });

  /** How many messages each connection has heard; Infinity after its end. */
  const heard: number[] = [];
  const news = new EventEmitter<{ heard: [] }>();
  const page = await FilePage.open(trial, origin, {
    name: 'watchServer',
    usage: 'watchServer(socket, { intervalMs, timeoutMs, lost })',
    hear([what, at]) {
      heard[Number(at)]! += what === 'message' ? 1 : Infinity;
      news.emit('heard');
    },
  });

  /** So many ms pass in the page. */
  async function pass(ms: number) {
    if (ms > 0) await page.pass(ms);
    const [error] = page.errors;
    if (error === undefined) return;
    trial.fail({ title: 'The page throws an error', details: error });
  }

  /** Opens a connection, and lets the learner's code watch it. */
  async function watch(times: Times) {
    line.break();
    const connected = once(sockets, 'connection') as Promise<[Client]>;
    const threw = await page.evaluate(
      async ({ url, at, given }) => {
        const here = globalThis as unknown as Window;
        const socket = new here.WebSocket(url);
        await new Promise<void>((done) =>
          socket.addEventListener('open', done),
        );
        const begun = Date.now();
        const now = () => Date.now() - begun;
        const state: Omit<State, 'readyState' | 'now'> = {
          sent: [],
          lost: [],
        };
        const send = socket.send.bind(socket);
        socket.send = (message) => {
          state.sent.push({ at: now(), data: message });
          send(message);
        };
        here.watched ??= [];
        here.watched.push({
          socket,
          state: () => ({
            ...state,
            readyState: socket.readyState,
            now: now(),
          }),
        });
        const lost = () => state.lost.push(now());
        try {
          here.mine.watchServer(socket, { ...given, lost });
        } catch (error) {
          return describeError(error);
        }
        // Added after the learner's: what this has heard, theirs has heard.
        for (const name of ['message', 'close'])
          socket.addEventListener(name, () => note(name, at));
        return undefined;
      },
      {
        url: line.origin.replace('http', 'ws'),
        at: String(heard.push(0) - 1),
        // `pause` and `patience` are what an early build called them.
        given: { ...times, pause: times.intervalMs, patience: times.timeoutMs },
      },
    );
    if (threw) trial.fail({ title: 'watchServer threw', details: threw });
    const [client] = await connected;
    return watchedConnection(heard.length - 1, client, times);
  }

  function watchedConnection(index: number, client: Client, times: Times) {
    const { intervalMs, timeoutMs } = times;
    const given = `intervalMs: ${intervalMs}, timeoutMs: ${timeoutMs}`;
    let said = 0;

    const look = () =>
      page.evaluate(
        (at) => (globalThis as unknown as Window).watched[at]!.state(),
        index,
      );

    function fail(parts: FailureParts): never {
      return trial.fail({ section, ...parts });
    }

    /** The server sends this, and the page hears it. */
    async function hear(kind: Kind) {
      said += 1;
      if (kind === 'pong') client.send('{"kind":"pong"}');
      if (kind === 'text') client.send(JSON.stringify(data.line()));
      if (kind === 'bytes') client.send(data.bytes(3));
      await trial.within(hasHeard(said), () => ({
        title: 'A message does not reach the page',
        section,
      }));
    }

    /** Resolves when it has heard so many messages, or its end. */
    async function hasHeard(count: number) {
      while (heard[index]! < count) await once(news, 'heard');
    }

    /** The next heartbeat, sent just now: some send one at once. */
    async function heartbeat() {
      const { sent } = await look();
      if (sent.length === 0) await pass(intervalMs);
    }

    /** It has the connection still, and `lost` was not called. */
    async function mustHaveKept(sent: string, title: string) {
      const state = await look();
      mustBeHeartbeats(state);
      if (state.lost.length === 0 && state.readyState === 1) return;
      fail({
        title,
        sent: `${given}; ${sent}`,
        expected: 'the same connection',
        came: describe(state),
      });
    }

    /** Each of them at its time, and right. */
    function mustBeHeartbeats({ sent, now, lost, readyState }: State) {
      const parts = {
        sent: `${given}; ${now} ms`,
        expected: `{"kind":"ping"} every ${intervalMs} ms`,
      };
      if (sent.length === 0 && now <= intervalMs + slack) return;
      if (sent.length === 0)
        fail({
          title: 'The page sends no heartbeat',
          ...parts,
          came: 'nothing',
        });
      const wrong = sent.find((one) => !isHeartbeat(one.data));
      if (wrong)
        fail({
          title: 'The page sends something else',
          ...parts,
          came:
            typeof wrong.data === 'string' ? wrong.data : '(it is no string)',
        });
      const isOff = sent.some(({ at }, nth) => {
        const before = sent[nth - 1]?.at;
        return before === undefined
          ? at > intervalMs + slack
          : Math.abs(at - before - intervalMs) > slack;
      });
      const goesOn = lost.length === 0 && readyState === 1;
      const isLate = now - sent.at(-1)!.at > intervalMs + slack;
      if (isOff || (goesOn && isLate))
        fail({
          title: 'The heartbeats do not come every intervalMs',
          ...parts,
          came: `heartbeats at ${sent.map(({ at }) => at).join(', ')} ms`,
        });
    }

    /** After this time: nothing more is sent, and `lost` is not called. */
    async function mustBeOver(
      before: State,
      title: string,
      sent: string,
      expected: string,
    ) {
      await pass(4 * Math.max(intervalMs, timeoutMs));
      const after = await look();
      const more = after.sent.length - before.sent.length;
      const again = after.lost.length - before.lost.length;
      if (more > 0 || again > 0)
        fail({
          title,
          sent: `${given}; ${sent}, then ${4 * Math.max(intervalMs, timeoutMs)} ms`,
          expected,
          came: `${count(more, 'heartbeat')}, lost() ${count(again, 'time')}`,
        });
    }

    return {
      look,
      hear,
      heartbeat,
      mustHaveKept,

      /** It sends heartbeats, gets messages, and keeps the connection. */
      async mustStay(kind: Kind) {
        const isLong = timeoutMs > intervalMs;
        const title = isLong ? doesNotCount : titles[kind];
        await heartbeat();
        // A message in time for each heartbeat, at last just in time; where
        // the next heartbeat comes before it, one message is for both.
        const latest = timeoutMs - 2;
        const delays = isLong
          ? [latest, data.whole(intervalMs, latest), latest]
          : [0, data.whole(1, latest), latest];
        for (const delay of delays) {
          await pass(delay);
          await mustHaveKept(
            `so far nothing, ${delay} ms after a heartbeat`,
            'The page gives up too early',
          );
          await hear(kind);
          const rest = intervalMs - (delay % intervalMs);
          await pass(rest);
          await mustHaveKept(
            `${messages[kind]} ${delay} ms after a heartbeat`,
            title,
          );
        }
        client.terminate();
      },

      /**
       * From some heartbeat on nothing comes.
       *
       * @param what comes before
       */
      async mustNoticeSilence(
        what: 'none' | 'a message before it' | 'one message, late',
      ) {
        await heartbeat();
        if (what === 'none') line.break('silence');
        if (what === 'a message before it') {
          await hear('pong');
          await pass(intervalMs - 1);
          await hear('text');
          line.break('silence');
          await pass(1);
        }
        if (what === 'one message, late') {
          await pass(timeoutMs - 1);
          await hear('bytes');
          await pass(intervalMs - ((timeoutMs - 1) % intervalMs));
        }
        // The heartbeat that nothing comes after has just been sent.
        const at = (await look()).sent.at(-1)!.at;
        const passed = (await look()).now - at;
        const parts = {
          sent: `${given}; a heartbeat at ${at} ms, and nothing after it`,
          expected: `lost() at ${at + timeoutMs} ms, and the socket closed`,
        };
        await pass(timeoutMs - passed - 1);
        const early = await look();
        if (early.lost.length > 0 || early.readyState !== 1)
          fail({
            title:
              what === 'one message, late'
                ? doesNotCount
                : 'The page gives up too early',
            ...parts,
            came: describe(early),
          });
        await pass(slack + 1);
        let now = await look();
        if (now.lost.length === 0 && now.readyState === 1) {
          await pass(2 * (intervalMs + timeoutMs));
          const later = await look();
          const isNever = later.lost.length === 0 && later.readyState === 1;
          fail({
            title: isNever
              ? timeoutMs > intervalMs
                ? 'Each heartbeat restarts the timeout of the one before'
                : 'The page takes a dead connection for an open one'
              : 'The page gives up too late',
            ...parts,
            came: describe(later),
            note: isNever
              ? 'it stays so as long as nothing comes'
              : 'the time counts from the heartbeat, whatever came before it',
          });
        }
        now = await look();
        if (now.lost.length === 0)
          fail({
            title: 'The page closes a dead connection, and waits',
            ...parts,
            came: describe(now),
            note: 'the close event waits for a close frame, or for much longer',
          });
        if (now.readyState === 1)
          fail({
            title: 'The dead socket is kept open',
            ...parts,
            came: describe(now),
          });
        const title = 'The page goes on after it has given up';
        const only = 'lost() once, and no more heartbeats';
        if (now.lost.length > 1)
          fail({ title, ...parts, expected: only, came: describe(now) });
        await mustBeOver(now, title, 'lost()', only);
        // Its close event comes at last.
        line.cut();
        await closed();
        await mustBeOver(
          now,
          'The close event of a lost connection is told once more',
          'lost(), then the close event',
          only,
        );
      },

      /** It is closed while a heartbeat waits for its message. */
      async mustRest(how: 'close' | 'cut') {
        await heartbeat();
        await hear('pong');
        await pass(intervalMs);
        await pass(Math.round(Math.min(timeoutMs, intervalMs) / 2));
        if (how === 'close') client.close(1001);
        else line.cut();
        await closed();
        const sent =
          how === 'close'
            ? 'close 1001 after a heartbeat'
            : 'a cut after a heartbeat';
        const before = await look();
        if (before.lost.length > 0)
          fail({
            title: 'After the close the page goes on',
            sent: `${given}; ${sent}`,
            expected: 'no lost(): the close event was enough',
            came: describe(before),
          });
        await mustBeOver(
          before,
          'After the close the page goes on',
          sent,
          'neither a heartbeat nor lost(): the close event was enough',
        );
      },
      terminate: () => client.terminate(),
    };

    function closed() {
      return trial.within(hasHeard(Infinity), () => ({
        title: 'The page does not close',
        section,
      }));
    }
  }

  /** Two at once: one hears something after each heartbeat, one does not. */
  async function mustTellApart(one: Times, other: Times) {
    const lively = await watch(one);
    const dying = await watch(other);
    // Whatever it is that the first one hears, it is not for the second.
    const end = other.intervalMs + other.timeoutMs;
    for (let time = 0; time < end; time += 500) {
      await lively.hear('text');
      await pass(500);
    }
    await lively.mustHaveKept(
      'a message every 500 ms; another connection is dead',
      'A connection pays for another one that is dead',
    );
    const { lost } = await dying.look();
    if (lost.length !== 1)
      trial.fail({
        title: 'A dead connection lives by the messages of another one',
        sent: `two connections, of which one gets messages; ${end} ms`,
        expected: 'lost() of the other, once',
        came: `lost() ${count(lost.length, 'time')}`,
        section,
      });
    // And the first one is still watched.
    await pass(one.intervalMs + one.timeoutMs + slack);
    const after = await lively.look();
    if (after.lost.length !== 1)
      trial.fail({
        title: 'When one connection is lost, another one is no longer watched',
        sent: `a dead connection, and one that falls silent later`,
        expected: 'lost() of the second, once',
        came: describe(after),
        section,
      });
  }

  return { watch, mustTellApart };
}

function isHeartbeat(data: unknown) {
  if (typeof data !== 'string') return false;
  try {
    const message = JSON.parse(data) as { kind?: unknown };
    return message.kind === 'ping' && Object.keys(message).length === 1;
  } catch {
    return false;
  }
}

const states = ['CONNECTING', 'OPEN', 'CLOSING', 'CLOSED'];

function describe({ sent, lost, readyState, now }: State) {
  const told =
    lost.length === 0 ? 'no lost()' : `lost() at ${lost.join(', ')} ms`;
  const beats = sent.map(({ at }) => at).join(', ') || 'none';
  return `at ${now} ms: ${told}, readyState ${readyState}, ${states[readyState]}; heartbeats at ${beats} ms`;
}

const count = (number: number, what: string) =>
  `${number} ${what}${number === 1 ? '' : 's'}`;
