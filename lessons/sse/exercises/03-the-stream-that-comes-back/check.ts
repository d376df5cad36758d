/** Whether a page recovers: from a cut, from a 503, from silence. */
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

const section = 'HTML, 9.2.3';
const never = 3_600_000; // ms
const retry = 50; // ms: how long a browser waits before it reconnects
const timeoutMs = 25_000; // by the page's clock

export default {
  browser: true,
  starter: 'After a 503 the page does not reconnect',

  async run(trial) {
    const { data } = trial;

    await trial.step('each event reaches the page', async () => {
      const { station, page } = await open(trial);
      await page.follow({ timeoutMs: never, retryDelayMs: 50 });
      await station.asked(1, page.passes);
      await page.mustHear(station.tell('departure', data.line()));
      await page.mustHear(station.tell('heartbeat', ''));
      await page.close();
    });

    await trial.step('a 503: another stream, after a while', async () => {
      const { line, station, page } = await open(trial);
      await page.follow({ timeoutMs: never, retryDelayMs: 50 });
      await station.asked(1, page.passes);
      const seen = station.tell('departure', data.line());
      await page.mustHear(seen);
      line.break('status=503');
      const struck = line.struck('status');
      line.cut();
      await trial.within(
        struck,
        () => ({ title: 'After a cut the page does not reconnect', section }),
        { until: page.passes },
      );
      line.break();
      await station.asked(2, page.passes, {
        title: 'After a 503 the page does not reconnect',
        sent: 'the connection was reset, and a proxy sent 503 once',
        expected: 'after 50 ms: GET /events?after=…',
        came: 'nothing: the browser had given up (readyState 2)',
        section,
      });
      station.mustName(
        seen.id,
        'the connection was reset, and a proxy sent 503',
      );
      await page.mustHear(station.tell('announcement', data.line()));
      await page.close();
    });

    await trial.step('a silence: another stream instead', async () => {
      const silenced = 'the connection was silent, and then was not';
      const { line, station, page } = await open(trial, { clock: true });
      await page.follow({ timeoutMs, retryDelayMs: 2_000 });
      await station.asked(1, page.passes);
      const seen = station.tell('departure', data.line());
      await page.mustHear(seen);
      line.break('down:silence');
      await page.wait(timeoutMs);
      await station.asked(2, page.passes, {
        title: 'After a silence the page does not reconnect',
        sent: `nothing, for ${timeoutMs} ms`,
        expected: 'GET /events?after=…',
        came: 'nothing: the stream stays “open”',
        section,
      });
      station.mustName(seen.id, 'the connection fell silent');
      line.break();
      // Both arrive, and the first only once.
      await page.mustHear(station.tell('departure', data.line()));
      await page.mustHear(station.tell('departure', data.line()));
      // What the old stream brings may come later, but it comes before its end.
      for (let more = 0; more < 200 && station.streams.size > 1; more += 1) {
        page.mustHearOnce(silenced);
        await page.mustHear(station.tell('departure', data.line()));
      }
      page.mustHearOnce(silenced);
      await page.close();
    });

    await trial.step(
      'a cut: the browser reconnects, and nobody else',
      async () => {
        const { line, station, page } = await open(trial, { clock: true });
        await page.follow({ timeoutMs, retryDelayMs: 10 });
        await station.asked(1, page.passes);
        const seen = station.tell('departure', data.line());
        await page.mustHear(seen);
        line.cut();
        // The browser waits by its own clock, a timer of the page by the page's.
        await station.asked(2, (over) => page.passes(over, 20));
        station.mustName(seen.id, 'the connection was reset');
        // Now a silence, so that the page opens another stream. If there is a
        // second one, it has come by then, or comes while the page gets this.
        await page.wait(timeoutMs);
        await station.asked(3, page.passes);
        for (let n = 0; n < 8; n += 1)
          await page.mustHear(station.tell('departure', data.line()));
        const count = station.asks.length;
        if (count > 3)
          trial.fail({
            title: 'There are two streams now',
            sent: 'the connection was reset, once',
            expected: 'one more GET /events: the browser reconnects by itself',
            came: `${count - 2} more: ${station.asks.slice(1, -1).join(', ')}`,
            section,
          });
        await page.close();
      },
    );

    await trial.step('a quiet night: heartbeats are enough', async () => {
      const { station, page } = await open(trial, { clock: true });
      await page.follow({ timeoutMs, retryDelayMs: 2_000 });
      await station.asked(1, page.passes);
      await page.mustHear(station.tell('departure', data.line()));
      const givenUp = () => ({
        title: 'A healthy stream was closed',
        sent: 'for a minute a heartbeat every 15 s, with timeoutMs: 25000',
        expected: 'the same stream',
        came: `another: ${station.asks.at(-1)}`,
        section: 'HTML, 9.2.7',
      });
      // What the first stream sends reaches the page only while it is open.
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

/** A server, a tapped connection to it, and a page with the learner's file. */
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

/** Serves /events, notes each request, and sends the events it is told to. */
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

  /** Waits for so many requests; `until` is when they should have come. */
  const asked = (
    count: number,
    until: WaitOptions['until'],
    otherwise: FailureParts = {
      title: 'No request for the stream comes',
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
    /** Those that are open. */
    streams,
    asked,
    /** Ends the check's own stream; resolves when the browser has reconnected. */
    async beats() {
      const next = once(server, 'beat');
      beat?.end();
      await next;
    },
    onAsked: (listener: () => void) => server.on('asked', listener),
    /** Sends an event on every stream that is open. */
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
    /** The last request names this id, in its header or its URL. */
    mustName(id: string, sent: string) {
      const ask = asks.at(-1)!;
      if (ask.includes(id)) return;
      trial.fail({
        title: 'The new stream does not name the last id',
        sent,
        expected: `GET /events?after=${id}`,
        came: ask,
        at: ask.length,
        note: 'what happened in the meantime is lost',
        section,
      });
    },
  };
}

/** The page: which events it got, and its clock. */
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
   * Resolves when the page has done what it does within a second. That is
   * counted by another stream, which the same page has opened and whose waits
   * follow the same clock: it ended, and the browser has reconnected, so often.
   * Then the page has responded after all else that it had to tell.
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

    async follow(waits: { timeoutMs: number; retryDelayMs: number }) {
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
          expected: 'export function follow(options)',
          came: names.join(', ') || 'no export at all',
        });
      await trial.within(
        page.evaluate(
          (given) => {
            const window = globalThis as unknown as {
              mine: { follow(options: object): () => void };
              told: (...what: string[]) => void;
            };
            window.mine.follow({
              path: '/events',
              tell: window.told,
              ...given,
            });
            // The last two names are those of an earlier build: its answers run on.
          },
          { ...waits, patience: waits.timeoutMs, pause: waits.retryDelayMs },
        ),
        (why) => ({ title: 'follow threw', details: why.message }),
      );
    },

    /** The page gets this event. */
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
              title: 'The page does not get an event',
              sent: `id: ${id}, event: ${kind}, data: ${data}`,
              expected: `tell(${JSON.stringify(kind)}, ${JSON.stringify(data)}, ${JSON.stringify(id)})`,
              came: last ? `the last was ${JSON.stringify(last)}` : 'nothing',
              note: `${station.asks.length - before} more streams were opened`,
              section: 'HTML, 9.2.6',
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
        title: 'The page gets an event twice',
        sent,
        expected: 'each event once: the old stream must be closed',
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
