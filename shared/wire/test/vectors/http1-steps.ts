import { http1Decoder } from '../../http1/decoder.ts';
import { text, type Step } from '../cuts.ts';
import type { Vector } from './vector.ts';

/** `→ ` goes up, `← ` comes down; lines end with CR LF. */
function steps(...sent: (string | Step)[]): Step[] {
  return sent.map((one) => {
    if (typeof one !== 'string') return one;
    const direction = one.startsWith('→') ? 'up' : 'down';
    return [direction, text(one.slice(2).replaceAll('\n', '\r\n'))];
  });
}

export function vector(
  title: string,
  sent: (string | Step)[],
  units: string[],
): Vector {
  return { title, make: http1Decoder, steps: steps(...sent), units };
}

export const GET = '→ GET /board HTTP/1.1\nHost: a\n\n';
export const EVENTS =
  '← HTTP/1.1 200 OK\nContent-Type: text/event-stream\nTransfer-Encoding: chunked\n\n';
