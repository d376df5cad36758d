/** A gateway that says what happened behind it: step 5 of the tutorial. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  createServer,
  request,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import {
  type Check,
  differsAt,
  type Served,
  type CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { listen } from '@on-the-wire/system/listen.ts';

const section = 'step “Which side failed?” of the tutorial';
/** ms in the steps that wait for the gateway's clock. */
const short = 200;
/** ms, beyond which no longer patience is tried: only a hang is so late. */
const longest = 10_000;

export default {
  browser: true,
  starter: 'Every failure is a 500',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const station = await openStation(trial);
    const upstream = station.origin;
    const gateway = await learner.serve({ upstream, patience: 60_000 });
    const brief = await learner.serve({ upstream, patience: short });

    await trial.step('an answer passes, as it is', async () => {
      const [asked, told] = [data.line(), data.text('\n')];
      const status = data.pick([200, 201, 404]);
      station.say((question, response) => {
        response.writeHead(status, { 'X-Said': 'yes' });
        void textOf(question).then((text) => response.end(`${text}: ${told}`));
      });
      const answer = await mustAnswer(trial, gateway, '/board?of=1', {
        body: asked,
      });
      const body = await mustCome(trial, textOf(answer));
      const { url } = station.asked.at(-1) ?? {};
      const came = `${answer.statusCode} ${body}, for ${url}`;
      const expected = `${status} ${asked}: ${told}, for /board?of=1`;
      if (came === expected && answer.headers['x-said'] === 'yes') return;
      trial.fail({
        title: 'An answer is not passed on as it is',
        sent: `POST /board?of=1: ${asked}`,
        expected,
        came,
        at: differsAt(came, expected),
        wire: gateway.seen('down'),
      });
    });

    await trial.step('only the server behind is asked', async () => {
      const other = await openStation(trial);
      other.say((_question, response) => response.end(data.word()));
      station.say((_question, response) => response.end(data.word()));
      const { host } = new URL(other.origin);
      const path = `/${data.word()}`;
      const forms = [`http://${host}${path}`, `//${host}${path}`];
      for (const target of [...forms, `/\\${host}${path}`, '//[']) {
        const sent = `GET ${target} HTTP/1.1`;
        await mustEnd(trial, gateway, target);
        if (other.asked.length === 0) continue;
        trial.fail({
          title: 'Somebody else’s server is asked',
          sent,
          expected: `a request to ${new URL(upstream).host}, or a refusal`,
          came: `a request to ${host}: an open proxy`,
          section: 'RFC 9112 3.2.2',
          wire: other.seen('up'),
          details: hasChanged(trial),
        });
      }
      const answer = await mustAnswer(trial, gateway, '/board');
      answer.resume();
    });

    await trial.step('nobody is there: 503', async () => {
      const nobody = createServer();
      const { port } = await listen(nobody);
      await new Promise((closed) => nobody.close(closed));
      const lost = await learner.serve({
        upstream: `http://127.0.0.1:${port}`,
        patience: 60_000,
      });
      await mustFail(trial, lost, 503, {
        what: 'at the server’s port nobody listens',
        name: 'That nobody was there',
      });
    });

    await trial.step('it breaks off before its head: 502', async () => {
      station.say(() => station.cut());
      await mustFail(trial, gateway, 502, {
        what: 'the server takes the request, and the line is torn down',
        name: 'A line that broke',
      });
    });

    await trial.step('what comes is no answer: 502', async () => {
      station.say(({ socket }) => socket.end(`${data.word()}\r\n\r\n`));
      await mustFail(trial, gateway, 502, {
        what: 'the server says a word that is not HTTP',
        name: 'Nonsense',
      });
    });

    await trial.step('no head in time: 504', async () => {
      station.say(() => {});
      await mustFail(trial, brief, 504, {
        what: `the server takes the request, and is silent; patience ${short}`,
        name: 'Too late',
      });
    });

    await trial.step('fields for one hop stay there', async () => {
      const name = `x-${data.word().toLowerCase()}`;
      const own = {
        [name]: 'for one hop',
        'keep-alive': 'timeout=7',
        'proxy-authorization': 'Basic Og==',
        te: 'trailers',
      };
      const back = {
        [`${name}-back`]: 'for one hop',
        'keep-alive': 'timeout=9',
      };
      station.say((_question, response) => {
        response.writeHead(200, { ...back, Connection: `${name}-back` });
        response.end();
      });
      const headers = { ...own, connection: `keep-alive, ${name}` };
      const answer = await mustAnswer(trial, gateway, '/board', {
        headers,
      });
      answer.resume();
      const { headers: got = {} } = station.asked.at(-1) ?? {};
      const copied = [
        ...Object.entries(own)
          .filter(([field, value]) => got[field] === value)
          .map(([field, value]) => `${field}: ${value} to the server`),
        ...Object.entries(back)
          .filter(([field, value]) => answer.headers[field] === value)
          .map(([field, value]) => `${field}: ${value} to the browser`),
      ];
      if (copied.length > 0)
        trial.fail({
          title: 'A field for one hop is passed on',
          sent: `Connection: ${headers.connection}`,
          expected: `neither what Connection names, nor ${Object.keys(own).slice(1).join(', ')}`,
          came: copied.join('; '),
          section: 'RFC 9110 7.6.1',
          wire: station.seen('up'),
        });
      const host = new URL(upstream).host;
      if (got['host'] === host) return;
      trial.fail({
        title: 'The server is asked by a name that is not its own',
        sent: `GET /board, Host: ${new URL(gateway.origin).host}`,
        expected: `Host: ${host}`,
        came: `Host: ${got['host']}`,
        section: 'RFC 9110 7.2',
        wire: station.seen('up'),
      });
    });

    await trial.step('an event stream passes as it comes', async () => {
      const [first, last] = [data.word(), data.word()];
      let stream: ServerResponse | undefined;
      station.say((_question, response) => {
        stream = response;
        response.writeHead(200, { 'Content-Type': 'text/event-stream' });
        response.write(`data: ${first}\n\n`);
      });
      const sent = 'GET /events; an event, and the stream stays open';
      const wire = () => station.seen('down');
      const begin = ({ origin }: Served) =>
        trial.within(ask(origin, '/events'), () => ({
          ...held,
          sent,
          wire: wire(),
        }));
      let patience = short;
      let answer = await begin(brief);
      // On a busy machine the head itself may be late: a 504 is right then.
      while (answer.statusCode === 504 && patience < longest) {
        answer.resume();
        patience *= 2;
        answer = await begin(await learner.serve({ upstream, patience }));
      }
      const heard = hears(answer);
      await trial.within(heard.until(first), () => ({
        ...held,
        sent,
        wire: wire(),
      }));
      // Later than anybody would wait for a head: the gateway's clock has rung
      // by then, if it still runs.
      await learner.stage('pass', patience + 1);
      stream!.write(`data: ${last}\n\n`);
      await trial.within(heard.until(last), () => ({
        title: 'An event stream is cut off by your clock',
        sent: `GET /events; an event at once, another after more than ${patience} ms; patience ${patience}`,
        expected: 'both: patience is for the head',
        came: 'the first one, and then the end',
        section,
        wire: wire(),
      }));
      answer.destroy();
    });

    await trial.step('it breaks off after its head', async () => {
      const piece = data.text('\n');
      station.say((_question, response) => response.write(piece));
      const answer = await mustAnswer(trial, gateway, '/board');
      const ended = new Promise<boolean>((tell) => {
        answer.on('close', () => tell(answer.complete));
      });
      await mustCome(trial, once(answer, 'data'));
      station.cut();
      const isWhole = await trial.within(ended, () => ({
        title: 'Half an answer is waited for',
        sent: 'GET /board; a head, a piece of the body, then a reset behind',
        expected: 'the connection to the browser is cut',
        came: 'it stays open, without a further byte',
        section: 'RFC 9112 8',
        wire: gateway.seen('down'),
      }));
      if (!isWhole) return;
      trial.fail({
        title: 'Half an answer looks like a whole one',
        sent: 'GET /board; a head, a piece of the body, then a reset behind',
        expected: 'an answer that breaks off',
        came: 'its last chunk: 0\\r\\n\\r\\n',
        section: 'RFC 9112 8',
        wire: gateway.seen('down'),
      });
    });

    await trial.step(
      'a page hears, and when it leaves the server is let go',
      async () => {
        const word = data.word();
        let left: Promise<unknown> | undefined;
        station.say(({ url }, response) => {
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
        // When the gateway has heard of it, what it does now is all it does.
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

    await trial.step('who leaves before the head is not served', async () => {
      const arrived = new Promise<ServerResponse>((tell) => {
        station.say((_question, response) => tell(response));
      });
      const reader = request(`${gateway.origin}/board`, { agent: false });
      reader.on('error', () => {}).end();
      const sent = 'GET /board; the reader leaves before there is a head';
      const response = await trial.within(arrived, () => ({
        title: 'The gateway asks nobody',
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
  title: 'The server works for nobody',
  expected: 'the connection to the server ends, too',
  came: 'it is open, and the server goes on',
  section,
};

const page =
  '<!doctype html><link rel="icon" href="data:,"><script>' +
  "new EventSource('/events').onmessage = ({ data }) => (heard = data);" +
  '</script>';

/** Asks the gateway; resolves with the head of its answer. */
async function ask(
  origin: string,
  path: string,
  { headers = {}, body }: { headers?: object; body?: string } = {},
): Promise<IncomingMessage> {
  const asked = request(origin, {
    path, // as it is: it may be no URL
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...headers },
    agent: false,
  });
  // Whoever waits is told by `once`; what breaks off later is told by `close`.
  asked.on('error', () => {});
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  answer.on('error', () => {});
  return answer;
}

/** As `ask`, where there must be an answer. */
const mustAnswer = (
  trial: CheckContext,
  { origin, seen }: Served,
  path: string,
  how?: Parameters<typeof ask>[2],
) =>
  trial.within(ask(origin, path, how), (why) => ({
    title: 'The gateway gives no answer',
    sent: `${how?.body === undefined ? 'GET' : 'POST'} ${path}; the server answers at once`,
    expected: 'the head of that answer',
    came: why.message,
    section,
    wire: seen('up'),
  }));

/** As `ask`, where any end will do: an answer, or a connection that is closed. */
const mustEnd = (
  trial: CheckContext,
  { origin, seen }: Served,
  path: string,
) => {
  const ended = ask(origin, path).then(
    async (answer) => {
      if (!answer.resume().closed) await once(answer, 'close');
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

/** Which line of the file was given otherwise before, and what replaces it. */
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
    sent: 'the server has sent a head, and of the body at least a piece',
    expected: 'all that it has sent',
    came: why.message,
    section,
  }));

/** What has come of a stream so far, and whether something is in it. */
function hears(answer: IncomingMessage) {
  let text = '';
  answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  return {
    async until(word: string) {
      while (!text.includes(word)) {
        if (answer.closed) throw new Error('it has ended');
        await Promise.race([once(answer, 'data'), once(answer, 'close')]);
      }
    },
  };
}

/** The gateway must say so, by this status. */
async function mustFail(
  trial: CheckContext,
  { origin, seen }: Served,
  status: number,
  { what, name }: { what: string; name: string },
) {
  const sent = `GET /board; ${what}`;
  const answer = await trial.within(ask(origin, '/board'), (why) => ({
    title: `${name} is not told at all`,
    sent,
    expected: `${status}`,
    came: why.message,
    section,
    wire: seen('up'),
  }));
  answer.resume();
  const { statusCode } = answer;
  if (statusCode === status) return;
  trial.fail({
    title:
      statusCode === 500
        ? 'Every failure is a 500'
        : `${name} is told as a ${statusCode}`,
    sent,
    expected: `${status}`,
    came: `${statusCode}`,
    section,
    wire: seen('down'),
    tryIt: `curl -i ${trial.live}/board`,
  });
}

type Say = (question: IncomingMessage, response: ServerResponse) => unknown;

/** A server that says what it is told to, behind a line. */
async function openStation(trial: CheckContext) {
  let say: Say = () => {};
  const asked: IncomingMessage[] = [];
  const server = createServer((question, response) => {
    asked.push(question);
    say(question, response);
  });
  const { port } = await trial.listen(server);
  const line = await trial.line(port);
  return {
    origin: line.origin,
    seen: line.seen,
    asked,
    cut: () => line.cut('rst'),
    say: (next: Say) => (say = next),
  };
}
