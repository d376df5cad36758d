/** Both ends of a GOAWAY: RFC 9113, 6.8, and step 7 of the tutorial. */
import { once } from 'node:events';
import {
  connect,
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
} from '@on-the-wire/course/exercise/check.ts';

const section = 'RFC 9113, 6.8';
const step = 'step “Leave without loss” of the tutorial';
/** ms that it may come too early, or too late: some look from time to time. */
const [early, late] = [50, 1_250];

export default {
  starter: 'A running response is cut off',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const hall = await openHall(trial);
    const request = (path: string) =>
      learner.stage<string | undefined>('request', hall.origin, path);

    await trial.step('a client keeps its connection', async () => {
      for (let n = 0; n < 3; n += 1) {
        const text = data.line();
        hall.say((stream) => stream.end(text));
        const got = await request('/board');
        // There is none: this says what the file exports instead.
        if (got === undefined)
          await learner.call('keepConnection', hall.origin);
        if (got !== text)
          trial.fail({
            title: 'A response does not arrive',
            sent: 'GET /board',
            expected: text,
            came: got ?? 'nothing',
            wire: hall.seen('down'),
          });
      }
      if (hall.sessions.length === 1) return;
      trial.fail({
        title: 'A connection for each request',
        sent: 'three requests, one after the other',
        expected: '1 connection',
        came: `${hall.sessions.length} connections`,
        wire: hall.seen('up'),
        section: 'RFC 9113, 9.1',
      });
    });

    await trial.step('a server ends: what runs may finish', async () => {
      const text = data.line();
      const server = await openServer(trial, learner, 60_000);
      const { session, closed, got } = await server.request('/board');
      const goaway = once(session, 'goaway');
      goaway.catch(() => {}); // the stream fails, too
      await learner.stage('goAway', '');
      const sent = 'GET /board; while it runs the server has to end';
      const torn = {
        title: 'A running response is cut off',
        sent,
        expected: `${text}, and then the end`,
        section,
        wire: server.seen('down'),
      };
      const heard = Promise.race([
        goaway.then(() => true),
        closed.then(() => false),
      ]);
      // Some send it a little later.
      if ((await Promise.race([heard, trial.still()])) === undefined)
        await learner.stage('pass', late);
      const told = await trial.within(heard, () => ({
        title: 'No client gets a GOAWAY',
        sent,
        expected: 'GOAWAY, at once',
        came: 'nothing',
        section,
        wire: server.seen('down'),
      }));
      if (!told) trial.fail({ ...torn, came: 'the end of the connection' });
      if (await isOpen(server.port))
        trial.fail({
          title: 'A new connection is accepted while the server ends',
          sent,
          expected: 'a new connection is refused',
          came: 'it is accepted, by a server that is about to end',
          section: step,
        });
      const hasLeft = await learner.stage<boolean>('hasLeft');
      await learner.stage('finish', text);
      await trial.within(closed, () => ({ ...torn, came: 'no end' }));
      if (got() !== text)
        trial.fail({ ...torn, came: got() || 'the end of the connection' });
      if (hasLeft)
        trial.fail({
          title: 'The promise resolves while a response runs',
          sent,
          expected: 'the promise resolves when the last stream is over',
          came: 'it has resolved: a process that ends now cuts the response off',
          section: step,
        });
      await trial.still();
      if (!(await learner.stage<boolean>('hasLeft')))
        await learner.stage('pass', late);
      await trial.within(learner.stage('left'), () => ({
        title: 'It waits for the deadline although all streams have finished',
        sent: `${sent}; then its response ends. The deadline is 60 s`,
        expected: 'the promise resolves now',
        came: 'it does not',
        section: step,
      }));
    });

    await trial.step('what never finishes has a deadline', async () => {
      // Two that are far apart, to see that the given one is used.
      const [short, longer] = [
        data.whole(400, 900),
        data.whole(20_000, 40_000),
      ];
      const text = data.line();
      const server = await openServer(trial, learner, short);
      const clients = [
        await server.request('/events', 1),
        await server.request('/events', 2),
      ];
      const open = () => clients.filter(({ stream }) => !stream.closed).length;
      await learner.stage('goAway', text);
      const sent = `GET /events by two clients, endless streams; the server has to end, deadline ${short} ms`;
      const mustHaveTime = () => {
        for (const { got, stream } of clients)
          if (got() !== text || stream.closed)
            trial.fail({
              title: 'An event stream is cut before the deadline',
              sent,
              expected: `${text}, sent as the drain begins, and the end afterwards`,
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
      await trial.still();
      mustHaveTime();
      await learner.stage('pass', short - early);
      await trial.still();
      if (open() < 2) ownDeadline(short, `cut before ${short - early} ms`);
      await learner.stage('pass', early + late);
      await trial.still();
      const stays = open();
      if (stays > 0) {
        await learner.stage('pass', 10 * longer);
        await trial.still();
        if (open() === 0)
          ownDeadline(short, `cut, but not within ${short + late} ms`);
      }
      if (stays > 0 || !(await learner.stage<boolean>('hasLeft')))
        trial.fail({
          title: [
            'All streams are over, and the promise does not resolve',
            'The deadline cuts one event stream, and not the other',
            'An event stream keeps it from ending',
          ][stays]!,
          sent,
          expected: `after ${short} ms both are cut, and the promise resolves`,
          came: `it has not resolved; ${stays} of 2 streams still run`,
          section: step,
          wire: server.seen('down'),
        });

      const other = await openServer(trial, learner, longer);
      const { stream, closed } = await other.request('/events');
      await learner.stage('goAway', text);
      await learner.stage('pass', longer - early);
      await trial.still();
      if (stream.closed) ownDeadline(longer, `cut before ${longer - early} ms`);
      await learner.stage('pass', early + late);
      await trial.within(Promise.all([learner.stage('left'), closed]), () =>
        ownDeadline(longer, `not cut after ${longer + late} ms`),
      );
    });

    await trial.step(
      'a client gets a GOAWAY, and opens another connection',
      async () => {
        const [slow, text] = [data.line(), data.line()];
        const held = Promise.withResolvers<ServerHttp2Stream>();
        hall.say((stream) => held.resolve(stream));
        const running = request('/slow');
        running.catch(() => {}); // where nobody waits for it any more
        const stream = await held.promise;
        const goaway = hall.seen('down', 'GOAWAY');
        stream.session!.close(); // GOAWAY
        await trial.within(learner.stage('had', 'goaway'), () => ({
          title: 'The client has no connection that could get a GOAWAY',
          sent: 'GOAWAY, while GET /slow runs',
          wire: goaway,
        }));
        hall.say((next) => next.end(text));
        const got = await request('/board');
        stream.end(slow);
        const sent = 'GOAWAY, while GET /slow runs; then GET /board';
        if (got !== text)
          trial.fail({
            title: 'It uses a connection after its GOAWAY',
            sent,
            expected: `a new connection, and ${text}`,
            came: got ?? 'nothing',
            section,
            wire: hall.seen('up'),
          });
        const old = await running;
        if (old !== slow)
          trial.fail({
            title: 'What ran on the old connection is lost',
            sent,
            expected: `${slow}, for GET /slow`,
            came: old ?? 'nothing',
            section,
            wire: goaway,
          });
        const opened = hall.sessions.length;
        await trial.within(learner.stage('oldOnesClosed'), () => ({
          title: 'The old connection stays open although nothing runs on it',
          sent: `${sent}; then both responses end`,
          wire: goaway,
        }));
        await request('/board');
        if (hall.sessions.length === opened) return;
        trial.fail({
          title: 'A good connection is dropped when the old one closes',
          sent: `${sent}; both responses end, the old connection closes; GET /board`,
          expected: 'it goes on the new connection, which is good',
          came: 'one more connection',
          section: 'RFC 9113, 9.1',
          wire: hall.seen('up'),
        });
      },
    );

    await trial.step('a connection that is cut', async () => {
      const text = data.line();
      hall.cut();
      await trial.within(learner.stage('had', 'close'), () => ({
        title: 'The client does not notice a cut',
        sent: 'the connection is reset',
        wire: hall.seen('down'),
      }));
      hall.say((stream) => stream.end(text));
      const got = await request('/board');
      if (got === text) return;
      trial.fail({
        title: 'After a cut it goes on with a dead connection',
        sent: 'the connection is reset; then GET /board',
        expected: `a new connection, and ${text}`,
        came: got ?? 'nothing',
        wire: hall.seen('up'),
      });
    });
  },
} satisfies Check;

/** The learner's server, behind a tap, and a client for it. */
async function openServer(
  trial: CheckContext,
  learner: Learner,
  deadline: number,
) {
  const opened = await learner.stage<number | undefined>('open', deadline);
  const port = opened ?? (await learner.call<number>('createDrain'));
  const line = await trial.line(port, { tls: true });
  return {
    port,
    seen: line.seen,
    /** Resolves when the request has come, and so many streams run. */
    async request(path: string, streams = 1) {
      const session: ClientHttp2Session = connect(line.origin, {
        rejectUnauthorized: false,
      });
      session.on('error', () => {});
      trial.defer(() => session.destroy());
      const stream = session.request({ ':path': path });
      let text = '';
      stream.setEncoding('utf8').on('data', (piece) => (text += piece));
      stream.on('error', () => {}); // a cut may come with one
      const closed = new Promise((done) => stream.on('close', done));
      await trial.within(learner.stage('busy', streams), () => ({
        title: 'A request does not come to the server',
        sent: `GET ${path}`,
        wire: line.seen('up'),
      }));
      return { session, stream, closed, got: () => text };
    },
  };
}

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

/** A server of ours for the learner's client, behind a tap. */
async function openHall(trial: CheckContext) {
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
    cut: () => line.cut('rst'),
    /** What it does with the next streams. */
    say: (next: typeof say) => (say = next),
  };
}
