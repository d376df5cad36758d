/** Which protocol a client gets, and whether the responses are the same. */
import { connect, type ClientHttp2Session } from 'node:http2';
import {
  Agent,
  request as requestHttp1,
  type RequestOptions,
} from 'node:https';
import { connect as connectTls } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import {
  type Check,
  differsAt,
  type CheckContext,
  type Generated,
  type Learner,
  type TappedConnection,
} from '@on-the-wire/course/exercise/check.ts';
import { stations } from '../../stations.ts';

const host = '127.0.0.1';
// One name for TLS, or an agent takes each Host for another server.
const trust = { host, servername: 'localhost', rejectUnauthorized: false };
const onlyHttp1 = { ...trust, ALPNProtocols: ['http/1.1'] };

export default {
  browser: true,
  starter: 'A client that offers HTTP/2 does not get it',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const opened = await learner.stage<number | undefined>('open');
    // There is none: this says what the file exports instead.
    const port = opened ?? (await learner.call<number>('createServer'));
    const overHttp1 = clientOfHttp1({ ...onlyHttp1, port, agent: false });

    await trial.step('HTTP/1.1, for clients that know no other', async () => {
      // Names that only look like HTTP/2's: of other protocols, or of none.
      const other = data.pick(['h2c', 'h2-14', 'h3', 'spdy/3.1', 'http/2']);
      const offers = [
        ['http/1.1'],
        [other, 'http/1.1'],
        ['http/1.1', other],
        [],
      ];
      // `false`: a client that has never heard of ALPN.
      for (const each of offers)
        await mustAgree(trial, port, each, ['http/1.1', false]);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      trial.defer(() => agent.destroy());
      const used = new Set<unknown>();
      const kept = clientOfHttp1({ ...onlyHttp1, port, agent }, used);
      const exchanges = exchangesOf(data, 'HTTP/1.1');
      for (const each of exchanges) await mustExchange(trial, kept, each);
      if (used.size > 1)
        trial.fail({
          title: 'Over HTTP/1.1, each request needs a connection of its own',
          sent: `${exchanges.length} requests over HTTP/1.1, one after the other`,
          expected: '1 connection, which is kept alive',
          came: `${used.size} connections`,
          section: 'RFC 9112, 9.3',
        });
      const withoutAlpn = clientOfHttp1({
        createConnection: () => connectTls({ ...trust, port }),
      });
      for (const each of exchangesOf(data, 'HTTP/1.1 without ALPN').slice(0, 2))
        await mustExchange(trial, withoutAlpn, each);
    });

    await trial.step('HTTP/2, for clients that offer it', async () => {
      for (const offers of [
        ['h2', 'http/1.1'],
        ['h2'],
        ['http/1.1', 'h2'],
        [data.word(), 'h2', 'http/1.1'],
      ])
        await mustAgree(trial, port, offers, ['h2']);
    });

    const line = await trial.line(port, { tls: true });
    const session = connect(line.origin, { rejectUnauthorized: false });
    session.on('error', () => {}); // each request fails by itself
    trial.defer(() => session.destroy());
    const overHttp2 = clientOfHttp2(session);

    await trial.step('the same responses over HTTP/2', async () => {
      for (const each of exchangesOf(data, 'HTTP/2'))
        await mustExchange(trial, overHttp2, each);
      // What comes from HTTP/1.1 through a proxy may keep its Host instead.
      // What it gets is not asked for; only that it gets no such header.
      const kept = withHost(session, `${data.word()}.example`);
      await Promise.race([kept, trial.still()]);
      await mustNotWarn(trial, learner, line);
    });

    await trial.step('both kinds of clients at the same time', async () => {
      const clients = { 'HTTP/1.1': overHttp1, 'HTTP/2': overHttp2 };
      const all = Object.entries(clients).flatMap(([protocol, send]) =>
        exchangesOf(data, protocol).map((exchange) => ({ send, exchange })),
      );
      const exchanges = all.map(({ exchange }) => exchange);
      await Promise.all(
        all.map(({ send, exchange }) =>
          mustExchange(trial, send, exchange, exchanges),
        ),
      );
      await mustNotWarn(trial, learner, line);
    });

    await trial.step('a browser, over HTTP/2', async () => {
      const page = await trial.page();
      const numbers = Array.from({ length: 12 }, (_none, n) => n + 1);
      const first = data.whole(13, 99);
      const came = await trial.within(
        (async () => {
          await page.goto(`${line.origin}/board?station=${first}`);
          return page.evaluate(async (asked) => {
            const paths = asked.map((n) => `/board?station=${n}`);
            const all = await Promise.all(paths.map((path) => fetch(path)));
            const boards = await Promise.all(all.map((one) => one.json()));
            return boards.map((board: { station: string }, n) => {
              const url = new URL(paths[n]!, location.href).href;
              const [entry] = performance.getEntriesByName(url);
              const { nextHopProtocol } = entry as PerformanceResourceTiming;
              return `${board.station} over ${nextHopProtocol}`;
            });
          }, numbers);
        })(),
        (why) => ({
          title: 'A browser gets no response',
          sent: 'a page that fetches twelve boards',
          came: why.message,
        }),
      );
      const wanted = numbers.map((n) => `${stations[n]} over h2`);
      const wrong = came.findIndex((each, n) => each !== wanted[n]);
      if (wrong >= 0)
        trial.fail({
          title: 'A browser does not get the boards over h2',
          sent: `fetch('/board?station=${numbers[wrong]}') in a page`,
          expected: wanted[wrong],
          came: came[wrong],
          section: 'RFC 9113, 3.2',
        });
    });
  },
} satisfies Check;

/** What comes of a handshake in which the client offers these by ALPN. */
async function shakeHands(trial: CheckContext, port: number, offers: string[]) {
  const socket = connectTls({
    ...trust,
    port,
    ...(offers.length > 0 && { ALPNProtocols: offers }),
  });
  trial.defer(() => socket.destroy());
  return new Promise<{
    chosen?: string | false;
    why?: NodeJS.ErrnoException;
  }>((resolve) => {
    socket.on('secureConnect', () => {
      resolve({ chosen: socket.alpnProtocol ?? false });
      socket.destroy();
    });
    socket.on('error', (why) => resolve({ why }));
    socket.on('close', () =>
      resolve({ why: new Error('the end of the connection') }),
    );
  });
}

const isRefusal = ({ code = '', message }: NodeJS.ErrnoException) =>
  /NO_APPLICATION_PROTOCOL/.test(code + message);

/** Offers these by ALPN; the server must choose one of the wanted. */
async function mustAgree(
  trial: CheckContext,
  port: number,
  offers: string[],
  wanted: (string | false)[],
) {
  const parts = {
    sent: `a TLS handshake; ${
      offers.length > 0
        ? `by ALPN the client offers ${offers.join(', ')}`
        : 'the client does not know ALPN'
    }`,
    expected: wanted[0] || 'no protocol',
    section: 'RFC 7301, 3.2',
  };
  const silent = () => ({
    ...parts,
    title: 'A TLS handshake does not end',
    came: 'nothing',
  });
  const { chosen, why } = await trial.within(
    shakeHands(trial, port, offers),
    silent,
  );
  if (why) {
    // Whether it is this client that is refused, or each.
    const others = [['h2'], ['http/1.1'], []].map((each) =>
      shakeHands(trial, port, each),
    );
    const all = await trial.within(Promise.all(others), silent);
    const isTls = [why, ...all.map((each) => each.why)].some(
      (each) => !each || isRefusal(each),
    );
    const who = offers.includes('h2')
      ? 'A client that offers HTTP/2'
      : offers.length > 0
        ? 'A client that speaks only HTTP/1.1'
        : 'A client that does not know ALPN';
    trial.fail({
      ...parts,
      title: isTls ? `${who} is turned away` : 'The server does not speak TLS',
      came: why.code || why.message,
    });
  }
  if (wanted.includes(chosen!)) return;
  const before = offers.slice(0, Math.max(0, offers.indexOf('h2')));
  trial.fail({
    ...parts,
    title: offers.includes('h2')
      ? 'A client that offers HTTP/2 does not get it'
      : 'A client gets a protocol that it did not offer',
    came: chosen || 'no protocol, so the client has to use HTTP/1.1',
    ...(before.length > 0 && {
      note: `its list begins with ${before.join(', ')}: the server has an order of its own`,
    }),
  });
}

interface Result {
  status: number;
  type: string;
  text: string;
}

type Client = (path: string, name: string) => Promise<Result>;

/** A request, and what the response to it must be. */
interface Exchange {
  protocol: string;
  path: string;
  /** Of the server, as this client calls it. */
  name: string;
  status: number;
  board: { station?: string; at: string };
}

/** Of each kind one: a board, and what has none. */
function exchangesOf(data: Generated, protocol: string): Exchange[] {
  const more = `x=${data.word()}'&y=%C3%BC%20?${data.word()}`;
  const nameOf = () =>
    data.pick([
      `${data.word()}.Example:${data.whole(1000, 9999)}`,
      `${data.word()}.example:443`,
      `[::1]:${data.whole(1000, 9999)}`,
    ]);
  const make = (path: string, status: number, station?: string): Exchange => {
    const name = nameOf();
    const at = `https://${name}${path}`;
    const board = { ...(station !== undefined && { station }), at };
    return { protocol, path, name, status, board };
  };
  // One with letters of two bytes, and any.
  const wide = [...stations.keys()].filter((at) =>
    /[^ -~]/.test(stations[at]!),
  );
  const [w, n, other] = [data.pick(wide), data.whole(0, 99), data.word()];
  const path = `/board?station=${w}&${more}`;
  return [
    make(path, 200, stations[w]),
    make(path, 200, stations[w]),
    make(`/${other}`, 404),
    make(`/${other}/../board?station=${n}`, 404, stations[n]),
    make(`/board?station=${data.whole(100, 999)}`, 404),
    make('/board?', 404),
  ];
}

/** @param others that run at the same time */
async function mustExchange(
  trial: CheckContext,
  send: Client,
  { protocol, path, name, status, board }: Exchange,
  others: Exchange[] = [],
) {
  const wanted = JSON.stringify(board);
  const sent = `GET ${path} over ${protocol}, to ${name}`;
  const came = await trial.within(send(path, name), (why) => ({
    title: /Parse Error|aborted/.test(why.message)
      ? `Over ${protocol} the response is cut, or longer than it says`
      : `A request over ${protocol} gets no response`,
    sent,
    expected: wanted,
    came: why.message,
  }));
  const read = readBoard(came.text);
  const parts = {
    sent,
    expected: wanted,
    came: came.text,
    at: differsAt(came.text, wanted),
  };
  const isSame = isDeepStrictEqual(read, board);
  const other = others.find((each) => read.at === each.board.at);
  if (!isSame && other)
    trial.fail({ ...parts, title: 'A request gets the response to another' });
  const url = `https://${name}${path}`;
  if (read.at !== url && URL.parse(String(read.at))?.href === new URL(url).href)
    trial.fail({
      ...parts,
      title: 'The response changes the URL that the client requested',
      note: 'the same server would be found, but these characters were not requested',
    });
  if (read.at !== url && String(read.at).endsWith(path))
    trial.fail({
      ...parts,
      title: 'The server does not know its own name',
      note: `the client called it ${name}`,
      section: protocol === 'HTTP/2' ? 'RFC 9113, 8.3.1' : 'RFC 9110, 7.2',
    });
  if (read.at !== url && read.at !== undefined)
    trial.fail({
      ...parts,
      title: 'The response names another URL than the requested one',
    });
  if (!isSame)
    trial.fail({ ...parts, title: `Over ${protocol} the response is wrong` });
  if (came.status !== status)
    trial.fail({
      title: `Over ${protocol} the status code is wrong`,
      sent,
      expected: `${status}, as before`,
      came: String(came.status),
    });
  if (came.type !== type)
    trial.fail({
      title: `Over ${protocol} the Content-Type is wrong`,
      sent,
      expected: `${type}, as before`,
      came: came.type,
    });
}

const type = 'application/json';

function readBoard(text: string): { station?: unknown; at?: unknown } {
  try {
    return Object(JSON.parse(text)) as object;
  } catch {
    return {};
  }
}

/** Node warns of what HTTP/2 forbids, and leaves it out. */
async function mustNotWarn(
  trial: CheckContext,
  learner: Learner,
  line: TappedConnection,
) {
  const warnings = await learner.stage<string[]>('warned');
  const warning = warnings.find((text) => /connection/i.test(text));
  if (warning === undefined) return;
  trial.fail({
    title: 'A response over HTTP/2 has a header about the connection',
    sent: 'GET /board over HTTP/2',
    expected: 'no Connection, Keep-Alive, Transfer-Encoding or Upgrade',
    came: warning,
    wire: line.seen('down', 'HEADERS'),
    note: 'Node warned, and left it out',
    section: 'RFC 9113, 8.2.2',
  });
}

/** @param used gets each socket that it used */
function clientOfHttp1(
  options: RequestOptions,
  used = new Set<unknown>(),
): Client {
  return (path, name) =>
    new Promise((resolve, reject) => {
      const headers = { Host: name };
      const request = requestHttp1({ ...options, path, headers });
      // A connection of HTTP/1.1 stays open unless somebody says otherwise.
      if (used.size > 0) request.removeHeader('Connection');
      request
        .on('error', reject)
        .on('socket', (socket) => used.add(socket))
        .on('response', (response) => {
          const { 'content-type': kind = 'none' } = response.headers;
          let text = '';
          response
            .setEncoding('utf8')
            .on('data', (piece: string) => (text += piece))
            .on('error', reject)
            .on('end', () =>
              resolve({ status: response.statusCode!, type: kind, text }),
            );
        })
        .end();
    });
}

function clientOfHttp2(session: ClientHttp2Session): Client {
  return (path, name) =>
    new Promise((resolve, reject) => {
      let status = 0;
      let kind = 'none';
      let text = '';
      session
        .request({ ':path': path, ':authority': name })
        .setEncoding('utf8')
        .on('response', (headers) => {
          status = Number(headers[':status']);
          kind = headers['content-type'] ?? kind;
        })
        .on('data', (piece: string) => (text += piece))
        .on('error', reject)
        .on('close', () => reject(new Error('the stream was closed')))
        .on('end', () => resolve({ status, type: kind, text }));
    });
}

/** A request without `:authority`: RFC 9113, 8.3.1. Resolves when it is over. */
function withHost(session: ClientHttp2Session, name: string) {
  const path = '/board?station=1';
  const stream = session.request({ ':path': path, host: name }).resume();
  stream.on('error', () => {});
  return new Promise((resolve) => stream.on('close', resolve));
}
