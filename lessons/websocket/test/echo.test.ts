/**
 * The lesson's way with WebSocket adds nothing to `ws` and takes nothing away,
 * nor does the tap; and what the server refuses, the wire names.
 */
import { once } from 'node:events';
import { inflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  listenBehindTap,
  type TappedServer,
} from '@on-the-wire/testing/behind-tap.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { WebSocketServer } from 'ws';
import { opcodes } from '../frame.ts';
import { ask, framesOf } from './clients.ts';
import { chapters, stillThere, type EchoCase } from './echo-cases.ts';
import { createEcho } from './echo.ts';

const largest = 16 * 1024 * 1024;

let bare: WebSocketServer;
let echo: ReturnType<typeof createEcho>;
let tap: TappedServer;
let ports: Record<'ws' | 'echo' | 'tap', number>;

beforeAll(async () => {
  bare = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    maxPayload: largest,
    perMessageDeflate: true,
    handleProtocols: () => 'board.v1',
  });
  bare.on('connection', (client) => {
    client.on('error', () => {});
    client.on('message', (data, isBinary) =>
      client.send(data, { binary: isBinary }),
    );
  });
  await once(bare, 'listening');
  echo = createEcho(largest, true);
  tap = await listenBehindTap(echo.server);
  ports = {
    ws: portOf(bare),
    echo: portOf(echo.server),
    tap: tap.port,
  };
});
afterAll(async () => {
  await tap.close();
  await echo.close();
  for (const client of bare.clients) client.terminate();
  await new Promise((done) => bare.close(done));
});

const portOf = (server: { address(): unknown }) =>
  (server.address() as { port: number }).port;

/** Says all of a case, and hears what comes until the connection ends. */
async function say({ sent, offers }: EchoCase, port: number) {
  const client = await rawClient(port);
  const { localPort } = client.socket;
  client.send(ask({ 'Sec-WebSocket-Extensions': offers }));
  await client.until('\r\n\r\n');
  client.socket.on('data', () => {
    // As every client does that was told to go.
    if (framesOf(client.received).some(isEnd)) client.socket.end();
  });
  client.socket.write(sent);
  await client.closed;
  return { gets: inWords(framesOf(client.received)), client: localPort! };
}

const isEnd = ({ opcode, text }: { opcode: number; text: string }) =>
  opcode === opcodes.close || text === stillThere;

/** As `echo-cases.ts` writes frames down. */
function inWords(frames: ReturnType<typeof framesOf>): string[] {
  let squeezed = Buffer.alloc(0);
  let done = 0;
  return frames.map(({ opcode, text, bytes, isCompressed }) => {
    if (opcode === opcodes.close) {
      const reason = Buffer.from(bytes.slice(2)).toString();
      const code = bytes.length < 2 ? '' : ` ${bytes[0]! * 256 + bytes[1]!}`;
      return `close${code}${reason && ` “${reason}”`}`;
    }
    if (opcode === opcodes.binary)
      return `binary ${Buffer.from(bytes).toString('hex')}`;
    if (opcode !== opcodes.text) return `pong “${text}”`;
    if (!isCompressed) return `text “${text}”`;
    // A message may go back to those before it: RFC 7692, 7.2.3.2.
    const flush = Buffer.from('0000ffff', 'hex');
    squeezed = Buffer.concat([squeezed, Buffer.from(bytes), flush]);
    const all = inflateRawSync(squeezed, { finishFlush: 2 });
    const told = all.subarray(done).toString();
    done = all.length;
    return `text “${told}”`;
  });
}

describe('alone, in the lesson and behind a tap, an echo does the same with', () => {
  test.each(chapters)('%s', async (_title, cases) => {
    for (const each of cases) {
      const { what, gets, isWrong } = each;
      const [alone, lesson, behind] = await Promise.all([
        say(each, ports.ws),
        say(each, ports.echo),
        say(each, ports.tap),
      ]);
      for (const [who, heard] of Object.entries({ alone, lesson, behind }))
        expect({ what, who, gets: heard.gets }).toEqual({ what, who, gets });
      // The wire says it of the side that did it, and not of the other.
      const problems = tap.problems(behind.client);
      const sides = [...new Set(problems.map(({ direction }) => direction))];
      expect({ what, sides }).toEqual({ what, sides: isWrong ? ['up'] : [] });
    }
  });
});
