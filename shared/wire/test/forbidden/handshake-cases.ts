/** What a server responds, with `{accept}` where the right one stands. */
import { createHash } from 'node:crypto';
import { casesOf } from './case.ts';

export const OFFERED = ['board.v1', 'board.v2'];

const SWITCHED =
  'HTTP/1.1 101 Switching Protocols⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Accept: {accept}⏎Sec-WebSocket-Protocol: board.v1⏎';

export const HANDSHAKES = casesOf(String.raw`
allowed
  as it should be | ${SWITCHED}⏎
  in other letters | HTTP/1.1 101 Switching Protocols⏎upgrade: WebSocket⏎CONNECTION: upgrade⏎Sec-WebSocket-Accept: {accept}⏎Sec-WebSocket-Protocol: board.v1⏎⏎
  the extension permessage-deflate | ${SWITCHED}Sec-WebSocket-Extensions: permessage-deflate⏎⏎
  the extension permessage-deflate; server_max_window_bits=10 | ${SWITCHED}Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10⏎⏎
  the extension permessage-deflate; client_no_context_takeover; client_max_window_bits=15 | ${SWITCHED}Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; client_max_window_bits=15⏎⏎

RFC 6455, 4.1
  another Sec-WebSocket-Accept | HTTP/1.1 101 Switching Protocols⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=⏎Sec-WebSocket-Protocol: board.v1⏎⏎ | found "AAAAAAAAAAAAAAAAAAAAAAAAAAA="
  no Sec-WebSocket-Accept | HTTP/1.1 101 Switching Protocols⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Protocol: board.v1⏎⏎ | found none
  a subprotocol that was not offered | HTTP/1.1 101 Switching Protocols⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Accept: {accept}⏎Sec-WebSocket-Protocol: other⏎⏎ | expected a subprotocol that the client has offered, found "other"
  two subprotocols | HTTP/1.1 101 Switching Protocols⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Accept: {accept}⏎Sec-WebSocket-Protocol: board.v1, board.v2⏎⏎ | expected one subprotocol
  an extension that was not offered | ${SWITCHED}Sec-WebSocket-Extensions: x-other⏎⏎ | expected an extension that the client has offered, found "x-other"
  an empty subprotocol | HTTP/1.1 101 Switching Protocols⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Accept: {accept}⏎Sec-WebSocket-Protocol:⏎⏎ | expected a subprotocol, found an empty field
  websocket twice | HTTP/1.1 101 Switching Protocols⏎Upgrade: websocket, websocket⏎Connection: Upgrade⏎Sec-WebSocket-Accept: {accept}⏎Sec-WebSocket-Protocol: board.v1⏎⏎ | expected a change to websocket alone

RFC 7692, 7.1
  permessage-deflate; x=1 | ${SWITCHED}Sec-WebSocket-Extensions: permessage-deflate; x=1⏎⏎ | expected a parameter of permessage-deflate, found "x=1"
  permessage-deflate; server_max_window_bits=7 | ${SWITCHED}Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7⏎⏎ | from 8 to 15, found
  permessage-deflate; server_max_window_bits=16 | ${SWITCHED}Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=16⏎⏎ | from 8 to 15, found
  permessage-deflate; client_max_window_bits | ${SWITCHED}Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits⏎⏎ | from 8 to 15, found
  permessage-deflate; server_no_context_takeover=1 | ${SWITCHED}Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover=1⏎⏎ | expected no value of
  permessage-deflate; server_no_context_takeover; server_no_context_takeover | ${SWITCHED}Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; server_no_context_takeover⏎⏎ | once, found "server_no_context_takeover" again

RFC 9110, 7.8
  no Connection | HTTP/1.1 101 Switching Protocols⏎Upgrade: websocket⏎Sec-WebSocket-Accept: {accept}⏎Sec-WebSocket-Protocol: board.v1⏎⏎ | expected "Connection: Upgrade" in a 101
  no Upgrade | HTTP/1.1 101 Switching Protocols⏎Connection: Upgrade⏎Sec-WebSocket-Accept: {accept}⏎Sec-WebSocket-Protocol: board.v1⏎⏎ | expected an Upgrade field in a 101, found none
  another protocol | HTTP/1.1 101 Switching Protocols⏎Upgrade: h2c⏎Connection: Upgrade⏎Sec-WebSocket-Accept: {accept}⏎Sec-WebSocket-Protocol: board.v1⏎⏎ | found "h2c"`);

/** The response to this request, its key taken from the bytes. */
export function answerTo(request: string, answer: string): string {
  const key = /^sec-websocket-key: *(\S+)/im.exec(request)?.[1];
  const magic = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  const made = createHash('sha1').update(`${key}${magic}`).digest('base64');
  return answer.replace('{accept}', made);
}
