/** Whether a page comes back: from a cut, from a 503, from silence. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import {
  type Check,
  type FailureParts,
  type TappedConnection,
  servePageOf,
  type CheckContext,
  type WaitOptions,
} from '@on-the-wire/course/exercise/check.ts';

const section = 'WHATWG HTML 9.2.3';
const never = 3_600_000; // ms
const retry = 50; // ms: how long a browser waits before it comes back
const patience = 25_000; // ms, by the page's clock

export default {
  browser: true,
  starter: 'After a 503 nobody comes back',

  async run(trial) {
    const { data } = trial;

    await trial.step('what is told reaches the page', async () => {
      const { station, page } = await open(trial);
      await page.follow({ patience: never, pause: 50 });
      await station.asked(1, page.passes);
      await page.mustHear(station.tell('departure', data.line()));
      await page.mustHear(station.tell('heartbeat', ''));
      await page.close();
    });

    await trial.step('a 503: another stream, after a pause', async () => {
      const { line, station, page } = await open(trial);
      await page.follow({ patience: never, pause: 50 });
      await station.asked(1, page.passes);
      const seen = station.tell('departure', data.line());
      await page.mustHear(seen);
      line.break('status=503');
      const struck = line.struck('status');
      line.cut();
      await trial.within(
        struck,
        () => ({ title: 'After a cut nobody comes back', section }),
        { until: page.passes },
      );
      line.break();
      await station.asked(2, page.passes, {
        title: 'After a 503 nobody comes back',
        sent: 'the line was cut, and a proxy answered 503 once',
        expected: 'after 50 ms: GET /events?after=…',
        came: 'nothing: the browser had given up (readyState 2)',
        section,
      });
      station.mustName(seen.id, 'the line was cut, and a proxy answered 503');
      await page.mustHear(station.tell('announcement', data.line()));
      await page.close();
    });

    await trial.step('a silence: another stream instead', async () => {
      const { line, station, page } = await open(trial, { clock: true });
      await page.follow({ patience, pause: 2_000 });
      await station.asked(1, page.passes);
      const seen = station.tell('departure', data.line());
      await page.mustHear(seen);
      line.break('down:silence');
      await page.wait(patience);
      await station.asked(2, page.passes, {
        title: 'In a silence nobody comes back',
        sent: `a line on which nothing came for ${patience} ms`,
        expected: 'GET /events?after=…',
        came: 'nothing: the stream stays “open”',
        section,
      });
      station.mustName(seen.id, 'a line fell silent');
      line.break();
      // Both arrive, and the first only once.
      await page.mustHear(station.tell('departure', data.line()));
      await page.mustHear(station.tell('departure', data.line()));
      page.mustHearOnce('a line was silent, and then was not');
      await page.close();
    });

    await trial.step('a cut: the browser itself, and nobody else', async () => {
      const { line, station, page } = await open(trial, { clock: true });
      await page.follow({ patience, pause: 10 });
      await station.asked(1, page.passes);
      const seen = station.tell('departure', data.line());
      await page.mustHear(seen);
      line.cut();
      // The browser waits by its own clock, a timer of the page by the page's.
      await station.asked(2, (over) => page.passes(over, 20));
      station.mustName(seen.id, 'the line was cut');
      // Silence now: another stream instead. Had there been a second one, it
      // would have come by then, or it comes while the page is told this.
      await page.wait(patience);
      await station.asked(3, page.passes);
      for (let n = 0; n < 8; n += 1)
        await page.mustHear(station.tell('departure', data.line()));
      const count = station.asks.length;
      if (count > 3)
        trial.fail({
          title: 'There are two streams now',
          sent: 'the line was cut, once',
          expected: 'one more GET /events: the browser tries by itself',
          came: `${count - 2} more: ${station.asks.slice(1, -1).join(', ')}`,
          section,
        });
      await page.close();
    });

    await trial.step('a quiet night: heartbeats are life enough', async () => {
      const { station, page } = await open(trial, { clock: true });
      await page.follow({ patience, pause: 2_000 });
      await station.asked(1, page.passes);
      await page.mustHear(station.tell('departure', data.line()));
      const givenUp = () => ({
        title: 'A healthy stream was given up',
        sent: 'for a minute a heartbeat each 15 s, with patience: 25000',
        expected: 'the same stream',
        came: `another: ${station.asks.at(-1)}`,
        section: 'WHATWG HTML 9.2.7',
      });
      // What is said on the first stream reaches the page while that one lives.
      for (let beat = 0; beat < 4; beat += 1) {
        await page.mustHear(station.tell('heartbeat', ''), givenUp);
        station.comment();
        await page.wait(15_000);
      }
      await page.mustHear(station.tell('departure', data.line()), givenUp);
      await page.close();
    });
  },
} satisfies Check;

/** A server, a line to it, and a page that has the learner's file. */
async function open(trial: CheckContext, { clock = false } = {}) {
  const station = await createStation(trial);
  const line = await trial.line(station.port);
  const page = await openPage(trial, line, station, clock);
  return { station, line, page };
}

interface Told {
  kind: string;
  data: string;
  id: string;
}

/** Answers /events, notes who asks for what, and says what it is told to. */
async function createStation(trial: CheckContext) {
  const asks: string[] = [];
  const streams = new Set<ServerResponse>();
  const page = servePageOf(trial.file);
  let beat: ServerResponse | undefined;
  let n = trial.data.whole(10, 99);
  const server = createServer((request, response) => {
    if (request.url === '/beat') {
      response.writeHead(200, {
        'Content-Type': 'text/event-stream',
        'Access-Control-Allow-Origin': '*',
      });
      response.write(`retry: ${retry}\n\n`);
      beat = response;
      return server.emit('beat');
    }
    if (!request.url!.startsWith('/events')) return page(request, response);
    const header = request.headers['last-event-id'];
    const said = header ? `, Last-Event-ID: ${header}` : '';
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(`retry: ${retry}\n\n`);
    streams.add(response);
    response.on('close', () => streams.delete(response));
    asks.push(`GET ${request.url}${said}`);
    return server.emit('asked');
  });
  const { port } = await trial.listen(server);

  /** Waits until so many have asked; `until` is when they should have. */
  const asked = (
    count: number,
    until: WaitOptions['until'],
    otherwise: FailureParts = {
      title: 'Nobody asks for the stream',
      expected: 'GET /events',
      came: 'nothing',
      section,
    },
  ) =>
    trial.within(
      (async () => {
        while (asks.length < count) await once(server, 'asked');
      })(),
      () => otherwise,
      { ...(until && { until }) },
    );

  return {
    port,
    asks,
    asked,
    /** Ends the check's own stream; resolves when the browser has come back. */
    async beats() {
      const next = once(server, 'beat');
      beat?.end();
      await next;
    },
    onAsked: (listener: () => void) => server.on('asked', listener),
    /** Says something on every stream that is open. */
    tell(kind: string, data: string): Told {
      n += 1;
      const id = `run-${n}`;
      for (const stream of streams)
        stream.write(`id: ${id}\nevent: ${kind}\ndata: ${data}\n\n`);
      return { kind, data, id };
    },
    comment() {
      for (const stream of streams) stream.write(': keep open\n\n');
    },
    /** The last one who asked names this id, in the header or the URL. */
    mustName(id: string, sent: string) {
      const ask = asks.at(-1)!;
      if (ask.includes(id)) return;
      trial.fail({
        title: 'The new stream names no id',
        sent,
        expected: `GET /events?after=${id}`,
        came: ask,
        at: ask.length,
        note: 'what came meanwhile is lost',
        section,
      });
    },
  };
}

/** The page: what it was told, and its clock. */
async function openPage(
  trial: CheckContext,
  line: TappedConnection,
  station: Awaited<ReturnType<typeof createStation>>,
  clock: boolean,
) {
  const page = await trial.page();
  const told: Told[] = [];
  const heard = { wake: () => {} };
  const errors: string[] = [];
  station.onAsked(() => heard.wake());
  page.on('pageerror', (error) => errors.push(String(error.stack)));
  await page.exposeFunction(
    'told',
    (kind: string, data: string, id: string) => {
      told.push({ kind, data, id });
      heard.wake();
    },
  );
  if (clock) await page.clock.install();
  await page.goto(line.origin);
  // A stream of the check's own, on a connection that nobody breaks.
  const beat = station.beats();
  await page.evaluate((url) => {
    Object.assign(globalThis, { beat: new EventSource(url) });
  }, `http://127.0.0.1:${station.port}/beat`);
  await beat;

  const mustLive = () => {
    if (errors.length === 0) return;
    trial.fail({ title: 'The page throws an error', details: errors[0] });
  };

  /**
   * Resolves when the page has done what it does within a second: its browser
   * has come back so often to a stream that ended each time, one that the same
   * page has opened and that waits by the same clock; and then has answered
   * behind all that the page had to tell.
   *
   * @param ms which pass by the page's clock each time
   */
  const passes = async (over: AbortSignal, ms = 0) => {
    for (let times = 0; times < 1_000 / retry && !over.aborted; times += 1) {
      if (ms > 0) await page.clock.fastForward(ms);
      await station.beats();
    }
    if (!over.aborted) await page.evaluate('0');
  };

  return {
    passes,

    async follow(wishes: { patience: number; pause: number }) {
      const names = await trial.within(
        page.evaluate(async () => {
          const window = globalThis as unknown as { mine?: object };
          while (!window.mine) await new Promise(requestAnimationFrame);
          return Object.keys(window.mine);
        }),
        () => ({
          title: 'The file does not load in a browser',
          details: errors[0],
        }),
      );
      if (!names.includes('follow'))
        trial.fail({
          title: 'The file exports no function follow',
          expected: 'export function follow(wishes)',
          came: names.join(', ') || 'no export at all',
        });
      await trial.within(
        page.evaluate((given) => {
          const window = globalThis as unknown as {
            mine: { follow(wishes: object): () => void };
            told: (...what: string[]) => void;
          };
          window.mine.follow({ path: '/events', tell: window.told, ...given });
        }, wishes),
        (why) => ({ title: 'follow threw', details: why.message }),
      );
    },

    /** The page is told this one. */
    async mustHear(wanted: Told, otherwise?: () => FailureParts) {
      const { kind, data, id } = wanted;
      const has = () =>
        told.some((each) => each.id === id && each.data === data);
      const before = station.asks.length;
      await trial.within(
        (async () => {
          const givenUp = () => otherwise && station.asks.length > 1;
          while (!has() && !givenUp())
            await new Promise<void>((done) => (heard.wake = done));
          if (!has()) throw new Error('another stream was opened');
        })(),
        () => {
          mustLive();
          const last = told.at(-1);
          return (
            otherwise?.() ?? {
              title: 'The page is not told of an event',
              sent: `id: ${id}, event: ${kind}, data: ${data}`,
              expected: `tell(${JSON.stringify(kind)}, ${JSON.stringify(data)}, ${JSON.stringify(id)})`,
              came: last ? `the last was ${JSON.stringify(last)}` : 'nothing',
              note: `${station.asks.length - before} more streams were opened`,
              section: 'WHATWG HTML 9.2.6',
            }
          );
        },
        { until: passes },
      );
    },

    /** Nothing came twice. */
    mustHearOnce(sent: string) {
      const ids = told.map(({ id }) => id);
      const at = ids.findIndex((id, index) => ids.indexOf(id) < index);
      if (at < 0) return;
      trial.fail({
        title: 'The page is told twice',
        sent,
        expected: 'each event once: the old stream is closed',
        came: ids.join(' '),
        at: ids.slice(0, at).join(' ').length + 1,
        note: 'again',
        section,
      });
    },

    /** Time passes for the page. */
    wait: (ms: number) => page.clock.fastForward(ms).catch(() => {}),
    close: () => page.close(),
  };
}
