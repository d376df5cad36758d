/** Which protocol a client gets, and whether the responses are the same. */
import { once } from 'node:events';
import { connect, type ClientHttp2Session } from 'node:http2';
import { request as requestHttp1 } from 'node:https';
import { connect as connectTls } from 'node:tls';
import {
  type Check,
  differsAt,
  type CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { stations } from '../../stations.ts';

const host = '127.0.0.1';
const trust = { host, rejectUnauthorized: false };

export default {
  browser: true,
  starter: 'A client that offers HTTP/2 does not get it',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const opened = await learner.stage<number | undefined>('open');
    // There is none: this says what the file exports instead.
    const port = opened ?? (await learner.call<number>('createServer'));

    await trial.step('HTTP/1.1, for clients that know no other', async () => {
      // `false`: a client that has never heard of ALPN.
      for (const offers of [['http/1.1'], []])
        await mustAgree(trial, port, offers, ['http/1.1', false]);
      await mustRespond(trial, 'HTTP/1.1', (path, name) =>
        requestOverHttp1(port, path, name),
      );
    });

    await trial.step('HTTP/2, for clients that offer it', async () => {
      await mustAgree(trial, port, ['h2', 'http/1.1'], ['h2']);
      await mustAgree(trial, port, ['h2'], ['h2']);
    });

    const line = await trial.line(port, { tls: true });

    await trial.step('the same responses over HTTP/2', async () => {
      const session = connect(line.origin, { rejectUnauthorized: false });
      session.on('error', () => {}); // each request fails by itself
      trial.defer(() => session.destroy());
      for (let n = 0; n < 3; n += 1)
        await mustRespond(trial, 'HTTP/2', (path, name) =>
          requestOverHttp2(session, path, name),
        );
      const warnings = await learner.stage<string[]>('warned');
      const warning = warnings.find((text) => /connection/i.test(text));
      if (warning)
        trial.fail({
          title: 'A response over HTTP/2 has a header about the connection',
          sent: 'GET /board over HTTP/2',
          expected: 'no Connection, Keep-Alive, Transfer-Encoding or Upgrade',
          came: warning,
          wire: line.seen('down', 'HEADERS'),
          note: 'Node warned, and left it out',
          section: 'RFC 9113, 8.2.2',
        });
    });

    await trial.step('a browser, over HTTP/2', async () => {
      const browser = (await trial.page()).context().browser()!;
      const page = await browser.newPage({ ignoreHTTPSErrors: true });
      trial.defer(() => page.close());
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

/** Offers these by ALPN; the server must choose one of the wanted. */
async function mustAgree(
  trial: CheckContext,
  port: number,
  offers: string[],
  wanted: (string | false)[],
) {
  const offered =
    offers.length > 0 ? `offers ${offers.join(', ')}` : 'offers none';
  const parts = {
    sent: `a TLS handshake; by ALPN the client ${offered}`,
    expected: wanted[0] || 'no protocol',
    section: 'RFC 7301, 3.2',
  };
  const socket = connectTls({
    ...trust,
    port,
    ...(offers.length > 0 && { ALPNProtocols: offers }),
  });
  trial.defer(() => socket.destroy());
  socket.on('error', () => {}); // `once` hears it
  await trial.within(once(socket, 'secureConnect'), (why) => {
    const { code = '' } = why as NodeJS.ErrnoException;
    const isRefused = /NO_APPLICATION_PROTOCOL/.test(code + why.message);
    return {
      ...parts,
      title: isRefused
        ? 'A client that speaks only HTTP/1.1 is turned away'
        : 'The server does not speak TLS',
      came: code || why.message,
    };
  });
  const { alpnProtocol: chosen } = socket;
  socket.destroy();
  if (wanted.includes(chosen ?? false)) return;
  trial.fail({
    ...parts,
    title: 'A client that offers HTTP/2 does not get it',
    came: chosen || 'no protocol, so the client has to use HTTP/1.1',
  });
}

interface Result {
  status: number;
  text: string;
}

/** A station's board, by whatever name the server is called; and a path without one. */
async function mustRespond(
  trial: CheckContext,
  protocol: string,
  send: (path: string, name: string) => Promise<Result>,
) {
  const { data } = trial;
  const n = data.whole(0, 99);
  const name = `${data.word()}.example:${data.whole(1000, 9999)}`;
  const path = `/board?station=${n}&x=${data.word()}`;
  const wanted = JSON.stringify({
    station: stations[n],
    at: `https://${name}${path}`,
  });
  const sent = `GET ${path} over ${protocol}, to ${name}`;
  const none = (why: Error) => ({
    title: `A request over ${protocol} gets no response`,
    sent,
    expected: wanted,
    came: why.message,
  });
  const { status, text } = await trial.within(send(path, name), none);
  const read = readBoard(text);
  if (read.at === `https://${name}${path}` && read.station === stations[n]) {
    const nowhere = await trial.within(send(`/${data.word()}`, name), none);
    if (status === 200 && nowhere.status === 404) return;
    trial.fail({
      title: `Over ${protocol} the status code is wrong`,
      expected: '200 for a board, 404 for what is not there',
      came: `${status}, and ${nowhere.status}`,
    });
  }
  const parts = {
    sent,
    expected: wanted,
    came: text,
    at: differsAt(text, wanted),
  };
  if (read.station === stations[n] && read.at)
    trial.fail({
      ...parts,
      title: 'The server does not know its own name',
      note: `the client called it ${name}`,
      section: protocol === 'HTTP/2' ? 'RFC 9113, 8.3.1' : 'RFC 9110, 7.2',
    });
  trial.fail({ ...parts, title: `Over ${protocol} the response is wrong` });
}

function readBoard(text: string): { station?: string; at?: string } {
  try {
    return JSON.parse(text) as object;
  } catch {
    return {};
  }
}

function requestOverHttp1(
  port: number,
  path: string,
  name: string,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const headers = { Host: name };
    requestHttp1({ ...trust, port, path, headers, agent: false })
      .on('error', reject)
      .on('response', (response) => {
        const status = response.statusCode!;
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (piece: string) => (text += piece))
          .on('error', reject)
          .on('end', () => resolve({ status, text }));
      })
      .end();
  });
}

function requestOverHttp2(
  session: ClientHttp2Session,
  path: string,
  name: string,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let text = '';
    session
      .request({ ':path': path, ':authority': name })
      .setEncoding('utf8')
      .on('response', (headers) => (status = Number(headers[':status'])))
      .on('data', (piece: string) => (text += piece))
      .on('error', reject)
      .on('close', () => reject(new Error('the stream was closed')))
      .on('end', () => resolve({ status, text }));
  });
}
