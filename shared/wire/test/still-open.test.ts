/** A run that is saved while somebody speaks blames nobody for stopping. */
import { describe, expect, test } from '@jest/globals';
import { decodeConnection } from '../connection.ts';
import { sayStillOpen } from '../still-open.ts';
import type { Unit } from '../unit.ts';
import { text, type Step } from './cuts.ts';
import { VECTORS } from './vectors/all.ts';

const get: Step = ['up', text('GET / HTTP/1.1\r\nHost: a\r\n\r\n')];

/** What is told of a connection that was saved behind these bytes. */
function saved(steps: readonly Step[], make = () => decodeConnection()) {
  const decoder = make();
  const before = steps.flatMap(([direction, bytes]) =>
    decoder.feed(direction, bytes),
  );
  const last = [...decoder.end('up'), ...decoder.end('down')];
  return { before, last, said: last.flatMap(sayStillOpen) };
}

const ofLayer0 = (units: readonly Unit[]) =>
  units
    .filter(({ layer, size }) => layer === 0 && size > 0)
    .map(({ direction, ranges }) => [direction, ranges]);

describe('What saving cut short', () => {
  test.each<[string, string, string]>([
    [
      'a header section',
      'HTTP/1.1 200 OK\r\nContent-',
      'bytes: 25 bytes so far, still open when the run was saved',
    ],
    [
      'a body with a length',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc',
      'body: body: 3 bytes, so far',
    ],
    [
      'a body up to the end',
      'HTTP/1.1 200 OK\r\n\r\nabc',
      'body: body: 3 bytes, so far',
    ],
    [
      'a chunk',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc',
      'bytes: 6 bytes so far, still open when the run was saved',
    ],
    [
      'an event',
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: a',
      'no event: unfinished event: 7 bytes so far',
    ],
  ])('%s is told as what came so far', (_, response, told) => {
    const { said } = saved([get, ['down', text(response)]]);
    expect(said.map(({ kind, summary }) => `${kind}: ${summary}`)).toContain(
      told,
    );
    expect(said.map(({ problem }) => problem)).not.toContainEqual(
      expect.anything(),
    );
  });

  test('is nothing between two chunks, where no byte waits for others', () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { last, said } = saved([get, ['down', text(`${head}1\r\na\r\n`)]]);
    expect(last.map(({ kind }) => kind)).toContain('malformed');
    expect(said.map(({ kind }) => kind)).not.toContain('malformed');
  });

  test('does not hide what a peer did wrong before', () => {
    const upgrade =
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';
    // It waits for the response to the one before.
    const wrong = 'GET / HTTP/1.1\r\nno colon\r\n\r\n';
    const { said } = saved([['up', text(upgrade + wrong)]]);
    expect(said).toMatchObject([
      { problem: expect.stringContaining('found no colon') },
    ]);
  });

  test.each(Object.entries(VECTORS))(
    'is nowhere called an end, and no byte is lost: %s',
    (_, vectors) => {
      for (const { make, steps } of vectors)
        for (let n = 1; n <= steps.length; n++) {
          const [direction, bytes] = steps[n - 1]!;
          const half = bytes.subarray(0, Math.ceil(bytes.length / 2));
          const begun = [...steps.slice(0, n - 1), [direction, half] as Step];
          const { last, said } = saved(begun, make);
          for (const { summary, problem } of said)
            expect(problem ?? summary).not.toMatch(
              /(?:connection|stream) ended/,
            );
          expect(ofLayer0(said)).toEqual(ofLayer0(last));
        }
    },
  );
});
