/** A gateway that says what happened behind it: step 5 of the tutorial. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import {
  type Check,
  differsAt,
  type Served,
  type CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { listen } from '@on-the-wire/system/listen.ts';

const section = 'step “Which side failed?” of the tutorial';

export default {
  starter: 'Every failure is a 500',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const station = await openStation(trial);
    const upstream = station.origin;
    /** On the stopped clock, as all times in this check. */
    const timeoutMs = data.whole(20, 600) * 100;
    const serve = (at: string) =>
      // `patience` is its name in saved answers of an early build.
      learner.serve({ upstream: at, timeoutMs, patience: timeoutMs });
    const gateway = await serve(upstream);
    const pass = (ms: number) => learner.stage('pass', Math.round(ms));

    await trial.step('a response is passed on as it is', async () => {
      const status = data.pick([200, 201, 404, 500, 503]);
      const cases: Exchange[] = [
        { method: 'POST', asked: data.line(), status, said: data.text('\n') },
        { method: 'GET', status: data.pick([204, 304]) },
        { method: 'HEAD', status: 200 },
        {
          method: data.pick(['PUT', 'PATCH', 'DELETE']),
          asked: data.text('\n'),
          status: data.pick([202, 400, 409, 502, 504]),
          said: data.line(),
        },
        { method: 'GET', status: 200, said: data.word(), untilClose: true },
      ];
      for (const each of cases) await mustPass(trial, gateway, station, each);
    });

    await trial.step('only the upstream gets requests', async () => {
      const other = await openStation(trial);
      other.respond((_request, response) => response.end(data.word()));
      station.respond((_request, response) => response.end(data.word()));
      const { host } = new URL(other.origin);
      const path = `/${data.word()}`;
      const forms = [`http://${host}${path}`, `//${host}${path}`];
      const nonsense = ['//[', '*', 'http://[', `${path}/\xe9`, 'x:'];
      for (const target of [...forms, `/\\${host}${path}`, ...nonsense]) {
        const sent = `GET ${target} HTTP/1.1`;
        await mustEnd(trial, gateway, target);
        if (other.requests === 0) continue;
        trial.fail({
          title: 'Another server than the upstream gets the request',
          sent,
          expected: `a request to ${new URL(upstream).host}, or a refusal`,
          came: `a request to ${host}: an open proxy`,
          section: 'RFC 9112, 3.2.2',
          wire: other.seen('up'),
          details: hasChanged(trial),
        });
      }
      const response = await mustRespond(trial, gateway, '/board');
      response.resume();
    });

    await trial.step('the connection is refused: 502', async () => {
      const nobody = http.createServer();
      const { port } = await listen(nobody);
      await new Promise((closed) => nobody.close(closed));
      const lost = await serve(`http://127.0.0.1:${port}`);
      // RFC 9209, 2.3.7 (Connection Refused) recommends 502; HAProxy says 503.
      await mustFail(trial, lost, [502, 503], {
        what: 'nobody listens at the upstream’s port',
        name: 'A refused connection',
        rule: 'RFC 9209, 2.3.7 (Connection Refused)',
      });
    });

    await trial.step('it is closed before the headers: 502', async () => {
      const half = `HTTP/1.1 200 OK\r\nX-Half: ${data.word()}`;
      const ends: [what: string, how: Respond][] = [
        ['the connection is reset', () => station.cut('rst')],
        ['the connection is closed (FIN)', () => station.cut('fin')],
        [
          'half of the headers come, and the connection is closed (FIN)',
          ({ socket }) => socket.end(half),
        ],
      ];
      for (const [what, how] of ends) {
        station.respond(how);
        await mustFail(trial, gateway, [502], {
          what: `the upstream takes the request, then ${what}`,
          name: 'A closed connection',
          rule: 'RFC 9209, 2.3.8 (Connection Terminated)',
        });
      }
    });

    await trial.step('what comes is not HTTP: 502', async () => {
      const words = [data.word(), `HTTP/1.1 ${data.word()} OK`, '\0\x01\x02'];
      for (const word of words) {
        station.respond(({ socket }) => socket.end(`${word}\r\n\r\n`));
        await mustFail(trial, gateway, [502], {
          what: `the upstream sends ${JSON.stringify(word)}, which is not HTTP`,
          name: 'Nonsense',
          rule: 'RFC 9209, 2.3.28 (HTTP Protocol Error)',
        });
      }
    });

    await trial.step('an event stream passes as it comes', async () => {
      const stream = await openStream(trial, gateway, station, '/events');
      for (let n = data.whole(2, 4); n > 0; n -= 1)
        await stream.mustGet('the stream goes on');
      // Longer than the headers may take, and than anybody may be silent.
      const hours = data.whole(2, 24);
      await pass(hours * 3_600_000);
      await stream.mustGet(
        `the stream was silent for ${hours} hours`,
        'Your timer ends an event stream',
      );
      stream.response.destroy();
    });

    const unsent = () => ({
      title: 'The gateway sends no request to the upstream',
      sent: 'GET /board',
      section,
      wire: gateway.seen('up'),
    });
    const timeout = {
      name: 'A timeout',
      rule: 'RFC 9209, 2.3.26 (HTTP Response Timeout)',
    };

    await trial.step('no headers in time: 504', async () => {
      const path = `/${data.word()}`;
      const stream = await openStream(trial, gateway, station, '/others');
      const arrived = station.next();
      await mustFail(trial, gateway, [504], {
        ...timeout,
        path,
        what: `the upstream takes the request, and is silent; timeoutMs ${timeoutMs}`,
        async meanwhile() {
          await trial.within(arrived, unsent);
          await pass(timeoutMs * 0.9);
          const early = await learner.stage<number>('told', path);
          if (early)
            trial.fail({
              title: `A ${early} comes before the time is over`,
              sent: `GET ${path}; the upstream is silent; timeoutMs ${timeoutMs}`,
              expected: `nothing, until ${timeoutMs} ms have passed`,
              came: `a ${early} after ${timeoutMs * 0.9} ms at most`,
              section,
              wire: gateway.seen('down'),
            });
          await pass(timeoutMs * 0.1 + 100);
        },
      });
      // If its connection is still open, the gateway gets these after the 504.
      station.last.response.writeHead(200).end(data.word());
      await trial.still();
      station.respond((_request, after) => after.end());
      const response = await mustRespond(trial, gateway, '/board');
      response.resume();
      await stream.mustGet('the other request got a 504');
    });

    await trial.step('headers that drip: 504', async () => {
      const begin: Respond = ({ socket }) =>
        socket.write('HTTP/1.1 200 OK\r\n');
      const arrived = station.next(begin);
      const path = `/${data.word()}`;
      await mustFail(trial, gateway, [504], {
        ...timeout,
        title: 'Each byte of the headers restarts the timer',
        path,
        what: `the status line, then a header every ${timeoutMs * 0.4} ms, without an end; timeoutMs ${timeoutMs}`,
        async meanwhile() {
          await trial.within(arrived, unsent);
          for (let n = 0; n < 2; n += 1) {
            await pass(timeoutMs * 0.4);
            station.last.socket.write(`X-Slow-${n}: ${data.word()}\r\n`);
            await learner.stage('came', `X-Slow-${n}`);
          }
          await pass(timeoutMs * 0.2 + 100);
        },
      });
    });

    await trial.step('a connection that never opens: 504', async () => {
      const named = await serve(
        `http://station-${data.word()}.test:${new URL(upstream).port}`,
      );
      await learner.stage('loseNames');
      await mustFail(trial, named, [504], {
        ...timeout,
        what: `the name server does not respond; timeoutMs ${timeoutMs}`,
        async meanwhile() {
          await learner.stage('named');
          await pass(timeoutMs + 100);
        },
      });
    });

    await trial.step('hop-by-hop headers are not passed on', async () => {
      const [one, two] = [`X-${data.word()}`, `x-${data.word()}-b`];
      const [back, own] = [`X-${data.word()}`, `x-${data.word()}-c`];
      const value = data.word();
      const fixed = {
        'keep-alive': 'timeout=7',
        'proxy-connection': `keep-alive, ${value}`,
        te: `trailers, ${value}`,
        upgrade: `h2c, ${value}`,
      };
      const named = { [one]: value, [two]: value };
      const kept = {
        cookie: `a=${value}`,
        [own]: value,
        'x-te': value,
      };
      const namedBack = { [back]: value };
      const keptBack = {
        etag: `"${value}"`,
        [`${own}-back`]: value,
      };
      station.respond((_request, response) => {
        response.writeHead(200, {
          ...fixed,
          ...namedBack,
          ...keptBack,
          Connection: `${back},keep-alive`,
        });
        response.end();
      });
      const headers = {
        ...fixed,
        ...named,
        ...kept,
        connection: `keep-alive,${one} , ${two}`,
      };
      const response = await mustRespond(trial, gateway, '/board', {
        headers,
      });
      response.resume();
      const { headers: got } = station.last.request;
      const there = (sent: object, found: http.IncomingHttpHeaders) =>
        Object.entries(sent).filter(
          ([field, text]) => found[field.toLowerCase()] === text,
        );
      const shown =
        (to: string) =>
        ([field, text]: [string, unknown]) =>
          `${field}: ${String(text)} to the ${to}`;
      const copied = [
        ...there({ ...fixed, ...named }, got).map(shown('upstream')),
        ...there({ ...fixed, ...namedBack }, response.headers).map(
          shown('browser'),
        ),
      ];
      if (copied.length > 0)
        trial.fail({
          title: 'A hop-by-hop header is passed on',
          sent: `Connection: ${headers.connection}, and back Connection: ${back},keep-alive`,
          expected: `neither what Connection names, nor ${Object.keys(fixed).join(', ')}`,
          came: copied.join('; '),
          section: 'RFC 9110, 7.6.1',
          wire: station.seen('up'),
        });
      const all = Object.keys({ ...kept, ...keptBack });
      const arrived = [
        ...there(kept, got),
        ...there(keptBack, response.headers),
      ].map(([field]) => field);
      const lost = all.filter((field) => !arrived.includes(field));
      if (lost.length > 0)
        trial.fail({
          title: 'A header is not passed on',
          sent: all.join(', '),
          expected: 'all of them: they are no hop-by-hop headers',
          came: `all but ${lost.join(', ')}`,
          section: 'RFC 9110, 7.6.1 (Connection)',
          wire: station.seen('up'),
        });
      const host = new URL(upstream).host;
      if (got['host'] === host) return;
      trial.fail({
        title: 'Host does not name the upstream',
        sent: `GET /board, Host: ${new URL(gateway.origin).host}`,
        expected: `Host: ${host}`,
        came: `Host: ${got['host']}`,
        section: 'RFC 9110, 7.2',
        wire: station.seen('up'),
      });
    });

    await trial.step('half a response is not a whole one', async () => {
      const piece = data.text('\n');
      const length = { 'Content-Length': 5_000 };
      const ends: [what: string, how: Respond, end: () => unknown][] = [
        [
          'a reset',
          (_request, response) => response.write(piece),
          () => station.cut('rst'),
        ],
        [
          'the end of the connection (FIN), without a last chunk',
          (_request, response) => response.write(piece),
          () => station.last.socket.end(),
        ],
        [
          'the end of the connection (FIN), before Content-Length',
          (_request, response) => response.writeHead(200, length).write(piece),
          () => station.last.socket.end(),
        ],
        [
          'a chunk that is not HTTP',
          (_request, response) => response.write(piece),
          () => station.last.socket.write(`${data.word()}-\r\n`),
        ],
      ];
      for (const [what, how, end] of ends) {
        station.respond(how);
        const response = await mustRespond(trial, gateway, '/board');
        const ended = new Promise<boolean>((tell) => {
          response.on('close', () => tell(response.complete));
        });
        await mustCome(trial, once(response, 'data'));
        end();
        const sent = `GET /board; headers, a piece of the body, then ${what}`;
        const isWhole = await trial.within(ended, () => ({
          title: 'Half a response never ends',
          sent,
          expected: 'the connection to the browser is closed',
          came: 'it stays open, without a further byte',
          section: 'RFC 9112, 8',
          wire: gateway.seen('down'),
        }));
        if (!isWhole) continue;
        trial.fail({
          title: 'Half a response looks like a whole one',
          sent,
          expected: 'an incomplete response: the connection is closed',
          came: 'its last chunk: 0\\r\\n\\r\\n',
          section: 'RFC 9112, 8',
          wire: gateway.seen('down'),
        });
      }
    });

    await trial.step('a browser leaves an event stream', async () => {
      for (const how of ['fin', 'rst'] as const) {
        const leaves = await openStream(trial, gateway, station, '/events');
        const stays = await openStream(trial, gateway, station, '/events');
        leave(leaves.response.socket, how);
        await trial.within(leaves.left, () => ({
          ...kept,
          sent: `GET /events; some events, then the browser leaves (${how.toUpperCase()})`,
          wire: station.seen('up'),
        }));
        await stays.mustGet('another browser has left');
        stays.response.destroy();
      }
    });

    await trial.step('a browser leaves before the headers', async () => {
      for (const [what, more] of [
        ['', 0],
        [', in the middle of its body', 9],
      ] as const) {
        const arrived = station.next();
        const body = data.word();
        const reader = http.request(`${gateway.origin}/board`, {
          agent: false,
          ...(more > 0 && {
            method: 'POST',
            headers: { 'Content-Length': body.length + more },
          }),
        });
        reader.on('error', () => {});
        if (more > 0) reader.write(body);
        else reader.end();
        const sent = `${more > 0 ? 'POST' : 'GET'} /board; the browser leaves before the headers come${what}`;
        const { response } = await trial.within(arrived, unsent);
        const left = once(response, 'close');
        leave(reader.socket!, data.pick(['fin', 'rst']));
        await trial.within(left, () => ({
          ...kept,
          sent,
          wire: station.seen('up'),
        }));
      }
    });

    await trial.step('it goes on, when all of them have left', async () => {
      await pass(2 * timeoutMs);
      station.respond((_request, after) => after.end());
      const response = await mustRespond(trial, gateway, '/board');
      response.resume();
    });
  },
} satisfies Check;

const held = {
  title: 'An event stream is held back',
  expected: 'the event, at once',
  came: 'nothing yet',
  section,
};

const kept = {
  title: 'The upstream works for nobody',
  expected: 'the connection to the upstream is closed, too',
  came: 'it is open, and the upstream goes on',
  section,
};

/** A request, and the response of the upstream to it. */
interface Exchange {
  method: string;
  asked?: string;
  status: number;
  said?: string;
  /** Whether only the end of its connection says that it is complete. */
  untilClose?: boolean;
}

/** Both arrive as they were sent. */
async function mustPass(
  trial: CheckContext,
  gateway: Served,
  station: Station,
  { method, asked = '', status, said = '', untilClose = false }: Exchange,
) {
  const value = trial.data.word();
  const cookies = [`a=${value}`, `b=${value}`];
  let heard = '';
  station.respond((request, response) => {
    void textOf(request).then((text) => {
      heard = text;
      const head = `HTTP/1.1 ${status} OK\r\nX-Said: ${value}\r\nSet-Cookie: ${cookies.join('\r\nSet-Cookie: ')}`;
      if (untilClose) return request.socket.end(`${head}\r\n\r\n${said}`);
      response.writeHead(status, { 'X-Said': value, 'Set-Cookie': cookies });
      return response.end(said);
    });
  });
  const path = `/${trial.data.word()}?of=${trial.data.word()}`;
  const response = await mustRespond(trial, gateway, path, {
    method,
    headers: { 'x-asked': value },
    body: asked,
  });
  const body = await mustCome(trial, textOf(response));
  const { request } = station.last;
  const sides = [
    {
      title: 'A request is not passed on as it is',
      expected: `${method} ${path} ${value} ${asked}`,
      came: `${request.method} ${request.url} ${request.headers['x-asked']} ${heard}`,
      wire: station.seen('up'),
    },
    {
      title: 'A response is not passed on as it is',
      expected: `${status} ${value} ${cookies.join()} ${said}`,
      came: `${response.statusCode} ${response.headers['x-said']} ${response.headers['set-cookie']?.join()} ${body}`,
      wire: gateway.seen('down'),
    },
  ];
  for (const { title, expected, came, wire } of sides) {
    if (came === expected) continue;
    trial.fail({
      title,
      sent: `${method} ${path}, with X-Asked: ${value}; then a ${status}${untilClose ? ', which ends with its connection' : ''}`,
      expected,
      came,
      at: differsAt(came, expected),
      wire,
    });
  }
}

const cut = 'An event stream is ended';

/** An event stream through the gateway, of which one event has come. */
async function openStream(
  trial: CheckContext,
  gateway: Served,
  station: Station,
  path: string,
) {
  const { data } = trial;
  const type = data.pick([
    'text/event-stream',
    'text/event-stream; charset=utf-8',
    'Text/Event-Stream',
  ]);
  let event = data.word();
  station.respond((_request, response) => {
    response.writeHead(200, { 'Content-Type': type }).flushHeaders();
  });
  const sent = `GET ${path}; ${type}: headers, and the stream stays open`;
  const response = await trial.within(send(gateway.origin, path), () => ({
    ...held,
    expected: 'the headers, before there is an event',
    sent,
    wire: station.seen('down'),
  }));
  const heard = hears(response);
  const { response: upstream } = station.last;
  upstream.write(`data: ${event}\n\n`);
  await trial.within(heard.until(event), () => ({
    ...held,
    sent: `${sent}; an event`,
    wire: station.seen('down'),
  }));
  return {
    response,
    /** Resolves when its connection to the upstream is closed. */
    left: once(upstream, 'close'),
    /** Another event comes. */
    async mustGet(after: string, title = 'An event stream is held back') {
      event = data.word();
      upstream.write(data.pick([`data: ${event}\n\n`, event]));
      await trial.within(heard.until(event), () => ({
        title: response.closed && title === held.title ? cut : title,
        sent: `${sent}; ${after}; another event`,
        expected: 'both events, at once',
        came: response.closed ? 'the first one, and then the end' : 'the first',
        section,
        wire: station.seen('down'),
      }));
    },
  };
}

/** Closes a browser's connection. */
function leave(socket: Socket, how: 'fin' | 'rst') {
  if (how === 'rst') socket.resetAndDestroy();
  else socket.destroy();
}

interface Sending {
  method?: string;
  headers?: object;
  body?: string;
}

/** Sends the gateway a request; resolves when the headers have come. */
async function send(
  origin: string,
  path: string,
  { headers = {}, body = '', method = 'GET' }: Sending = {},
): Promise<IncomingMessage> {
  const clientRequest = http.request(origin, {
    path, // as it is: it may be no URL
    method,
    headers: {
      ...(body !== '' && { 'content-length': Buffer.byteLength(body) }),
      ...headers,
    },
    agent: false,
  });
  // `once` rejects before there are headers; after that, `close` tells.
  clientRequest.on('error', () => {});
  clientRequest.end(body);
  const [response] = (await once(clientRequest, 'response')) as [
    IncomingMessage,
  ];
  response.on('error', () => {});
  return response;
}

/** As `send`, if there must be a response. */
const mustRespond = (
  trial: CheckContext,
  { origin, seen }: Served,
  path: string,
  options?: Sending,
) =>
  trial.within(send(origin, path, options), (why) => ({
    title: 'The gateway sends no response',
    sent: `${options?.method ?? 'GET'} ${path}; the upstream responds at once`,
    expected: 'the headers of that response',
    came: why.message,
    section,
    wire: seen('up'),
  }));

/** As `send`, if any end will do: a response, or a connection that is closed. */
const mustEnd = (
  trial: CheckContext,
  { origin, seen }: Served,
  path: string,
) => {
  const ended = send(origin, path).then(
    async (response) => {
      if (!response.resume().closed) await once(response, 'close');
    },
    () => {},
  );
  return trial.within(ended, (why) => ({
    title: 'A request gets no response, and no end',
    sent: `GET ${path} HTTP/1.1`,
    expected: 'a response, or the end of the connection',
    came: why.message,
    section,
    wire: seen('up'),
  }));
};

/** Which line of the file was given differently before, and what replaces it. */
function hasChanged({ file }: CheckContext): string | undefined {
  const linesOf = (url: URL) => readFileSync(url, 'utf8').split(/\r?\n/);
  const lines = linesOf(file);
  const at = lines.findIndex((line) => line.includes('new URL(url, upstream)'));
  const now = linesOf(new URL('exercise.ts', import.meta.url)).find((line) =>
    line.includes('request(upstream'),
  );
  if (at < 0) return undefined;
  return [
    `Line ${at + 1} of your file was given to you like that, and was wrong:`,
    lines[at]!,
    'It is given now as:',
    now!,
  ].join('\n');
}

/** The body, or the next piece of it. */
const mustCome = <T>(trial: CheckContext, body: Promise<T>) =>
  trial.within(body, (why) => ({
    title: 'A body is not passed on',
    sent: 'the upstream has sent headers, and at least a piece of the body',
    expected: 'all that it has sent',
    came: why.message,
    section,
  }));

/** What has come of a stream so far, and whether something is in it. */
function hears(response: IncomingMessage) {
  let text = '';
  let happened = Promise.withResolvers<void>();
  const tell = () => {
    happened.resolve();
    happened = Promise.withResolvers();
  };
  response.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    tell();
  });
  response.on('close', tell);
  return {
    async until(word: string) {
      while (!text.includes(word)) {
        if (response.closed) throw new Error('it has ended');
        await happened.promise;
      }
    },
  };
}

/** The gateway must say so, by one of these status codes. */
async function mustFail(
  trial: CheckContext,
  { origin, seen }: Served,
  allowed: number[],
  {
    what,
    name,
    rule,
    path = '/board',
    title = `${name} is not reported at all`,
    meanwhile,
  }: {
    what: string;
    name: string;
    rule: string;
    path?: string;
    /** If there is no response. */
    title?: string;
    meanwhile?: () => Promise<void>;
  },
) {
  const sent = `GET ${path}; ${what}`;
  const expected = allowed.join(' or ');
  const sending = send(origin, path);
  sending.catch(() => {});
  await meanwhile?.();
  const response = await trial.within(sending, (why) => ({
    title,
    sent,
    expected,
    came: why.message,
    section: rule,
    wire: seen('up'),
  }));
  await trial.within(textOf(response), (why) => ({
    title: `${name} is reported by a response without an end`,
    sent,
    expected: `${expected}, complete`,
    came: `${response.statusCode}, then ${why.message}`,
    section: rule,
    wire: seen('down'),
  }));
  const { statusCode = 0 } = response;
  if (allowed.includes(statusCode)) return;
  trial.fail({
    title:
      statusCode === 500
        ? 'Every failure is a 500'
        : `${name} is reported as a ${statusCode}`,
    sent,
    expected,
    came: `${statusCode}`,
    section: rule,
    wire: seen('down'),
    tryIt: `curl -i ${trial.live}/board`,
  });
}

type Respond = (request: IncomingMessage, response: ServerResponse) => unknown;
type Station = Awaited<ReturnType<typeof openStation>>;

/** A server that responds as it is told to, behind a connection that can be cut. */
async function openStation(trial: CheckContext) {
  let respond: Respond = () => {};
  let arrived = Promise.withResolvers<{ response: ServerResponse }>();
  const exchanges: { request: IncomingMessage; response: ServerResponse }[] =
    [];
  const server = http.createServer((request, response) => {
    exchanges.push({ request, response });
    arrived.resolve({ response });
    respond(request, response);
  });
  const { port } = await trial.listen(server);
  // Whole reads: the gateway's own connection has the slicer and the joiner.
  const line = await trial.line(port, { faults: [] });
  return {
    origin: line.origin,
    seen: line.seen,
    get requests() {
      return exchanges.length;
    },
    /** The last request, its response and its connection. */
    get last() {
      const last = exchanges.at(-1)!;
      return { ...last, socket: last.request.socket };
    },
    cut: (how: 'rst' | 'fin') => line.cut(how),
    respond: (next: Respond) => (respond = next),
    /** Resolves when the next request has come. */
    next(how: Respond = () => {}) {
      respond = how;
      arrived = Promise.withResolvers();
      return arrived.promise;
    },
  };
}
