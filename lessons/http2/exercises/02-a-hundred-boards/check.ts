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
import { createServer, type AddressInfo } from 'node:net';
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
      const boards = boardsOf(data, data.whole(25, 30), otherStatuses);
      const paths = [...boards.keys()];
      // One that two displays show.
      const whole = paths.filter((path) => boards.get(path)!.status === 200);
      paths.splice(data.whole(0, 9), 0, data.pick(whole.slice(1)));
      const hall = await openHall(trial, boards, { paths });
      await mustLoad(trial, learner, hall);
    });

    await trial.step('a hundred, and none waits for another', async () => {
      const boards = boardsOf(data, data.whole(101, 120));
      const hall = await openHall(trial, boards, { holds: 'all' });
      // It responds when all are here. If some wait for responses, nothing goes on.
      await mustNotWait(trial, learner, hall, () => ({
        title: 'The boards wait for each other',
        ...hall.parts,
        expected: `${boards.size} streams at the same time: ${limit} are allowed`,
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

    await trial.step('from two servers at the same time', async () => {
      const halls = [
        await openHall(trial, boardsOf(data, 10), { holds: 'all' }),
        await openHall(trial, boardsOf(data, 10), { holds: 'all' }),
      ];
      await Promise.all(halls.map((hall) => mustLoad(trial, learner, hall)));
    });

    await trial.step('a request that fails in another way', async () => {
      const codes = [
        constants.NGHTTP2_ENHANCE_YOUR_CALM,
        constants.NGHTTP2_CANCEL,
        data.pick([
          constants.NGHTTP2_PROTOCOL_ERROR,
          constants.NGHTTP2_CONNECT_ERROR,
        ]),
      ];
      for (const fails of [...codes, 'half'] as const) {
        const hall = await openHall(trial, boardsOf(data, 6), { fails });
        await mustThrow(trial, learner, hall, {
          sent: `${hall.parts.sent}; one of them ${
            fails === 'half'
              ? 'is reset in the middle of its response (INTERNAL_ERROR)'
              : `is reset (${nameOf(fails)})`
          }`,
          title: 'A request that failed goes unnoticed',
          expected: 'an error: this board is unknown, not missing',
        });
        await mustClose(trial, hall, `${hall.parts.sent}; one of them fails`);
      }
    });

    await trial.step('a server that is busy', async () => {
      const boards = boardsOf(data, data.whole(20, 40));
      const paths = [...boards.keys()];
      const refuses = new Map(
        [1, 2, data.whole(21, 24)].map((times) => [data.pick(paths), times]),
      );
      const hall = await openHall(trial, boards, {
        refuses,
        holds: 'all',
        faults: [], // there and back very often
      });
      await mustNotWait(trial, learner, hall, () => ({
        title: 'A refused request waits for the responses to others',
        ...hall.parts,
        expected: 'it is sent again while the others still run',
        came: `${streams(hall.waiting)} of ${boards.size} at the same time, and no more while there was no response`,
        note: `${hall.refusals} were refused, as long as the server was busy`,
        section: 'RFC 9113, 8.7',
      }));
    });

    await trial.step(
      'a connection that breaks, or cannot be opened',
      async () => {
        for (const how of ['reset=after:', 'limit=after:']) {
          const hall = await openHall(trial, boardsOf(data, 60), {
            breaks: true,
          });
          hall.line.break(`down:${how}${data.whole(3000, 5000)}B`);
          await mustThrow(trial, learner, hall, {
            ...brokenConnection,
            sent: `${hall.parts.sent}; after some of them the connection breaks`,
          });
        }
        for (const how of ['rst', 'fin'] as const) {
          const hall = await openHall(trial, boardsOf(data, 10), {
            whenAllWait: () => hall.line.cut(how),
          });
          await mustThrow(trial, learner, hall, {
            ...brokenConnection,
            sent: `${hall.parts.sent}; before any response the connection is ${
              how === 'rst' ? 'reset' : 'closed'
            }`,
          });
        }
        await mustNotOpen(trial, learner);
      },
    );
  },
} satisfies Check;

const limit = 128; // streams at the same time, as in the lesson
/** Pings without a new stream in between, after which it waits for no more. */
const pings = 5;
const streams = (count: number) => `${count} stream${count === 1 ? '' : 's'}`;
const brokenConnection = {
  title: 'A broken connection goes unnoticed',
  expected: 'an error: the other boards are unknown, not missing',
};

/** Of a code: `CANCEL`. */
const nameOf = (code: number) =>
  Object.entries(constants)
    .find(
      ([name, value]) => /^NGHTTP2_[A-Z_]+$/.test(name) && value === code,
    )![0]
    .slice('NGHTTP2_'.length);

/** What the server has at each path. */
type Boards = Map<string, { status: number; text: string }>;

/** What is no board: nothing of it is an error, and nothing is a refusal. */
const otherStatuses = [
  201, 202, 203, 206, 400, 403, 404, 408, 410, 425, 429, 500, 502, 503, 504,
];

/** One is empty, and some are not there, for these reasons. */
function boardsOf(
  data: Generated,
  count: number,
  statuses = [data.pick(otherStatuses), data.pick(otherStatuses)],
): Boards {
  const word = encodeURIComponent(data.line());
  const special = [
    { status: 200, text: '' },
    ...statuses.map((status) => ({ status, text: data.line() })),
  ];
  const numbers = Array.from({ length: count }, (_, number) => number);
  const places = special.map(() => {
    const place = data.pick(numbers);
    numbers.splice(numbers.indexOf(place), 1);
    return place;
  });
  return new Map(
    Array.from({ length: count }, (_, number) => [
      `/board?station=${number}&of=${word}`,
      special[places.indexOf(number)] ?? {
        status: 200,
        text: JSON.stringify({ number, departures: data.text('\n') }),
      },
    ]),
  );
}

interface Hall {
  boards: Boards;
  paths: string[];
  line: TappedConnection;
  /** What was requested, and where it is seen. */
  readonly parts: Pick<FailureParts, 'sent' | 'wire'>;
  sessions: ServerHttp2Session[];
  /** How often each path was requested, and not refused. */
  served: Map<string, number>;
  /** How often each path was refused by us; Node refuses some before. */
  refused: Map<string, number>;
  readonly refusals: number;
  /** How many streams are waiting for their response. */
  readonly waiting: number;
  /** Lets all go that wait. */
  release(): unknown;
  /** What must not have been requested; resolves as soon as it is. */
  trouble: Promise<FailureParts>;
}

interface Ways {
  /** What is loaded; usually each board once. */
  paths?: string[];
  /** Streams that it allows at the same time. */
  most?: number;
  /**
   * Responds only when all are waiting; or as many as may, or as do: some
   * send fewer.
   */
  holds?: 'all' | 'most';
  /** Called, in place of a response, when all wait. */
  whenAllWait?: () => void;
  /** Refuses these, each so many times. */
  refuses?: Map<string, number>;
  /** Whether its connection breaks: by the tap. */
  breaks?: boolean;
  /** Of the tap; usually those of every check. */
  faults?: string[];
  /** One fails, with this code, or in the middle of its response. */
  fails?: number | 'half';
}

/** A server of boards, behind a tap. */
async function openHall(
  trial: CheckContext,
  boards: Boards,
  ways: Ways = {},
): Promise<Hall> {
  const { most = limit, refuses = new Map<string, number>(), fails } = ways;
  const { paths = [...boards.keys()], whenAllWait } = ways;
  const holds = ways.holds ?? (whenAllWait && 'all');
  const pair = await localCertificate();
  const settings = { maxConcurrentStreams: most };
  const server = createSecureServer({ ...pair, settings });
  const served = new Map<string, number>();
  const refused = new Map<string, number>();
  const sessions: ServerHttp2Session[] = [];
  const whole = [...boards].filter(
    ([, { status, text }]) => status === 200 && text !== '',
  );
  const failing =
    fails === undefined
      ? undefined
      : trial.data.pick(whole.map(([path]) => path));
  const isTried =
    refuses.size > 0 ||
    failing ||
    whenAllWait ||
    ways.breaks ||
    most < paths.length;
  const trouble = Promise.withResolvers<FailureParts>();
  let waiting: (() => void)[] = [];

  const respond = (stream: ServerHttp2Stream, path: string) => {
    if (stream.destroyed) return;
    const { status, text } = boards.get(path)!;
    const bytes = Buffer.from(text);
    // In the middle of a character, where there is one of several bytes.
    const wide = bytes.findIndex((byte) => byte >= 0xc0) + 1;
    stream.respond({ ':status': status });
    if (path === failing)
      return stream.write(bytes.subarray(0, wide - 1), () =>
        stream.destroy(new Error('half of it')),
      );
    if (wide > 0) stream.write(bytes.subarray(0, wide));
    return stream.end(bytes.subarray(wide));
  };
  // The last one gets its response first.
  const release = () => {
    if (whenAllWait) return whenAllWait();
    for (const go of waiting.reverse()) go();
    return (waiting = []);
  };
  let given = 0;
  const isFull = () => waiting.length >= Math.min(most, paths.length - given);
  let looking = false;
  const hold = (session: ServerHttp2Session, go: () => void) => {
    waiting.push(() => {
      given += 1;
      go();
    });
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
      return release();
    });
  };
  const tooOften = (path: string) =>
    trouble.resolve(repeated(hall, path, path === failing));

  server.on('session', (session) => {
    sessions.push(session);
    if (sessions.length > 1 && isTried)
      trouble.resolve(another(hall, most < paths.length));
    session.on('error', () => {});
    // Streams that exceed the limit are refused by Node, and never come here.
    session.on('stream', (stream, head) => {
      const path = String(head[':path']);
      stream.on('error', () => {});
      const times = refused.get(path) ?? 0;
      if (!boards.has(path)) {
        trouble.resolve({
          title: 'A board is requested from another server',
          ...hall.parts,
          expected: 'each board from the server that the call names',
          came: `GET ${path}`,
        });
        return stream.close(constants.NGHTTP2_INTERNAL_ERROR);
      }
      if (times < (refuses.get(path) ?? 0)) {
        refused.set(path, times + 1);
        return stream.close(constants.NGHTTP2_REFUSED_STREAM);
      }
      const before = served.get(path) ?? 0;
      served.set(path, before + 1);
      if (before >= paths.filter((each) => each === path).length)
        tooOften(path);
      if (path === failing && typeof fails === 'number')
        return stream.close(fails);
      if (holds) return hold(session, () => respond(stream, path));
      return setImmediate(respond, stream, path);
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
  const { faults } = ways;
  const line = await trial.line(port, { tls: true, ...(faults && { faults }) });
  const sent = `loadBoards('${line.origin}', ${paths.length} paths)`;
  const hall: Hall = {
    boards,
    paths,
    line,
    get parts() {
      return { sent, wire: line.seen('up') };
    },
    sessions,
    served,
    refused,
    get refusals() {
      return refused.size;
    },
    get waiting() {
      return waiting.length;
    },
    release,
    trouble: trouble.promise,
  };
  return hall;
}

/** A request came again that should not. */
function repeated(
  { parts, boards }: Hall,
  path: string,
  hasFailed: boolean,
): FailureParts {
  const { status } = boards.get(path)!;
  const title = hasFailed
    ? 'A request that failed is sent again'
    : status === 200
      ? 'A request is repeated after its response'
      : `A request is repeated because its status code is not 200`;
  return {
    title,
    ...parts,
    expected: 'no second request: the first one was processed',
    came: `another GET ${path}`,
    ...(hasFailed && { note: 'it may have been processed' }),
    ...(status !== 200 && { note: `the status code was ${status}` }),
    section: 'RFC 9113, 8.7',
  };
}

/** A connection came that should not. */
function another(
  { parts, refusals, line }: Hall,
  isLimited: boolean,
): FailureParts {
  return {
    title:
      refusals > 0 || isLimited
        ? 'What was refused is requested over another connection'
        : 'After a failure, another connection is opened',
    ...parts,
    expected: '1 connection',
    came: `${line.connections} connections`,
    section: 'RFC 9113, 9.1',
  };
}

type Loaded = Awaited<ReturnType<typeof load>>;

/**
 * What comes of a call; fails as soon as something is requested in vain. Time
 * passes only when nothing else goes on: a pause before a retry costs nothing.
 *
 * @param stuck called when no pause is left either
 */
async function load(
  trial: CheckContext,
  learner: Learner,
  hall: Hall,
  stuck = () => {},
) {
  const { line, paths } = hall;
  const loading = Promise.race([
    learner.attempt<(string | undefined)[]>('loadBoards', line.origin, paths),
    hall.trouble.then((parts) => trial.fail(parts)),
  ]);
  if (!(await endsAfterPauses(trial, learner, loading))) stuck();
  return loading;
}

/** Lets pauses pass, until it is over; or false if none is left. */
async function endsAfterPauses(
  trial: CheckContext,
  learner: Learner,
  loading: Promise<unknown>,
) {
  let isOver = false;
  const end = () => (isOver = true);
  loading.then(end, end);
  for (let pauses = 0; pauses < 40; pauses += 1) {
    await Promise.race([loading, trial.still()]).catch(() => {});
    if (isOver) return true;
    if (!(await learner.stage<boolean>('passPause'))) break;
  }
  return isOver;
}

/** Loads all of them, and compares. */
async function mustLoad(trial: CheckContext, learner: Learner, hall: Hall) {
  const loaded = await load(trial, learner, hall);
  mustHaveTried(trial, hall, loaded);
  mustBeThose(trial, hall, loaded.value);
  mustBeOne(trial, hall);
  await mustClose(trial, hall);
}

/**
 * The same, where all must be requested before the first response. If nothing
 * goes on any more, `otherwise` says why, unless it is told by what comes then.
 */
async function mustNotWait(
  trial: CheckContext,
  learner: Learner,
  hall: Hall,
  otherwise: () => FailureParts,
) {
  let parts: FailureParts | undefined;
  const loading = load(trial, learner, hall, () => {
    parts = otherwise();
    hall.release();
  });
  const loaded = await trial.within(loading, () => parts ?? otherwise());
  mustHaveTried(trial, hall, loaded);
  if (parts) trial.fail(parts);
  mustBeThose(trial, hall, loaded.value);
  mustBeOne(trial, hall);
  await mustClose(trial, hall);
}

/** Something fails: the call must, too. */
async function mustThrow(
  trial: CheckContext,
  learner: Learner,
  hall: Hall,
  parts: { title: string; sent: string; expected: string },
) {
  const { wire } = hall.parts;
  const { value } = await trial.within(load(trial, learner, hall), () => ({
    ...parts,
    wire,
    title: 'After a failure, loadBoards waits without an end',
    came: 'neither a result nor an error',
  }));
  if (value) {
    const missing = value.filter((text) => text === undefined).length;
    const texts = [...hall.boards.values()].map(({ text }) => text);
    const half = value.find((text) => text && !texts.includes(text));
    trial.fail({
      ...parts,
      wire,
      came: `${value.length} results, ${missing} of them undefined`,
      ...(half !== undefined && {
        title: 'Half a response is taken for a whole one',
        came: half,
      }),
    });
  }
}

/** Somebody accepts connections, and closes them at once. */
async function mustNotOpen(trial: CheckContext, learner: Learner) {
  const second = Promise.withResolvers<void>();
  let connections = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.destroy();
    connections += 1;
    if (connections > 1) second.resolve();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  trial.defer(() => server.close());
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const parts = {
    sent: `loadBoards('${origin}', 3 paths); its server closes each connection at once`,
    expected: 'an error',
  };
  const called = learner.attempt<unknown>('loadBoards', origin, [
    '/board?station=1',
    '/board?station=2',
    '/board?station=3',
  ]);
  const repeats = second.promise.then(() =>
    trial.fail({
      ...parts,
      title: 'After a failure, another connection is opened',
      came: `${connections} connections`,
      section: 'RFC 9113, 9.1',
    }),
  );
  const { error } = await trial.within(Promise.race([called, repeats]), () => ({
    ...parts,
    title: 'After a failure, loadBoards waits without an end',
    came: 'neither a result nor an error',
  }));
  if (!error)
    trial.fail({
      ...parts,
      title: 'A connection that cannot be opened goes unnoticed',
      came: 'a result',
    });
  // A crash comes a little later than the error.
  await trial.still();
  await learner.memory();
}

/** What is refused is requested again, nothing else, and there is a result. */
function mustHaveTried(trial: CheckContext, hall: Hall, { error }: Loaded) {
  const { parts, paths, served, refused } = hall;
  const never = paths.filter((path) => !served.has(path));
  const isRefusal = error && /REFUSED|code 7/.test(error.message);
  const most = Math.max(0, ...refused.values());
  if (isRefusal || (!error && never.length > 0))
    trial.fail({
      title:
        most > 1
          ? 'What is refused again and again counts as failed'
          : 'A refused request counts as failed',
      ...parts,
      expected: 'another try: a refused request was not processed',
      came: error
        ? `${error.name}: ${error.message}`
        : `${never.length} of ${paths.length} were refused, and never requested again`,
      note:
        most > 0
          ? `${refused.size} were refused, one of them ${most} times so far`
          : undefined,
      section: 'RFC 9113, 8.7',
    });
  if (!error) return;
  // We have ended nothing here: so it has done this to its own streams.
  const isOwn =
    /code (0|2|8)$|^Stream closed|GOAWAY|(session has been|stream was) destroyed|canceled/i.test(
      error.message,
    );
  trial.fail({
    title: isOwn
      ? 'The connection is closed before everything has arrived'
      : `loadBoards threw ${error.name}: ${error.message}`,
    ...parts,
    expected: `${paths.length} results`,
    came: `${error.name}: ${error.message}`,
    details: error.stack,
  });
}

/** The texts, each in its place. */
function mustBeThose(trial: CheckContext, hall: Hall, value: unknown) {
  const { boards, parts, paths } = hall;
  const wanted = paths.map((path) => {
    const { status, text } = boards.get(path)!;
    return status === 200 ? text : undefined;
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
  const results = value as unknown[];
  const at = wanted.findIndex((text, index) => text !== results[index]);
  if (at < 0) return;
  const { status, text } = boards.get(paths[at]!)!;
  const result = results[at];
  const prefix = `at ${at}: `;
  const came = `${prefix}${typeof result === 'string' ? result : JSON.stringify(result)}`;
  const what = `${prefix}${wanted[at] ?? `undefined, as the status code is ${status}`}`;
  trial.fail({
    title:
      status !== 200 && result === text
        ? 'A board whose status code is not 200 is returned'
        : text === '' && result === undefined
          ? 'An empty board counts as missing'
          : String(result).includes('\uFFFD')
            ? 'A character that arrives in two parts is broken'
            : wanted.includes(result as string)
              ? 'A board is in the wrong place'
              : 'A board is not as it was sent',
    ...parts,
    wire: hall.line.seen('down'),
    expected: what,
    came,
    at: differsAt(came, what),
  });
}

/** One connection, whatever happened on it. */
function mustBeOne(trial: CheckContext, { sessions, parts, paths }: Hall) {
  const { length } = sessions;
  if (length <= 1) return;
  trial.fail({
    title:
      length < paths.length
        ? 'More than one connection for the boards'
        : 'A connection for each board',
    ...parts,
    expected: '1 connection',
    came: `${length} connections`,
    section: 'RFC 9113, 9.1',
  });
}

/** Nothing stays open: a reset, which is an error here, ends it as well. */
async function mustClose(
  trial: CheckContext,
  { sessions, parts }: Hall,
  sent = parts.sent,
) {
  const closed = sessions.map(
    (session) =>
      session.destroyed ||
      new Promise<void>((resolve) => session.once('close', resolve)),
  );
  await trial.within(Promise.all(closed), () => ({
    title: 'The connection stays open',
    ...parts,
    sent,
    expected: 'a GOAWAY, or the end of the connection',
    came: 'neither, although loadBoards has come to its end',
    section: 'RFC 9113, 9.1',
  }));
}
