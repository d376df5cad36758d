/** The contract of `byte-cursor.ts`, held by what reads inside of others. */
import { describe, expect, test } from '@jest/globals';
import { ByteCursor } from '../byte-cursor.ts';
import { contentType } from '../coding/content.ts';
import { EventStream } from '../event-stream/decoder.ts';
import { ChunkedBody } from '../http1/chunks.ts';
import type { Unit } from '../unit.ts';
import { WebSocketSide } from '../websocket/decoder.ts';

const encoder = new TextEncoder();
const place = { direction: 'down', layer: 0 } as const;
const plain = contentType(true, 'text/plain', '');

/** Before them the direction had 1,000 bytes. */
function cursorOver(text: string): ByteCursor {
  return new ByteCursor(encoder.encode(text), 1_000);
}

const told = (units: Unit[]): string[] =>
  units.map(({ kind, ranges }) => `${kind} ${JSON.stringify(ranges)}`);

describe('A decoder', () => {
  test('leaves what is not its own', () => {
    const body = new ChunkedBody(plain, { direction: 'down', exchange: 1 });
    const input = cursorOver('2\r\nhi\r\n0\r\n\r\nHTTP/1.1 200 OK');
    const units: Unit[] = [];
    body.push(input, units);
    expect(body.done).toBe(true);
    expect([input.next, input.left, input.offset]).toEqual([12, 15, 1_012]);
    expect(told(units)).toEqual([
      'http/1.1 chunk [[1000,1007]]',
      'http/1.1 last chunk [[1007,1012]]',
    ]);
  });

  test('takes all bytes where it needs more, and keeps what it will need', () => {
    const body = new ChunkedBody(plain, { direction: 'down', exchange: 1 });
    const input = cursorOver('2\r\nh');
    const units: Unit[] = [];
    body.push(input, units);
    expect([body.done, input.left, units.length]).toEqual([false, 0, 0]);
    input.bytes.fill(0);
    body.push(new ByteCursor(encoder.encode('i\r\n'), 1_004), units);
    expect(told(units)).toEqual(['http/1.1 chunk [[1000,1007]]']);
  });

  test.each([
    ['a WebSocket', new WebSocketSide(place, undefined), '\x81\x02hi\x81\x03'],
    ['an event stream', new EventStream(place), ':\n\ndata'],
  ])('of %s goes no further than its end', (_, decoder, text) => {
    const input = new ByteCursor(
      Uint8Array.from(text, (each) => each.charCodeAt(0)),
    );
    const units: Unit[] = [];
    const whole = text.length - (text.startsWith(':') ? 4 : 2);
    decoder.push(input, units, whole);
    expect(input.next).toBe(whole);
    expect(units.length).toBe(1);
    decoder.finish(units);
    expect(units.length).toBe(1);
  });
});
