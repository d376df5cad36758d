/** A gateway that says what happened behind it: step 5 of the tutorial. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import {
  type Check,
  differsAt,
  type Served,
  type CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { listen } from '@on-the-wire/system/listen.ts';

const section = 'step “Which side failed?” of the tutorial';
/** ms in the steps that wait for the gateway's timeout. */
const short = 200;
/** ms: a longer timeout is not tried, as only a hang takes so long. */
const longest = 10_000;

export default {
  browser: true,
  starter: 'Every failure is a 500',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const station = await openStation(trial);
    const upstream = station.origin;
    const serve = (timeoutMs: number, at = upstream) =>
      // `patience` is its name in saved answers of an early build.
      learner.serve({ upstream: at, timeoutMs, patience: timeoutMs });
    const gateway = await serve(60_000);
    const brief = await serve(short);

    await trial.step('a response is passed on as it is', async () => {
      const [sent, received] = [data.line(), data.text('\n')];
      const status = data.pick([200, 201, 404]);
      station.respond((request, response) => {
        response.writeHead(status, { 'X-Said': 'yes' });
        const end = (text: string) => response.end(`${text}: ${received}`);
        void textOf(request).then(end);
      });
      const response = await mustRespond(trial, gateway, '/board?of=1', {
        body: sent,
      });
      const body = await mustCome(trial, textOf(response));
      const { url } = station.requests.at(-1) ?? {};
      const came = `${response.statusCode} ${body}, for ${url}`;
      const expected = `${status} ${sent}: ${received}, for /board?of=1`;
      if (came === expected && response.headers['x-said'] === 'yes') return;
      trial.fail({
        title: 'A response is not passed on as it is',
        sent: `POST /board?of=1: ${sent}`,
        expected,
        came,
        at: differsAt(came, expected),
        wire: gateway.seen('down'),
      });
    });

    await trial.step('only the upstream gets requests', async () => {
      const other = await openStation(trial);
      other.respond((_request, response) => response.end(data.word()));
      station.respond((_request, response) => response.end(data.word()));
      const { host } = new URL(other.origin);
      const path = `/${data.word()}`;
      const forms = [`http://${host}${path}`, `//${host}${path}`];
      for (const target of [...forms, `/\\${host}${path}`, '//[']) {
        const sent = `GET ${target} HTTP/1.1`;
        await mustEnd(trial, gateway, target);
        if (other.requests.length === 0) continue;
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
      const lost = await serve(60_000, `http://127.0.0.1:${port}`);
      // RFC 9209, 2.3.7 (Connection Refused) recommends 502; HAProxy says 503.
      await mustFail(trial, lost, [502, 503], {
        what: 'nobody listens at the upstream’s port',
        name: 'A refused connection',
        rule: 'RFC 9209, 2.3.7 (Connection Refused)',
      });
    });

    await trial.step('a reset before the headers: 502', async () => {
      station.respond(() => station.cut());
      await mustFail(trial, gateway, [502], {
        what: 'the upstream takes the request, then the connection is reset',
        name: 'A reset',
        rule: 'RFC 9209, 2.3.8 (Connection Terminated)',
      });
    });

    await trial.step('what comes is not HTTP: 502', async () => {
      station.respond(({ socket }) => socket.end(`${data.word()}\r\n\r\n`));
      await mustFail(trial, gateway, [502], {
        what: 'the upstream sends a word that is not HTTP',
        name: 'Nonsense',
        rule: 'RFC 9209, 2.3.28 (HTTP Protocol Error)',
      });
    });

    await trial.step('no headers in time: 504', async () => {
      station.respond(() => {});
      await mustFail(trial, brief, [504], {
        what: `the upstream takes the request, and is silent; timeoutMs ${short}`,
        name: 'A timeout',
        rule: 'RFC 9209, 2.3.26 (HTTP Response Timeout)',
      });
    });

    await trial.step('hop-by-hop headers are not passed on', async () => {
      const name = `x-${data.word().toLowerCase()}`;
      const own = {
        [name]: 'for one hop',
        'keep-alive': 'timeout=7',
        'proxy-connection': 'keep-alive',
        te: 'trailers',
      };
      const back = {
        [`${name}-back`]: 'for one hop',
        'keep-alive': 'timeout=9',
      };
      station.respond((_request, response) => {
        response.writeHead(200, { ...back, Connection: `${name}-back` });
        response.end();
      });
      const headers = { ...own, connection: `keep-alive, ${name}` };
      const response = await mustRespond(trial, gateway, '/board', {
        headers,
      });
      response.resume();
      const { headers: got = {} } = station.requests.at(-1) ?? {};
      const copied = [
        ...Object.entries(own)
          .filter(([field, value]) => got[field] === value)
          .map(([field, value]) => `${field}: ${value} to the upstream`),
        ...Object.entries(back)
          .filter(([field, value]) => response.headers[field] === value)
          .map(([field, value]) => `${field}: ${value} to the browser`),
      ];
      if (copied.length > 0)
        trial.fail({
          title: 'A hop-by-hop header is passed on',
          sent: `Connection: ${headers.connection}`,
          expected: `neither what Connection names, nor ${Object.keys(own).slice(1).join(', ')}`,
          came: copied.join('; '),
          section: 'RFC 9110, 7.6.1',
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

    await trial.step('an event stream passes as it comes', async () => {
      const [first, last] = [data.word(), data.word()];
      let stream: ServerResponse | undefined;
      station.respond((_request, response) => {
        stream = response;
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.write(`data: ${first}\n\n`);
      });
      const sent = 'GET /events; an event, and the stream stays open';
      const wire = () => station.seen('down');
      const begin = ({ origin }: Served) =>
        trial.within(send(origin, '/events'), () => ({
          ...held,
          sent,
          wire: wire(),
        }));
      let timeoutMs = short;
      let response = await begin(brief);
      // On a busy machine the headers may be late: a 504 is right then.
      while (response.statusCode === 504 && timeoutMs < longest) {
        response.resume();
        timeoutMs *= 2;
        response = await begin(await serve(timeoutMs));
      }
      const heard = hears(response);
      await trial.within(heard.until(first), () => ({
        ...held,
        sent,
        wire: wire(),
      }));
      // Later than the headers may be: the gateway's timer has fired by then,
      // if it still runs.
      await learner.stage('pass', timeoutMs + 1);
      stream!.write(`data: ${last}\n\n`);
      await trial.within(heard.until(last), () => ({
        title: 'Your timer ends an event stream',
        sent: `GET /events; an event at once, another after more than ${timeoutMs} ms; timeoutMs ${timeoutMs}`,
        expected: 'both: timeoutMs is for the headers',
        came: 'the first one, and then the end',
        section,
        wire: wire(),
      }));
      response.destroy();
    });

    await trial.step('a reset after the headers', async () => {
      const piece = data.text('\n');
      station.respond((_request, response) => response.write(piece));
      const response = await mustRespond(trial, gateway, '/board');
      const ended = new Promise<boolean>((tell) => {
        response.on('close', () => tell(response.complete));
      });
      await mustCome(trial, once(response, 'data'));
      station.cut();
      const sent =
        'GET /board; headers, a piece of the body, then a reset of the upstream';
      const isWhole = await trial.within(ended, () => ({
        title: 'Half a response never ends',
        sent,
        expected: 'the connection to the browser is closed',
        came: 'it stays open, without a further byte',
        section: 'RFC 9112, 8',
        wire: gateway.seen('down'),
      }));
      if (!isWhole) return;
      trial.fail({
        title: 'Half a response looks like a whole one',
        sent,
        expected: 'an incomplete response: the connection is closed',
        came: 'its last chunk: 0\\r\\n\\r\\n',
        section: 'RFC 9112, 8',
        wire: gateway.seen('down'),
      });
    });

    await trial.step(
      'a page gets events, and when it leaves, the upstream is released',
      async () => {
        const word = data.word();
        let left: Promise<unknown> | undefined;
        station.respond(({ url }, response) => {
          if (url === '/page') {
            response.writeHead(200, { 'Content-Type': 'text/html' });
            return response.end(page);
          }
          left = once(response, 'close');
          response.writeHead(200, { 'Content-Type': 'text/event-stream' });
          return response.write(`data: ${word}\n\n`);
        });
        const browser = await trial.page();
        await browser.goto(`${gateway.origin}/page`);
        await trial.within(browser.waitForFunction('window.heard'), () => ({
          ...held,
          sent: 'new EventSource("/events") in a page',
          wire: gateway.seen('down'),
        }));
        const hasLeft = learner.stage('left', '/events');
        await browser.goto('about:blank');
        // Once the gateway knows of it, what it does now is all that it does.
        await hasLeft;
        await browser.close();
        const sent = 'a page with an EventSource, and then its reader leaves';
        await trial.within(left!, () => ({
          ...kept,
          sent,
          wire: station.seen('up'),
        }));
      },
    );

    await trial.step(
      'a browser that leaves before the headers is not served',
      async () => {
        const arrived = new Promise<ServerResponse>((tell) => {
          station.respond((_request, response) => tell(response));
        });
        const reader = http.request(`${gateway.origin}/board`, {
          agent: false,
        });
        reader.on('error', () => {}).end();
        const sent = 'GET /board; the browser leaves before the headers come';
        const response = await trial.within(arrived, () => ({
          title: 'The gateway sends no request to the upstream',
          sent,
          section,
          wire: gateway.seen('up'),
        }));
        const left = once(response, 'close');
        reader.destroy();
        await trial.within(left, () => ({
          ...kept,
          sent,
          wire: station.seen('up'),
        }));
      },
    );
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

const page =
  '<!doctype html><link rel="icon" href="data:,"><script>' +
  "new EventSource('/events').onmessage = ({ data }) => (heard = data);" +
  '</script>';

/** Sends the gateway a request; resolves when the headers have come. */
async function send(
  origin: string,
  path: string,
  { headers = {}, body }: { headers?: object; body?: string } = {},
): Promise<IncomingMessage> {
  const clientRequest = http.request(origin, {
    path, // as it is: it may be no URL
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...headers },
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
  options?: Parameters<typeof send>[2],
) =>
  trial.within(send(origin, path, options), (why) => ({
    title: 'The gateway sends no response',
    sent: `${options?.body === undefined ? 'GET' : 'POST'} ${path}; the upstream responds at once`,
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
  response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  return {
    async until(word: string) {
      while (!text.includes(word)) {
        if (response.closed) throw new Error('it has ended');
        await Promise.race([once(response, 'data'), once(response, 'close')]);
      }
    },
  };
}

/** The gateway must say so, by one of these status codes. */
async function mustFail(
  trial: CheckContext,
  { origin, seen }: Served,
  allowed: number[],
  { what, name, rule }: { what: string; name: string; rule: string },
) {
  const sent = `GET /board; ${what}`;
  const expected = allowed.join(' or ');
  const response = await trial.within(send(origin, '/board'), (why) => ({
    title: `${name} is not reported at all`,
    sent,
    expected,
    came: why.message,
    section: rule,
    wire: seen('up'),
  }));
  response.resume();
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

/** A server that responds as it is told to, behind a connection that can be cut. */
async function openStation(trial: CheckContext) {
  let respond: Respond = () => {};
  const requests: IncomingMessage[] = [];
  const server = http.createServer((request, response) => {
    requests.push(request);
    respond(request, response);
  });
  const { port } = await trial.listen(server);
  const line = await trial.line(port);
  return {
    origin: line.origin,
    seen: line.seen,
    requests,
    cut: () => line.cut('rst'),
    respond: (next: Respond) => (respond = next),
  };
}
