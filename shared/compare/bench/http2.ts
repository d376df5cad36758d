/**
 * The lesson on HTTP/2 under load, beside a bare `node:http2` server with the
 * same responses. With `h2load` (Debian: nghttp2-client), in turns, so that both
 * meet the same machine.
 */
import { once } from 'node:events';
import { connect } from 'node:http2';
import {
  execFile,
  fork,
  type ChildProcess,
} from '@on-the-wire/system/programs/start.ts';
import { medianOf } from '../statistics.ts';

const path = '/board?station=42&wait=0';
const lesson = new URL('../../../lessons/http2/server.ts', import.meta.url)
  .href;

/** What one server did, in requests per second, in each of the rounds. */
export interface Rates {
  lesson: number[];
  bare: number[];
}

/**
 * @param rounds how often each is measured
 * @param requests in each round, on 10 connections with 20 streams each
 * @returns the rates, and the lesson's median divided by the bare one's
 * @throws Error where there is no h2load, or a request has failed
 */
export async function benchHttp2(
  rounds: number,
  requests: number,
): Promise<{ rates: Rates; ratio: number }> {
  const first = await start('http2/lesson.ts', lesson);
  const children = [first.child];
  try {
    const body = await get(first.port);
    const second = await start('http2/bare.ts', body);
    children.push(second.child);
    if ((await get(second.port)) !== body)
      throw new Error(
        'The bare server sends another response than the lesson.',
      );

    const rates: Rates = { lesson: [], bare: [] };
    await load(first.port, requests);
    await load(second.port, requests);
    for (let round = 0; round < rounds; round += 1) {
      rates.lesson.push(await load(first.port, requests));
      rates.bare.push(await load(second.port, requests));
    }
    return { rates, ratio: medianOf(rates.lesson) / medianOf(rates.bare) };
  } finally {
    for (const child of children) child.kill();
  }
}

async function start(
  file: string,
  argument: string,
): Promise<{ child: ChildProcess; port: number }> {
  const child = fork(new URL(file, import.meta.url), [argument]);
  const [port] = (await once(child, 'message')) as [number];
  return { child, port };
}

async function get(port: number): Promise<string> {
  const session = connect(`https://127.0.0.1:${port}`, {
    rejectUnauthorized: false,
  });
  let text = '';
  const stream = session.request({ ':path': path }).setEncoding('utf8');
  for await (const piece of stream) text += piece;
  session.close();
  return text;
}

async function load(port: number, requests: number): Promise<number> {
  const url = `https://127.0.0.1:${port}${path}`;
  const args = ['-n', String(requests), '-c', '10', '-m', '20', url];
  const { stdout } = await execFile('h2load', args).catch((error: Error) => {
    throw new Error(
      `h2load could not be run: ${error.message}. ` +
        'It is in the package nghttp2-client.',
      { cause: error },
    );
  });
  const [, rate] = /([\d.]+) req\/s/.exec(stdout) ?? [];
  const [, succeeded] = /(\d+) succeeded/.exec(stdout) ?? [];
  if (Number(succeeded) !== requests || rate === undefined)
    throw new Error(`Of ${requests} requests not all succeeded:\n${stdout}`);
  return Number(rate);
}
