/** Both ends of a GOAWAY: RFC 9113, 6.8, and step 7 of the tutorial. */
import { once } from 'node:events';
import {
  connect,
  constants,
  createSecureServer,
  type ClientHttp2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { connect as connectTcp, type AddressInfo } from 'node:net';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import type {
  Check,
  Learner,
  CheckContext,
  TappedConnection,
} from '@on-the-wire/course/exercise/check.ts';

const section = 'RFC 9113, 6.8';
const step = 'step “Leave without loss” of the tutorial';
/**
 * ms that it may come too early, or too late: code may look from time to time
 * whether all have gone. So when they have, a little time passes.
 */
const [early, late] = [50, 1_250];
const hour = 3_600_000; // ms

export default {
  starter: 'A running response is cut off',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const hall = await openHall(trial);
    /** Requests at the same moment; the responses, or why there are none. */
    const request = async (of: Hall, ...paths: string[]) => {
      const got = await learner.stage<string[] | undefined>(
        'request',
        of.origin,
        ...paths,
      );
      // There is none: this says what the file exports instead.
      if (!got) await learner.call('keepConnection', of.origin);
      return got!;
    };

    /** A request comes to our server, unless it is over before. */
    const mustCome = <T>(come: Promise<T>, running: Promise<string[]>) =>
      trial.within(
        come,
        () => ({
          title: 'A request does not come to the server',
          sent: 'GET /slow',
          wire: hall.seen('up'),
        }),
        { until: running },
      );

    await trial.step('a client keeps its connection', async () => {
      const mustHear = async (what: string, ...paths: string[]) => {
        const text = data.line();
        hall.say((stream) => stream.end(text));
        const got = await request(hall, ...paths);
        const sent = `${what}: ${paths.map((path) => `GET ${path}`).join(', ')}`;
        const wrong = got.find((each) => each !== text);
        if (wrong !== undefined)
          trial.fail({
            title: 'A response does not arrive',
            sent,
            expected: text,
            came: wrong,
            wire: hall.seen('down'),
          });
        if (hall.sessions.length === 1) return;
        trial.fail({
          title:
            what === 'requests'
              ? 'A connection for each request'
              : `A new connection after ${what}, though the old one is good`,
          sent,
          expected: '1 connection',
          came: `${hall.sessions.length} connections`,
          wire: hall.seen('up'),
          section: 'RFC 9113, 9.1',
        });
      };
      await mustHear('requests', '/board', '/board?station=2');
      await mustHear('requests', '/board');
      // Not the connection's fault.
      hall.say((stream) => stream.destroy(new Error('failed')));
      await request(hall, '/board');
      await mustHear('a request that failed', '/board');
      await learner.stage('pass', hour);
      await mustHear('an hour', '/board');
    });

    await trial.step('a server ends: what runs may finish', async () => {
      const server = await openServer(trial, learner, 60_000);
      const clients = [
        await server.request('/board'),
        await server.request('/late'),
        await server.request(),
      ] as const;
      const [board, other, idle] = clients;
      const goaways = clients.map((client) => client.goaway);
      await server.goAway('');
      const sent =
        'GET /board and GET /late by two clients, a third is idle; then the server has to end';
      // Some send it a little later.
      const all = Promise.all(goaways);
      if ((await Promise.race([all, trial.still()])) === undefined)
        await learner.stage('pass', late);
      const told = await trial.within(all, () => {
        const missed = clients.filter(
          (client) => client.goaways.length === 0,
        ).length;
        return {
          title:
            missed < 3
              ? 'Not every client gets a GOAWAY'
              : 'No client gets a GOAWAY',
          sent,
          expected: 'GOAWAY for each of the three clients',
          came: missed < 3 ? `none for ${missed} of them` : 'nothing',
          section,
          wire: server.seen('down'),
        };
      });
      const mustBeFair = () => {
        for (const { goaways: came, stream } of clients)
          for (const { code, last } of came)
            if (code !== 0 || last < (stream?.id ?? 0))
              trial.fail({
                title:
                  code === 0
                    ? 'The GOAWAY takes back a request that runs'
                    : 'The GOAWAY says that there was an error',
                sent,
                expected:
                  code === 0
                    ? `GOAWAY that names stream ${stream!.id}, which runs, or a later one`
                    : 'GOAWAY with the code NO_ERROR',
                came: `GOAWAY with the code ${nameOf(code)}; its last stream is ${last}`,
                section,
                wire: server.seen('down', 'GOAWAY'),
              });
      };
      mustBeFair();
      const torn = (path: string, text: string, came: string) => {
        mustBeFair();
        trial.fail({
          title: 'A running response is cut off',
          sent: `GET ${path}; while it runs the server has to end`,
          expected: `${text}, and then the end`,
          came,
          section,
          wire: server.seen('down'),
        });
      };
      const texts = { '/board': data.line(), '/late': data.line() };
      for (const [at, path] of ['/board', '/late'].entries()) {
        const name = path as keyof typeof texts;
        if (!told[at]) torn(path, texts[name], 'the end of the connection');
      }
      if (await isOpen(server.port))
        trial.fail({
          title: 'A new connection is accepted while the server ends',
          sent,
          expected: 'a new connection is refused',
          came: 'it is accepted, by a server that is about to end',
          section: step,
        });
      for (const [at, client] of [board, other].entries()) {
        const path = (['/board', '/late'] as const)[at]!;
        const text = texts[path];
        const hasLeft = await server.hasLeft();
        await server.finish(path, text);
        await trial.within(client.closed!, () => ({
          title: 'A running response is cut off',
          sent,
          expected: text,
          came: 'no end',
          section,
        }));
        if (client.got() !== text)
          torn(path, text, client.got() || 'the end of the connection');
        if (hasLeft)
          trial.fail({
            title: 'The promise resolves while a response runs',
            sent,
            expected: 'the promise resolves when the last stream is over',
            came: 'it has resolved: a process that ends now cuts the response off',
            section: step,
          });
      }
      const mustLeave = async (of: typeof server, what: string) => {
        await trial.still();
        if (!(await of.hasLeft())) await learner.stage('pass', late);
        await trial.within(of.left(), () => ({
          title: 'It waits for the deadline although all streams have finished',
          sent: `${what}. The deadline is 60 s`,
          expected: 'the promise resolves now',
          came: 'it does not',
          section: step,
        }));
      };
      await mustLeave(server, `${sent}; then its responses end`);
      idle.leave();

      const quiet = await openServer(trial, learner, 60_000);
      await quiet.request();
      await quiet.goAway('');
      await mustLeave(quiet, 'one client is idle, and the server has to end');
    });

    await trial.step('what never finishes has a deadline', async () => {
      // Two that are far apart, to see that the given one is used.
      const [short, longer] = [
        data.whole(5_000, 9_000),
        data.whole(20_000, 40_000),
      ];
      const text = data.line();
      const server = await openServer(trial, learner, short);
      const brief = await server.request('/brief');
      const clients = [
        await server.request('/events'),
        await server.request('/events'),
      ];
      const open = () => clients.filter(({ stream }) => !stream!.closed).length;
      /** Time passes, and meanwhile all that runs sends something. */
      const drip = async (ms: number, parts = 4) => {
        for (let n = 0; n < parts; n += 1) {
          // Whole numbers of ms, which make up the given one.
          const until = (part: number) => Math.round((ms * part) / parts);
          await learner.stage('pass', until(n + 1) - until(n));
          await server.say('.');
        }
        await trial.still();
      };
      const half = Math.floor((short - early) / 2);
      await server.goAway(text);
      const sent = `GET /events by two clients, endless streams; the server has to end, deadline ${short} ms`;
      const mustHaveTime = () => {
        for (const { got, stream } of clients)
          if (stream!.closed && got().length <= text.length)
            trial.fail({
              title: 'An event stream is cut before the deadline',
              sent,
              expected: `${text}, sent as the drain begins, and more afterwards`,
              came: got()
                ? `${got()}, and the end at once`
                : 'the end, at once',
              section,
              wire: server.seen('down'),
            });
      };
      const ownDeadline = (deadline: number, came: string) =>
        trial.fail({
          title: 'It uses a deadline of its own',
          sent: `deadline ${deadline} ms`,
          expected: `cut after ${deadline} ms`,
          came,
          section,
        });
      await drip(early);
      mustHaveTime();
      await drip(half - early);
      if (open() < 2) ownDeadline(short, `cut before ${short - early} ms`);
      await server.finish('/brief', data.line());
      await trial.still();
      await drip(short - early - half);
      if (open() < 2) ownDeadline(short, `cut before ${short - early} ms`);
      await drip(early + late);
      const stays = open();
      if (stays > 0) {
        const hasLeft = await server.hasLeft();
        await drip(3 * longer, Math.ceil((9 * longer) / short));
        if (open() === 0)
          ownDeadline(short, `cut, but not within ${short + late} ms`);
        await learner.stage('pass', 2 * longer);
        await trial.still();
        const isIdle = open() === 0;
        trial.fail({
          title: isIdle
            ? 'A stream that still sends is never cut'
            : hasLeft
              ? 'The promise resolves, and streams still run'
              : stays === 1
                ? 'The deadline cuts one event stream, and not the other'
                : 'An event stream keeps it from ending',
          sent,
          expected: `after ${short} ms both are cut, and the promise resolves`,
          came: isIdle
            ? 'they are cut only when they have been silent'
            : `${hasLeft ? 'it has resolved' : 'it has not resolved'}; ${stays} of 2 streams still run`,
          section: step,
          wire: server.seen('down'),
        });
      }
      await learner.stage('pass', early);
      await trial.still();
      if (!(await server.hasLeft()))
        trial.fail({
          title: 'All streams are over, and the promise does not resolve',
          sent,
          expected: `after ${short} ms both are cut, and the promise resolves`,
          came: 'both are cut, and it has not resolved',
          section: step,
          wire: server.seen('down'),
        });
      if (brief.got().length <= text.length)
        trial.fail({
          title: 'A running response is cut off',
          sent: `GET /brief, which ends before the deadline of ${short} ms`,
          expected: 'all of it',
          came: brief.got(),
          section,
        });

      const other = await openServer(trial, learner, longer);
      const { stream, closed } = await other.request('/events');
      await other.goAway(text);
      await learner.stage('pass', longer - early);
      await trial.still();
      if (stream!.closed)
        ownDeadline(longer, `cut before ${longer - early} ms`);
      await learner.stage('pass', late);
      await trial.still();
      await learner.stage('pass', early);
      await trial.within(Promise.all([other.left(), closed]), () =>
        ownDeadline(longer, `not cut after ${longer + late} ms`),
      );
    });

    await trial.step('one server of two ends', async () => {
      const text = data.line();
      const [deadline, longer] = [data.whole(400, 900), 60_000];
      const ends = await openServer(trial, learner, deadline);
      const stays = await openServer(trial, learner, longer);
      const client = await stays.request('/board');
      await ends.request('/events');
      await ends.goAway('');
      await learner.stage('pass', deadline + late);
      await trial.still();
      const parts = {
        sent: 'two servers in one process; one has to end, the other has a running stream',
        section: step,
        wire: stays.seen('down'),
      };
      const isGone = client.goaways.length > 0 || client.stream!.closed;
      if (isGone || !(await isOpen(stays.port)))
        trial.fail({
          ...parts,
          title: 'One server ends, and another one with it',
          expected: 'the other server goes on',
          came: client.stream!.closed
            ? 'its stream is cut'
            : isGone
              ? 'its client gets a GOAWAY'
              : 'it accepts no new connection',
        });
      await stays.goAway('');
      await stays.finish('/board', text);
      await trial.still();
      await learner.stage('pass', early);
      await trial.within(Promise.all([stays.left(), ends.left()]), () => ({
        ...parts,
        title: 'One server of two does not end',
        expected: 'both promises resolve',
        came: 'they do not',
      }));
    });

    await trial.step(
      'a client gets a GOAWAY, and opens another connection',
      async () => {
        for (const how of ['once', 'twice', 'again'] as const) {
          const [slow, text] = [data.line(), data.line()];
          const held = Promise.withResolvers<ServerHttp2Stream>();
          hall.say((stream) => held.resolve(stream));
          const running = request(hall, '/slow');
          running.catch(() => {}); // where nobody waits for it any more
          const stream = await mustCome(held.promise, running);
          const goaway = hall.seen('down', 'GOAWAY');
          const before = hall.sessions.length;
          // As proxies do: first that it will end, then with which stream.
          if (how === 'twice') stream.session!.goaway(0, 0x7fffffff);
          else stream.session!.close();
          await trial.within(learner.stage('had', 'goaway'), () => ({
            title: 'The client has no connection that could get a GOAWAY',
            sent: 'GOAWAY, while GET /slow runs',
            wire: goaway,
          }));
          hall.say((next) => next.end(text));
          const sent =
            'GOAWAY, while GET /slow runs; then GET /board, twice at the same moment';
          const got = await request(hall, '/board', '/board');
          const wrong = got.find((each) => each !== text);
          if (wrong !== undefined)
            trial.fail({
              title: 'It uses a connection after its GOAWAY',
              sent,
              expected: `a new connection, and ${text}`,
              came: wrong,
              section,
              wire: hall.seen('up'),
            });
          const mustBeOne = (what: string, title: string) => {
            const opened = hall.sessions.length - before;
            if (opened === 1) return;
            trial.fail({
              title,
              sent: what,
              expected: 'one new connection, which is kept',
              came: `${opened} new connections`,
              section: 'RFC 9113, 9.1',
              wire: hall.seen('up'),
            });
          };
          mustBeOne(sent, 'A connection for each request after a GOAWAY');
          if (how === 'twice') stream.session!.close();
          stream.end(slow);
          const [old] = await running;
          if (old !== slow)
            trial.fail({
              title: 'What ran on the old connection is lost',
              sent,
              expected: `${slow}, for GET /slow`,
              came: old ?? 'nothing',
              section,
              wire: goaway,
            });
          await trial.within(learner.stage('openAtMost', 1), () => ({
            title: 'The old connection stays open although nothing runs on it',
            sent: `${sent}; then all responses end`,
            wire: goaway,
          }));
          await request(hall, '/board');
          const again = how === 'twice' ? 'it gets another GOAWAY, ' : '';
          mustBeOne(
            `${sent}; all responses end, ${again}the old connection closes; GET /board`,
            'A good connection is dropped when the old one closes',
          );
        }
        const code = data.pick([
          constants.NGHTTP2_PROTOCOL_ERROR,
          constants.NGHTTP2_INTERNAL_ERROR,
          constants.NGHTTP2_ENHANCE_YOUR_CALM,
        ]);
        const text = data.line();
        hall.sessions.at(-1)!.goaway(code);
        await trial.within(learner.stage('had', 'goaway'), () => ({
          title: 'The client has no connection that could get a GOAWAY',
          sent: 'GOAWAY',
        }));
        hall.say((stream) => stream.end(text));
        const [got] = await request(hall, '/board');
        if (got !== text)
          trial.fail({
            title: 'It uses a connection after its GOAWAY',
            sent: `GOAWAY with the code ${nameOf(code)}; then GET /board`,
            expected: `a new connection, and ${text}`,
            came: got!,
            section,
            wire: hall.seen('up'),
          });
      },
    );

    await trial.step('a connection that is cut', async () => {
      for (const how of ['rst', 'fin'] as const)
        for (const isBusy of [false, true]) {
          const text = data.line();
          const held = Promise.withResolvers<unknown>();
          hall.say((stream) => held.resolve(stream));
          if (isBusy) {
            const running = request(hall, '/slow');
            running.catch(() => {}); // it fails, as it must
            await mustCome(held.promise, running);
          }
          const before = hall.sessions.length;
          const sent = `the connection is ${how === 'rst' ? 'reset' : 'closed'}${isBusy ? ' while GET /slow runs' : ''}`;
          hall.cut(how);
          await trial.within(learner.stage('had', 'close'), () => ({
            title: 'The client does not notice a cut',
            sent,
            wire: hall.seen('down'),
          }));
          hall.say((stream) => stream.end(text));
          const got = await request(hall, '/board', '/board');
          const opened = hall.sessions.length - before;
          const parts = {
            sent: `${sent}; then GET /board, twice at the same moment`,
            wire: hall.seen('up'),
          };
          const wrong = got.find((each) => each !== text);
          if (wrong !== undefined)
            trial.fail({
              ...parts,
              title: 'After a cut it goes on with a dead connection',
              expected: `a new connection, and ${text}`,
              came: wrong,
            });
          if (opened !== 1)
            trial.fail({
              ...parts,
              title: 'A connection for each request after a cut',
              expected: '1 new connection',
              came: `${opened} new connections`,
              section: 'RFC 9113, 9.1',
            });
        }
    });

    const second = await openHall(trial);
    await trial.step('a server that cannot be reached at first', async () => {
      second.break('down');
      for (let n = data.whole(1, 2); n > 0; n -= 1) {
        const failed = request(second, '/board');
        const [got] = await trial.within(failed, () => ({
          title: 'A request waits without an end for a connection',
          sent: 'GET /board, from a server that resets each connection',
          wire: second.seen('up'),
        }));
        await learner.stage('openAtMost', 1);
        if (!got!.startsWith('failed'))
          trial.fail({
            title: 'A request is sent to another server',
            sent: `GET ${second.origin}/board, which cannot be reached`,
            expected: 'an error',
            came: got!,
          });
      }
      second.break();
      const text = data.line();
      second.say((stream) => stream.end(text));
      const [got] = await request(second, '/board');
      if (got === text) return;
      trial.fail({
        title: 'A connection that could not be opened is used again',
        sent: 'GET /board, from a server that can be reached again',
        expected: `a new connection, and ${text}`,
        came: got!,
        wire: second.seen('up'),
      });
    });

    await trial.step('a client of two servers', async () => {
      const halls = [hall, second];
      const texts = halls.map(() => data.line());
      const counts = () => halls.map(({ sessions }) => sessions.length);
      const before = counts();
      const parts = {
        sent: 'GET /board from two servers in turn; then one of them sends GOAWAY',
        wire: second.seen('up'),
      };
      for (const isGone of [false, true]) {
        if (isGone) {
          second.sessions.at(-1)!.close();
          await trial.within(learner.stage('had', 'goaway'), () => ({
            ...parts,
            title: 'The client has no connection that could get a GOAWAY',
          }));
        }
        for (const [at, of] of halls.entries()) {
          of.say((stream) => stream.end(texts[at]));
          const [got] = await request(of, '/board');
          if (got !== texts[at])
            trial.fail({
              ...parts,
              title: 'A request is sent to another server',
              expected: texts[at],
              came: got!,
            });
        }
      }
      const opened = counts().map((count, at) => count - before[at]!);
      if (opened[0] === 0 && opened[1] === 1) return;
      trial.fail({
        ...parts,
        title: 'A good connection is dropped for the GOAWAY of another server',
        expected: 'no new connection to the one, one to the other',
        came: `${opened[0]} and ${opened[1]} new connections`,
        section: 'RFC 9113, 9.1',
      });
    });
  },
} satisfies Check;

/** Of a code: `INTERNAL_ERROR`. */
const nameOf = (code: number) =>
  Object.entries(constants)
    .find(
      ([name, value]) => /^NGHTTP2_[A-Z_]+$/.test(name) && value === code,
    )?.[0]
    .slice('NGHTTP2_'.length) ?? String(code);

/** The learner's server, behind a tap, and clients for it. */
async function openServer(
  trial: CheckContext,
  learner: Learner,
  deadline: number,
) {
  const opened = await learner.stage<{ port: number; at: number } | undefined>(
    'open',
    deadline,
  );
  // There is none: this says what the file exports instead.
  if (!opened) await learner.call('createDrain');
  const { port, at } = opened!;
  const line = await trial.line(port, { tls: true });
  let streams = 0;
  return {
    port,
    seen: line.seen,
    goAway: (text: string) => learner.stage('goAway', at, text),
    say: (text: string) => learner.stage('say', at, text),
    finish: (path: string, text: string) =>
      learner.stage('finish', at, path, text),
    hasLeft: () => learner.stage<boolean>('hasLeft', at),
    left: () => learner.stage('left', at),
    /** A client, whose request has come; without a path it has sent none. */
    async request(path?: string) {
      const session: ClientHttp2Session = connect(line.origin, {
        rejectUnauthorized: false,
      });
      session.on('error', () => {});
      trial.defer(() => session.destroy());
      await trial.within(connected(session), (why) => ({
        title: 'A connection is not accepted',
        sent: 'a TLS connection, before the server has to end',
        came: why.message,
      }));
      // Node's types do not have it.
      (session as unknown as Numbered).setNextStreamID(
        2 * trial.data.whole(1, 99) + 1,
      );
      const stream = path && session.request({ ':path': path });
      let text = '';
      const goaways: { code: number; last: number }[] = [];
      session.on('goaway', (code, last) => {
        goaways.push({ code, last });
      });
      const heard = Promise.race([
        once(session, 'goaway').then(() => goaways.length > 0),
        once(session, 'close').then(() => goaways.length > 0),
      ]);
      heard.catch(() => {}); // its errors are told by what is missing
      let closed: Promise<unknown> | undefined;
      if (stream) {
        stream.setEncoding('utf8').on('data', (piece) => (text += piece));
        stream.on('error', () => {}); // a cut may come with one
        closed = new Promise((done) => stream.on('close', done));
        streams += 1;
      }
      const parts = {
        title: 'A request does not come to the server',
        sent: `GET ${path ?? ''}`,
        wire: line.seen('up'),
      };
      if (stream)
        await trial.within(learner.stage('busy', at, streams), () => parts);
      // What is acknowledged has been accepted.
      else await trial.within(pinged(session), () => parts);
      return {
        session,
        stream: stream || undefined,
        closed,
        got: () => text,
        /** Whether a GOAWAY came before the end of the connection. */
        goaway: heard,
        goaways,
        leave: () => session.destroy(),
      };
    },
  };
}

interface Numbered {
  setNextStreamID(id: number): void;
}

const connected = async (session: ClientHttp2Session) =>
  once(session, 'connect');
const pinged = (session: ClientHttp2Session) =>
  new Promise<void>((resolve) => void session.ping(() => resolve()));

/** Whether a connection to this port is accepted. */
async function isOpen(port: number): Promise<boolean> {
  const socket = connectTcp({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

interface Hall extends Pick<
  TappedConnection,
  'origin' | 'seen' | 'cut' | 'break'
> {
  sessions: ServerHttp2Session[];
  /** What it does with the next streams. */
  say(next: (stream: ServerHttp2Stream) => unknown): void;
}

/** A server of ours for the learner's client, behind a tap. */
async function openHall(trial: CheckContext): Promise<Hall> {
  let say = (stream: ServerHttp2Stream): unknown => stream.end();
  const sessions: ServerHttp2Session[] = [];
  const server = createSecureServer({ ...(await localCertificate()) });
  server.on('sessionError', () => {});
  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => {});
  });
  server.on('stream', (stream) => {
    stream.on('error', () => {});
    stream.respond({ ':status': 200 });
    say(stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  trial.defer(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const line = await trial.line(port, { tls: true });
  return {
    origin: line.origin,
    sessions,
    seen: line.seen,
    cut: line.cut,
    break: line.break,
    /** What it does with the next streams. */
    say: (next: typeof say) => (say = next),
  };
}
