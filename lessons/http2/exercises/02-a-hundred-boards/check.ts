/**
 * Many responses over one connection (RFC 9113, 9.1): how many streams at once
 * (5.1.2), and which requests may be sent again (8.7).
 */
import { once } from 'node:events';
import {
  constants,
  createSecureServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { localCertificate } from '@on-the-wire/shared/certificates/certificates.ts';
import {
  type Check,
  differsAt,
  type FailureParts,
  type Generated,
  type Learner,
  type TappedConnection,
  type CheckContext,
} from '@on-the-wire/course/exercise/check.ts';

export default {
  starter: 'A connection for each board',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();

    await trial.step('some boards, each in its place', async () => {
      const hall = await openHall(trial, boardsOf(data, 5));
      await mustLoad(trial, learner, hall);
    });

    await trial.step('over one connection', async () => {
      const hall = await openHall(trial, boardsOf(data, 12));
      await mustLoad(trial, learner, hall);
      const { length } = hall.sessions;
      if (length === 1) return;
      trial.fail({
        title: 'A connection for each board',
        ...hall.parts,
        expected: '1 connection',
        came: `${length} connections`,
        section: 'RFC 9113, 9.1',
      });
    });

    await trial.step('a hundred, and none waits for another', async () => {
      const hall = await openHall(trial, boardsOf(data, 100), { holds: 'all' });
      // It responds when all are here. If some wait for responses, nothing goes on.
      await trial.within(mustLoad(trial, learner, hall), () => ({
        title: 'The boards wait for each other',
        ...hall.parts,
        expected: `${hall.boards.size} streams at the same time: ${limit} are allowed`,
        came: `${streams(hall.waiting)} at the same time, and no more while there was no response`,
        section: 'step “A hundred boards” of the tutorial',
      }));
    });

    await trial.step('more than the server allows at once', async () => {
      const most = data.whole(6, 12);
      const boards = boardsOf(data, data.whole(60, 90));
      await mustLoad(
        trial,
        learner,
        await openHall(trial, boards, { most, holds: 'most' }),
      );
    });

    await trial.step('a server that is busy', async () => {
      const boards = boardsOf(data, data.whole(20, 40));
      const refuses = data.whole(3, 9);
      await mustLoad(
        trial,
        learner,
        await openHall(trial, boards, { refuses }),
      );
    });

    await trial.step('the connection is closed afterwards', async () => {
      const hall = await openHall(trial, boardsOf(data, 5));
      await mustLoad(trial, learner, hall);
      const closed = hall.sessions.map(
        (session) => session.destroyed || once(session, 'close'),
      );
      await trial.within(Promise.all(closed), () => ({
        title: 'The connection stays open',
        ...hall.parts,
        expected: 'a GOAWAY, or the end of the connection',
        came: 'neither, although all responses have come',
        section: 'RFC 9113, 9.1',
      }));
    });

    await trial.step('a connection that breaks is an error', async () => {
      for (const how of ['reset=after:', 'limit=after:']) {
        const hall = await openHall(trial, boardsOf(data, 60));
        hall.line.break(`down:${how}${data.whole(3000, 5000)}B`);
        const { value } = await load(learner, hall);
        if (!value) continue;
        const missing = value.filter((text) => text === undefined).length;
        trial.fail({
          title: 'A broken connection goes unnoticed',
          ...hall.parts,
          sent: `${hall.parts.sent}; after some of them the connection breaks`,
          expected: 'an error: the other boards are unknown, not missing',
          came: `${value.length} results, ${missing} of them undefined`,
        });
      }
    });
  },
} satisfies Check;

const limit = 128; // streams at the same time, as in the lesson
/** Pings without a new stream in between, after which it waits for no more. */
const pings = 5;
const streams = (count: number) => `${count} stream${count === 1 ? '' : 's'}`;

/** What is at each path; some are not there. */
type Boards = Map<string, string | undefined>;

function boardsOf(data: Generated, count: number): Boards {
  const numbers = Array.from({ length: count }, (_, number) => number);
  const none = data.pick(numbers);
  const word = encodeURIComponent(data.line());
  return new Map(
    numbers.map((number) => [
      `/board?station=${number}&of=${word}`,
      number === none
        ? undefined
        : JSON.stringify({ number, departures: data.text('\n') }),
    ]),
  );
}

interface Hall {
  boards: Boards;
  line: TappedConnection;
  /** What was requested, and where it is seen. */
  readonly parts: Pick<FailureParts, 'sent' | 'wire'>;
  sessions: ServerHttp2Session[];
  /** How often there was a response for each path. */
  served: Map<string, number>;
  refused: Set<string>;
  /** How many streams are waiting for their response. */
  readonly waiting: number;
}

interface Ways {
  /** Streams that it allows at the same time. */
  most?: number;
  /**
   * Responds only when all are waiting; or as many as may, or as do: some
   * send fewer.
   */
  holds?: 'all' | 'most';
  /** Refuses so many, each once. */
  refuses?: number;
}

/** A server of boards, behind a tap. */
async function openHall(
  trial: CheckContext,
  boards: Boards,
  { most = limit, holds, refuses = 0 }: Ways = {},
): Promise<Hall> {
  const pair = await localCertificate();
  const settings = { maxConcurrentStreams: most };
  const server = createSecureServer({ ...pair, settings });
  const served = new Map<string, number>();
  const refused = new Set<string>();
  const sessions: ServerHttp2Session[] = [];
  let waiting: (() => void)[] = [];

  const respond = (stream: ServerHttp2Stream, path: string) => {
    if (stream.destroyed) return;
    served.set(path, (served.get(path) ?? 0) + 1);
    const text = boards.get(path);
    stream.respond({ ':status': text === undefined ? 404 : 200 });
    stream.end(text ?? 'no such board');
  };
  // The last one gets its response first.
  const release = () => {
    for (const go of waiting.reverse()) go();
    waiting = [];
  };
  const isFull = () =>
    waiting.length >= Math.min(most, boards.size - served.size);
  let looking = false;
  const hold = (session: ServerHttp2Session, go: () => void) => {
    waiting.push(go);
    if (!looking && (holds === 'most' || isFull())) look(session, pings);
  };
  // What was sent up to here comes before a ping's acknowledgement.
  const look = (session: ServerHttp2Session, left: number) => {
    const { length } = waiting;
    looking = !session.destroyed;
    if (!looking) return;
    session.ping(() => {
      const isMore = waiting.length > length;
      if (isMore || !(isFull() || left === 1))
        return look(session, isMore ? pings : left - 1);
      looking = false;
      release();
    });
  };

  server.on('session', (session) => {
    sessions.push(session);
    session.on('error', () => {});
    // Streams that exceed the limit are refused by Node, and never come here.
    session.on('stream', (stream, head) => {
      const path = String(head[':path']);
      stream.on('error', () => {});
      if (refused.size < refuses && !refused.has(path)) {
        refused.add(path);
        stream.close(constants.NGHTTP2_REFUSED_STREAM);
      } else if (holds) hold(session, () => respond(stream, path));
      else setImmediate(respond, stream, path);
    });
  });
  server.on('sessionError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  trial.defer(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const line = await trial.line(port, { tls: true });
  const sent = `loadBoards('${line.origin}', ${boards.size} paths)`;
  const hall: Hall = {
    boards,
    line,
    get parts() {
      return { sent, wire: line.seen('up') };
    },
    sessions,
    served,
    refused,
    get waiting() {
      return waiting.length;
    },
  };
  return hall;
}

const load = (learner: Learner, { line, boards }: Hall) =>
  learner.attempt<(string | undefined)[]>('loadBoards', line.origin, [
    ...boards.keys(),
  ]);

/** Loads all of them, and compares. */
async function mustLoad(trial: CheckContext, learner: Learner, hall: Hall) {
  const { value, error } = await load(learner, hall);
  const { boards, parts, served, refused } = hall;
  const paths = [...boards.keys()];
  const wanted = [...boards.values()];
  const again = [...served].find(([, times]) => times > 1);
  const isRefusal = error && /REFUSED|code 7/.test(error.message);
  const never = paths.filter((path) => !served.has(path));

  if (isRefusal || (!error && never.length > 0))
    trial.fail({
      title: 'A refused request counts as failed',
      ...parts,
      expected: 'another try: a refused request was not processed',
      came: error
        ? `${error.name}: ${error.message}`
        : `${never.length} of ${paths.length} were refused, and never requested again`,
      note: refused.size > 0 ? `${refused.size} were refused, once` : undefined,
      section: 'RFC 9113, 8.7',
    });
  if (again)
    trial.fail({
      title: 'A request is repeated after its response',
      ...parts,
      expected: 'one response for each board',
      came: `${again[1]} responses to GET ${again[0]}`,
      section: 'RFC 9113, 8.7',
    });
  if (error)
    trial.fail({
      title: `loadBoards threw ${error.name}: ${error.message}`,
      ...parts,
      expected: `${paths.length} results`,
      details: error.stack,
    });
  if (!Array.isArray(value) || value.length !== wanted.length)
    trial.fail({
      title: 'There are not as many results as paths',
      ...parts,
      expected: `an array of ${wanted.length}`,
      came: Array.isArray(value)
        ? `an array of ${value.length}`
        : (JSON.stringify(value) ?? 'undefined'),
    });
  const at = wanted.findIndex((text, index) => text !== value[index]);
  if (at < 0) return;
  const found = wanted.indexOf(value[at]);
  const prefix = `at ${at}: `;
  const came = `${prefix}${value[at] ?? 'undefined'}`;
  trial.fail({
    title:
      found < 0
        ? 'A board is not as it was sent'
        : 'A board is in the wrong place',
    ...parts,
    wire: hall.line.seen('down'),
    expected: `${prefix}${wanted[at] ?? 'undefined, as the status is 404'}`,
    came,
    at: differsAt(came, `${prefix}${wanted[at] ?? 'undefined'}`),
  });
}
