/** A client whose every byte the check writes, and sees: RFC 6455, 4.1. */
import { once } from 'node:events';
import type {
  Served,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { decodeFrame, encodeFrame, opcodes } from '../../../frame.ts';

/** What stands for a frame that is no text. */
export const closeFrame = '(no text: a close frame)';

export interface Shake {
  key: string;
  origin: string | undefined;
  host: string | undefined;
  /** What is written together with it. */
  frames: Uint8Array;
  /** The origin that stands for this one where it is tried by hand. */
  byHand: string | undefined;
  /** How the names of headers are written: any case is right. */
  spell: (name: string) => string;
  /** Whether it must be refused: said where nothing comes. */
  isRefused: boolean;
}

export interface HandshakeResponse {
  sent: string;
  /** Status line and headers, up to the empty line, which is part of it. */
  text: string;
  status: string;
  headers: Map<string, string>;
  port: number;
  tryIt: string;
}

export const newKey = ({ data }: CheckContext) =>
  Buffer.from(data.bytes(16)).toString('base64');

/** A text message of a client, in one frame. */
export const frame = (text: string) =>
  encodeFrame({
    final: true,
    opcode: opcodes.text,
    payload: Buffer.from(text),
    mask: Uint8Array.of(0x37, 0xfa, 0x21, 0x3d),
  });

/** Sends a handshake, and waits for the headers of the response. */
export async function handshake(
  trial: CheckContext,
  server: Served,
  {
    key = newKey(trial),
    origin,
    host,
    frames,
    byHand,
    spell = (name) => name,
    isRefused = false,
  }: Partial<Shake> = {},
) {
  const client = await rawClient(server.port);
  trial.defer(() => client.socket.destroy());
  const lines = [
    'GET /track HTTP/1.1',
    `${spell('Host')}: ${host ?? `127.0.0.1:${server.port}`}`,
    `${spell('Upgrade')}: websocket`,
    `${spell('Connection')}: Upgrade`,
    `${spell('Sec-WebSocket-Key')}: ${key}`,
    `${spell('Sec-WebSocket-Version')}: 13`,
    ...(origin === undefined ? [] : [`${spell('Origin')}: ${origin}`]),
  ];
  const request = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  client.socket.write(Buffer.concat([request, frames ?? new Uint8Array()]));
  const sent =
    `GET /track, Upgrade: websocket, ` +
    (host === undefined ? '' : `Host: ${host}, `) +
    (origin === undefined
      ? 'without an Origin'
      : `${spell('Origin')}: ${origin}`);
  const tryIt = curlFor(trial, key, byHand ?? origin, host);
  const port = client.socket.localPort!;
  const upToBody = await trial.within(client.until('\r\n\r\n'), () => ({
    title: whatIsMissing(client.received, isRefused),
    sent,
    expected: 'a status line, header lines, and an empty line',
    came: client.received || 'nothing',
    section: 'RFC 6455, 4.2.2',
    tryIt,
  }));
  const [status = '', ...fields] = upToBody.trimEnd().split('\r\n');
  const headers = new Map(
    fields.map((field) => {
      const colon = field.indexOf(':');
      const name = field.slice(0, colon).trim().toLowerCase();
      return [name, field.slice(colon + 1).trim()];
    }),
  );
  const response: HandshakeResponse = {
    sent,
    text: upToBody,
    status,
    headers,
    port,
    tryIt,
  };

  /** The frames that have come after the response. */
  function heard(): string[] {
    const all = Buffer.from(client.received, 'latin1');
    let bytes: Uint8Array = all.subarray(upToBody.length);
    const texts: string[] = [];
    for (let next = decodeFrame(bytes); next; next = decodeFrame(bytes)) {
      bytes = bytes.subarray(next.end);
      const { opcode, payload } = next.frame;
      const isText = opcode === opcodes.text;
      texts.push(isText ? String(Buffer.from(payload)) : closeFrame);
    }
    return texts;
  }

  return {
    response,
    /** What came after the headers, a character for each byte. */
    rest: () => client.received.slice(upToBody.length),
    send: (bytes: Uint8Array) => client.socket.write(bytes),
    closed: client.closed,
    heard,
    /** Waits until this is heard, or the connection has ended. */
    async hears(text: string) {
      const gone = client.closed.then(() => 'gone');
      while (!heard().includes(text)) {
        const more = once(client.socket, 'data').catch(() => 'gone');
        if ((await Promise.race([more, gone])) === 'gone') return;
      }
    },
  };
}

/** Why it is no response that what came does not end with an empty line. */
function whatIsMissing(received: string, isRefused: boolean) {
  if (/(^|[^\r])\n\n/.test(received))
    return 'The lines of the response end with LF alone, not with CR LF';
  if (received !== '') return 'The headers do not end with an empty line';
  return isRefused
    ? 'A refused page gets no status code'
    : 'The handshake gets no response';
}

/** The same by hand. The lesson's own server wants a protocol, too. */
function curlFor(
  { live }: CheckContext,
  key: string,
  origin?: string,
  host?: string,
) {
  const curl =
    "curl -si -m 1 -H 'Connection: Upgrade' -H 'Upgrade: websocket'" +
    (host === undefined ? '' : ` -H 'Host: ${host}'`);
  // An origin is refused whatever else the handshake has.
  if (origin !== undefined)
    return `${curl} -H 'Origin: ${origin}' ${live}/track`;
  return `${curl} -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: ${key}' -H 'Sec-WebSocket-Protocol: board.v1' ${live}/track`;
}
