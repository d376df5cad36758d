import { createHash } from 'node:crypto';

/** What a server answers, with `{accept}` where the right one stands. */
export interface HandshakeCase {
  title: string;
  answer: string;
  /** What stands in the problem; undefined if the answer is right. */
  says?: string;
  section?: string;
}

export const OFFERED = ['board.v1', 'board.v2'];

const start = 'HTTP/1.1 101 Switching Protocols\r\n';
const usual = 'Upgrade: websocket\r\nConnection: Upgrade\r\n';
const accept = 'Sec-WebSocket-Accept: {accept}\r\n';
const one = 'Sec-WebSocket-Protocol: board.v1\r\n';
const section = 'RFC 6455 4.1';

export const HANDSHAKES: HandshakeCase[] = [
  { title: 'as it should be', answer: `${start}${usual}${accept}${one}\r\n` },
  {
    title: 'in other letters',
    answer: `${start}upgrade: WebSocket\r\nCONNECTION: upgrade\r\n${accept}${one}\r\n`,
  },
  {
    title: 'another Sec-WebSocket-Accept',
    answer: `${start}${usual}Sec-WebSocket-Accept: ${'A'.repeat(27)}=\r\n${one}\r\n`,
    says: `found "${'A'.repeat(27)}="`,
    section,
  },
  {
    title: 'no Sec-WebSocket-Accept',
    answer: `${start}${usual}${one}\r\n`,
    says: 'found none',
    section,
  },
  {
    title: 'a subprotocol that was not offered',
    answer: `${start}${usual}${accept}Sec-WebSocket-Protocol: other\r\n\r\n`,
    says: 'expected a subprotocol that the client has offered, found "other"',
    section,
  },
  {
    title: 'two subprotocols',
    answer: `${start}${usual}${accept}Sec-WebSocket-Protocol: board.v1, board.v2\r\n\r\n`,
    says: 'expected one subprotocol',
    section,
  },
  {
    title: 'an extension that was not offered',
    answer: `${start}${usual}${accept}${one}Sec-WebSocket-Extensions: x-other\r\n\r\n`,
    says: 'expected an extension that the client has offered, found "x-other"',
    section,
  },
  ...[
    'permessage-deflate',
    'permessage-deflate; server_max_window_bits=10',
    'permessage-deflate; client_no_context_takeover; client_max_window_bits=15',
  ].map((extension) => ({
    title: `the extension ${extension}`,
    answer: `${start}${usual}${accept}${one}Sec-WebSocket-Extensions: ${extension}\r\n\r\n`,
  })),
  ...[
    ['x=1', 'expected a parameter of permessage-deflate, found "x=1"'],
    ['server_max_window_bits=7', 'from 8 to 15, found'],
    ['server_max_window_bits=16', 'from 8 to 15, found'],
    ['client_max_window_bits', 'from 8 to 15, found'],
    ['server_no_context_takeover=1', 'expected no value of'],
    [
      'server_no_context_takeover; server_no_context_takeover',
      'once, found "server_no_context_takeover" again',
    ],
  ].map(([parameters, says]) => ({
    title: `permessage-deflate; ${parameters}`,
    answer: `${start}${usual}${accept}${one}Sec-WebSocket-Extensions: permessage-deflate; ${parameters}\r\n\r\n`,
    says: says!,
    section: 'RFC 7692 7.1',
  })),
  {
    title: 'an empty subprotocol',
    answer: `${start}${usual}${accept}Sec-WebSocket-Protocol:\r\n\r\n`,
    says: 'expected a subprotocol, found an empty field',
    section,
  },
  {
    title: 'websocket twice',
    answer: `${start}Upgrade: websocket, websocket\r\nConnection: Upgrade\r\n${accept}${one}\r\n`,
    says: 'expected a change to websocket alone',
    section,
  },
  {
    title: 'no Connection',
    answer: `${start}Upgrade: websocket\r\n${accept}${one}\r\n`,
    says: 'expected "Connection: Upgrade" in a 101',
    section: 'RFC 9110 7.8',
  },
  {
    title: 'no Upgrade',
    answer: `${start}Connection: Upgrade\r\n${accept}${one}\r\n`,
    says: 'expected an Upgrade field in a 101, found none',
    section: 'RFC 9110 7.8',
  },
  {
    title: 'another protocol',
    answer: `${start}Upgrade: h2c\r\nConnection: Upgrade\r\n${accept}${one}\r\n`,
    says: 'found "h2c"',
    section: 'RFC 9110 7.8',
  },
];

/** The answer to this request, its key taken from the bytes. */
export function answerTo(request: string, answer: string): string {
  const key = /^sec-websocket-key: *(\S+)/im.exec(request)?.[1];
  const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  const made = createHash('sha1').update(`${key}${magic}`).digest('base64');
  return answer.replace('{accept}', made);
}
