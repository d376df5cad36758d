/**
 * What fields mean, in the standard's sense: bytes, the label of a field in
 * them, and the sentence and section that must stand there. Each row is one
 * that is easily said wrong. Bytes are written as in vectors/vector.ts.
 */
import { describe, expect, test } from '@jest/globals';
import { eventStreamDecoder } from '../event-stream/decoder.ts';
import { http1Decoder } from '../http1/decoder.ts';
import { http2Decoder } from '../http2/decoder.ts';
import { mqttDecoder } from '../mqtt/decoder.ts';
import {
  bytesOf,
  describe as fieldsOf,
  type ConnectionDecoder,
} from '../unit.ts';
import { webSocketDecoder } from '../websocket/decoder.ts';
import { decode, oneWay, recorded, type Step } from './cuts.ts';
import { stepsOf } from './vectors/vector.ts';

/** `meaning (section)` of the last field with this label. */
function meaningOf(
  make: () => ConnectionDecoder,
  steps: Step[],
  wanted: string,
): string | undefined {
  const whole = recorded(steps);
  return decode(make, steps)
    .flatMap((unit) =>
      fieldsOf(unit, bytesOf(unit, whole[unit.direction])).map(
        ({ label, meaning, section }) => ({
          label,
          text: section ? `${meaning} (${section})` : meaning,
        }),
      ),
    )
    .findLast(({ label }) => label === wanted)?.text;
}

/** Rows of `bytes | label | what it must say`, a row on two lines. */
function rows(written: string): [bytes: string, label: string, says: string][] {
  return written
    .trim()
    .split(/\n\s*(?=[→←])/)
    .map((row) => {
      const [sent = '', label = '', says = ''] = row.trim().split(/\s+\| /);
      return [sent, label, says];
    });
}

describe('A field of HTTP/1.1 says what it means', () => {
  const get = (headers: string) => `→ "GET / HTTP/1.1⏎${headers}⏎⏎"`;
  const ok = (headers: string) => `← "HTTP/1.1 200 OK⏎${headers}⏎⏎"`;
  test.each(
    rows(`
      ${get('Host: a')} | version
        | the highest minor version within HTTP/1 that the client speaks (RFC 9110, 2.5)
      ${ok('A: b')} | version
        | the highest minor version within HTTP/1 that the server speaks (RFC 9110, 2.5)
      ${get('Host: a')} | method
        | send me this; a safe method: it asks for no change (RFC 9110, 9.3.1)
      → "POST / HTTP/1.1⏎Host: a⏎⏎" | method
        | process this content in the way that the target defines (RFC 9110, 9.3.3)
      → "PUT / HTTP/1.1⏎Host: a⏎⏎" | method
        | create the target, or replace it, with this content (RFC 9110, 9.3.4)
      → "PROPFIND / HTTP/1.1⏎Host: a⏎⏎" | method
        | a method that is not explained here (RFC 9110, 9.1)
      ← "HTTP/1.1 101 ⏎⏎" | status
        | after the blank line both sides speak the new protocol (RFC 9110, 15.2.2)
      ← "HTTP/1.1 103 ⏎⏎" | status
        | an interim response: the final one will follow (RFC 9110, 15.2)
      ← "HTTP/1.1 202 ⏎⏎" | status
        | the request was received, understood and accepted (RFC 9110, 15.3)
      ← "HTTP/1.1 204 ⏎⏎" | status
        | done; there is no content to send (RFC 9110, 15.3.5)
      ← "HTTP/1.1 303 ⏎⏎" | status
        | the client must do something more, often at another URL (RFC 9110, 15.4)
      ← "HTTP/1.1 304 ⏎⏎" | status
        | what the client has stored is still valid: no content is sent (RFC 9110, 15.4.5)
      ← "HTTP/1.1 404 ⏎⏎" | status
        | the client seems to have made a mistake (RFC 9110, 15.5)
      ← "HTTP/1.1 502 ⏎⏎" | status
        | the server made a mistake, or is not able to do what was requested (RFC 9110, 15.6)
      ← "HTTP/1.1 504 ⏎⏎" | status
        | the server made a mistake, or is not able to do what was requested (RFC 9110, 15.6)
      ← "HTTP/1.1 999 ⏎⏎" | status
        | not in a class of the standard (RFC 9110, 15)
      ${ok('Access-Control-Allow-Credentials: true')} | Access-Control-Allow-Credentials
        | the page may read this even if the request had credentials, such as cookies (Fetch, 3.3.3)
      ${ok('Access-Control-Allow-Origin: *')} | Access-Control-Allow-Origin
        | the origin whose pages may read the response; *: any (Fetch, 3.3.3)
      ${ok('Access-Control-Max-Age: 5')} | Access-Control-Max-Age
        | for how many seconds the result of the preflight may be cached (Fetch, 3.3.3)
      ${ok('Age: 5')} | Age
        | seconds since the origin server made or revalidated it: it comes from a cache (RFC 9111, 5.1)
      ${ok('ETag: W/x')} | ETag
        | a validator: names this version of the content; W/ marks a weak one, which similar versions share (RFC 9110, 8.8.3)
      ${ok('Expires: 0')} | Expires
        | when the response becomes stale (RFC 9111, 5.3)
      ${get('Host: a⏎If-None-Match: *')} | If-None-Match
        | go on only if no validator here is the current one; else 304, or 412 if the method is neither GET nor HEAD (RFC 9110, 13.1.2)
      ${ok('Location: /b')} | Location
        | the URL to go to, or of what was created (RFC 9110, 10.2.2)
      ${get('Host: a⏎Sec-WebSocket-Protocol: b')} | Sec-WebSocket-Protocol
        | subprotocols: offered, or the one that was chosen (RFC 6455, 11.3.4)
      ${ok('X-Content-Type-Options: nosniff')} | X-Content-Type-Options
        | not explained here; most names with X- are in no standard (RFC 9110, 5.1)
      ${ok('Idempotency-Key: a')} | Idempotency-Key
        | not explained here (RFC 9110, 5.1)
      ${ok('Transfer-Encoding: chunked⏎⏎2;a=b⏎hi⏎0⏎')} | extensions
        | chunk extensions: a recipient ignores those that it does not know (RFC 9112, 7.1.1)
    `),
  )('%s %s', (sent, label, says) => {
    expect(meaningOf(http1Decoder, stepsOf(sent), label)).toBe(says);
  });
});

describe('A field of HTTP/2 says what it means', () => {
  const preface = '→ "PRI * HTTP/2.0⏎⏎SM⏎⏎" → [04 00 0] ← [04 00 0]';
  test.each(
    rows(`
      → [04 00 0] 0001 00000000 | HEADER_TABLE_SIZE
        | the largest HPACK table for the headers that it receives, in bytes (RFC 9113, 6.5.2)
      → [04 00 0] 0002 00000000 | ENABLE_PUSH
        | 1: the server may push responses; 0: it must not (RFC 9113, 6.5.2)
      → [04 00 0] 0003 00000064 | MAX_CONCURRENT_STREAMS
        | how many streams the other side may have open at once (RFC 9113, 6.5.2)
      → [04 00 0] 0004 000003e8 | INITIAL_WINDOW_SIZE
        | the first window of each stream, in bytes: WINDOW_UPDATE adds to it (RFC 9113, 6.5.2)
      → [04 00 0] 0006 000003e8 | MAX_HEADER_LIST_SIZE
        | advice: the largest header section that it accepts, uncompressed, in bytes (RFC 9113, 6.5.2)
      → [04 00 0] 00aa 00000005 | unknown setting 170
        | not known here: such a setting is ignored (RFC 9113, 6.5.2)
      ← [07 00 0] 00000005 00000000 | last stream
        | streams of the other side above this one are not processed: it may retry them (RFC 9113, 6.8)
      ← [07 00 0] 00000000 00000003 | error code
        | the other side broke the rules of flow control (RFC 9113, 7)
      ← [07 00 0] 00000000 00000009 | error code
        | the headers of the whole connection cannot be decompressed any more (RFC 9113, 7)
      ← [03 00 1] 00000007 | error code
        | the request was not processed at all: it may be retried (RFC 9113, 7)
      ← [03 00 1] 00000008 | error code
        | the stream is not needed any more (RFC 9113, 7)
      → [02 00 5] 00000003 00 | priority
        | a priority as in RFC 7540: deprecated (RFC 9113, 5.3.2)
      → [08 00 0] 00000001 | window of the connection
        | bytes of data that may now be sent before the other side allows more, all streams together (RFC 9113, 6.9.1)
      → [2a 00 5] c0 | type
        | a type that is not known here: such a frame is discarded (RFC 9113, 5.5)
    `),
  )('%s %s', (sent, label, says) => {
    const steps = stepsOf(`${preface} ${sent}`);
    expect(meaningOf(http2Decoder, steps, label)).toBe(says);
  });
});

describe('A field of WebSocket says what it means', () => {
  test.each(
    rows(`
      ← 88 02 03e8 | code | normal closure: all is done (RFC 6455, 7.4.1)
      ← 88 02 03f2 | code
        | the client needs an extension that the server did not accept (RFC 6455, 7.4.1)
      ← 88 02 03f6 | code | a gateway got an invalid response from upstream; a page in WebKitGTK gets 1006 (RFC 6455, 11.7)
      ← 88 02 0000 | code | not used (RFC 6455, 7.4.2)
      ← 88 02 03ec | code | reserved: it has no meaning yet (RFC 6455, 7.4.1)
      ← 88 02 03ed | code
        | reserved for what an endpoint reports by itself: no frame may have it (RFC 6455, 7.4.1)
      ← 88 02 03f7 | code
        | reserved for what an endpoint reports by itself: no frame may have it (RFC 6455, 7.4.1)
      ← 88 02 03f8 | code
        | reserved for later versions of the protocol and for extensions (RFC 6455, 7.4.2)
      ← 88 02 0bb7 | code
        | reserved for later versions of the protocol and for extensions (RFC 6455, 7.4.2)
      ← 88 02 0bb8 | code
        | of a library or framework that has registered it (RFC 6455, 7.4.2)
      ← 88 02 0fa0 | code | the application defines it (RFC 6455, 7.4.2)
      ← 88 02 1388 | code | not in a range of the standard (RFC 6455, 7.4.2)
      ← 88 00 | opcode | no more messages follow in this direction (RFC 6455, 5.5.1)
      ← 8a 00 | opcode
        | the response to a ping; one without a ping expects no response (RFC 6455, 5.5.3)
      ← 8a 00 | FIN | a control frame is always in one piece (RFC 6455, 5.2)
      ← 81 00 | FIN | the last frame of the message (RFC 6455, 5.2)
      ← c1 01 00 | RSV | RSV1 is set: the message is compressed (RFC 7692, 6)
    `),
  )('%s %s', (sent, label, says) => {
    expect(meaningOf(webSocketDecoder, stepsOf(sent), label)).toBe(says);
  });
});

describe('A field of MQTT says what it means', () => {
  const connect = '10 0e 0004 "MQTT" 04 06 000a 0000 0001 "w" 0000';
  test.each(
    rows(`
      → 31 03 0001 61 | RETAIN
        | the server keeps it for later subscribers; an empty one deletes what was kept (MQTT, 3.3.1.3)
      → 30 03 0001 61 | RETAIN | the server does not keep it (MQTT, 3.3.1.3)
      ← 31 03 0001 61 | RETAIN
        | a retained message: published before this client subscribed (MQTT, 3.3.1.3)
      ← 30 03 0001 61 | RETAIN
        | published after this client had subscribed (MQTT, 3.3.1.3)
      → 3a 05 0001 61 0001 | DUP
        | sent again: an earlier one may have arrived (MQTT, 3.3.1.1)
      → ${connect} | keep alive
        | the longest pause of the client; after 1.5 times this the server closes; 0: never (MQTT, 3.1.2.10)
      → ${connect} | will topic
        | published if the connection ends without DISCONNECT (MQTT, 3.1.3.2)
      ← 20 02 01 00 | session present
        | 1: the server has kept the session of this client (MQTT, 3.2.2.2)
      ← 50 02 0001 | type
        | the PUBLISH has arrived (second of four packets of QoS 2) (MQTT, 3.5)
      → 62 02 0001 | type
        | the sender keeps the message no more (third of four packets of QoS 2) (MQTT, 3.6)
      ← 90 03 0001 80 | type
        | acknowledges a SUBSCRIBE: a return code for each filter (MQTT, 3.9)
      ← b0 02 0001 | type | acknowledges an UNSUBSCRIBE (MQTT, 3.11)
      → 82 06 0006 0001 61 02 | topic filter
        | + is any one level; # the level before it and all below (MQTT, 3.8.3)
      → 82 06 0006 0001 61 02 | requested QoS
        | the highest QoS with which the server may send (MQTT, 3.8.3)
    `),
  )('%s %s', (sent, label, says) => {
    expect(meaningOf(mqttDecoder, stepsOf(sent), label)).toBe(says);
  });
});

describe('A line of an event stream says what it means', () => {
  test.each(
    rows(`
      ← "id: 7\\ndata\\n\\n" | id
        | sent as Last-Event-ID when the client reconnects (HTML, 9.2.6)
      ← "id: 7\\n\\n" | id
        | sent as Last-Event-ID when the client reconnects; without data, some forget it (HTML, 9.2.6)
      ← "retry: 1\\n\\n" | retry
        | how long to wait at least before reconnecting, in milliseconds (HTML, 9.2.6)
      ← "id\\n\\n" | id
        | an empty id: Last-Event-ID is not sent any more (HTML, 9.2.6)
      ← "retry: 1s\\n\\n" | retry | not only digits: ignored (HTML, 9.2.6)
      ← ": x\\n\\n" | comment
        | a comment: ignored; often a heartbeat, so that no proxy closes an idle connection (HTML, 9.2.6)
    `),
  )('%s %s', (sent, label, says) => {
    expect(meaningOf(oneWay(eventStreamDecoder), stepsOf(sent), label)).toBe(
      says,
    );
  });
});
