import { afterEach, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { createTap } from '@on-the-wire/tap/tap.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { copyUnit } from '../copy/live-copy.ts';
import { LiveUnits } from '../live/live-units.ts';
import { WireLog } from '../live/log.ts';
import { captureRun } from '../saved/save.ts';
import { SavedRun } from '../saved/saved.ts';
import type { Line } from '../source.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** What a tap shows of one request to a server that echoes its body. */
async function echoed(path: string, body: string) {
  const server = createServer((request, response) => {
    request.pipe(response);
  });
  const { port } = await listen(server);
  const tap = createTap({ target: { host: '127.0.0.1', port } });
  const log = new WireLog(tap.recording, new LiveUnits(tap));
  const origin = `http://127.0.0.1:${await tap.listen()}`;
  closing.push(
    () => server.close(),
    () => tap.close(),
  );
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { Connection: 'close', 'Content-Type': 'text/plain' },
    body,
  });
  await response.text();
  const copy = (n: number, as: string, secrets = false): string => {
    const query = new URLSearchParams({ unit: String(n), as });
    if (secrets) query.set('secrets', 'yes');
    return String(copyUnit({ log, tap }, query).body);
  };
  const find = (kind: Line['kind']) =>
    log.lines(0, 100).find((line) => line.kind === kind)!.n;
  return { log, tap, copy, find };
}

describe('a unit that is copied', () => {
  test('is the text that it carries, or the digits of its bytes', async () => {
    const { copy, find } = await echoed('/', 'Zürich, and more than a line');
    expect(copy(find('body'), 'text')).toBe('Zürich, and more than a line');
    expect(copy(find('body'), 'hex')).toBe(
      '5a c3 bc 72 69 63 68 2c 20 61 6e 64 20 6d 6f 72\n65 20 74 68 61 6e 20 61 20 6c 69 6e 65',
    );
  });

  test('has asterisks for its secrets unless they are asked for', async () => {
    const { copy, find, log, tap } = await echoed(
      '/?token=swordfish',
      'password: swordfish',
    );
    const [request, body] = [find('http/1.1 request headers'), find('body')];
    expect(copy(request, 'text')).toContain('POST /?token=********* HTTP/1.1');
    expect(copy(request, 'text', true)).toContain('/?token=swordfish HTTP');
    expect(copy(body, 'text')).toBe('password: *********');
    expect(copy(body, 'text', true)).toBe('password: swordfish');
    for (const secrets of [true, false]) {
      // Saved while another unit was chosen.
      const chosen = log.locationOf(request);
      const saved = new SavedRun(captureRun(tap, { secrets, chosen }));
      for (const { n, kind } of log.lines(0, 100).filter((l) => 'layer' in l))
        expect([kind, await saved.copy(n, 'text', false)]).toEqual([
          kind,
          copy(n, 'text'),
        ]);
    }
  });

  test('is refused with a sentence where there is nothing to copy', async () => {
    const { copy, find } = await echoed('/', '\0\u0001');
    expect(() => copy(find('open'), 'text')).toThrow(
      'This line has no bytes that could be copied.',
    );
    expect(() => copy(1_000, 'hex')).toThrow(
      'Line 1000 is not, or no longer, kept.',
    );
    expect(() => copy(find('body'), 'text')).toThrow(
      'It is not text. Copy it as hex.',
    );
    expect(() => copy(find('body'), 'pdf')).toThrow(
      'expected as=text|hex|json|curl|curl-powershell|har|conversation, found as=pdf',
    );
  });
});
