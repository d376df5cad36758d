import { describe, expect, test } from '@jest/globals';
import {
  createTap,
  describeFault,
  FaultError,
  faultKinds,
  formatFault,
  parseFault,
  parseFaults,
  presets,
} from '../tap.ts';
import { rowsOf } from '@on-the-wire/wire/test/rows.ts';
import { randomFrom } from '../random.ts';

describe('a fault is read from a line of text:', () => {
  test.each([
    ['latency', 'each', { delay: 80, jitter: 0 }],
    ['latency=300~50', 'each', { delay: 300, jitter: 50 }],
    ['down:latency=1.5s', 'down', { delay: 1500, jitter: 0 }],
    ['up:latency=jitter:5ms,delay:20', 'up', { delay: 20, jitter: 5 }],
    ['bandwidth=200kB/s', 'each', { rate: 200_000 }],
    ['bandwidth=1.5 MB/s', 'each', { rate: 1_500_000 }],
    ['slicer=5,gap:10', 'each', { pieces: 5, gap: 10 }],
    ['stall=2.5%,hold:1s', 'each', { loss: 2.5, hold: 1000 }],
    ['silence', 'each', { after: 0 }],
    ['idle=10s', 'each', { after: 10_000 }],
    ['buffer=16kB', 'down', { size: 16_000 }],
    ['reset', 'each', { bytes: 2000, time: 0, mean: 0 }],
    ['reset=after:2000B', 'each', { bytes: 2000, time: 0, mean: 0 }],
    ['reset=after:5s', 'each', { bytes: 0, time: 5000, mean: 0 }],
    ['down:reset=random:20kB', 'down', { bytes: 0, time: 0, mean: 20_000 }],
    ['limit=after:1MB', 'each', { bytes: 1_000_000 }],
    ['slow-close=2min', 'each', { delay: 120_000 }],
    ['down', 'each', {}],
    ['status=503', 'up', { code: 503, retry: 0 }],
    ['status=429,2s', 'up', { code: 429, retry: 2_000 }],
  ])('%s', (text, direction, values) => {
    const fault = parseFault(text);
    expect(fault).toMatchObject({ direction, values });
    expect(parseFault(formatFault(fault))).toEqual(fault);
  });

  test('a preset stands for several', () => {
    expect(parseFaults(['not-localhost']).map(formatFault)).toEqual([
      'latency=delay:80ms,jitter:0ms',
      'joiner=wait:50ms',
      'slicer=pieces:3,gap:2ms',
    ]);
  });

  test('each direction may have its own', () => {
    const faults = parseFaults(['up:latency=10', 'down:latency=20']);
    expect(faults.map(formatFault)).toEqual([
      'up:latency=delay:10ms,jitter:0ms',
      'down:latency=delay:20ms,jitter:0ms',
    ]);
  });
});

describe('what makes no sense is refused with what would:', () => {
  const names = [...faultKinds, ...presets].map(({ name }) => name).join(', ');
  const latency = (text: string) =>
    `"latency=${text}": expected 0 ms to 1 min for delay, found "${text}". Write latency=delay:80ms (ms, s, min),jitter:0ms (ms, s, min).`;
  test.each(
    rowsOf(`
      latencie | There is no fault "latencie". Did you mean "latency"? There are: ${names}.
      earthquake | There is no fault "earthquake". There are: ${names}.
      sideways:latency | There is no fault "sideways:latency". There are: ${names}.
      latency=fast | ${latency('fast')}
      latency=-5 | ${latency('-5')}
      latency=61s | ${latency('61s')}
      reset=after:2000kg | "reset=after:2000kg": expected 1 B to 1000000 MB for after, found "2000kg". Write reset=after:2kB (B, kB, MB) or after:5s (ms, s, min) or random:20kB (B, kB, MB).
      reset=after:1kB,random:2kB | "reset=after:1kB,random:2kB": reset takes only one number, found two. Write reset=after:2kB (B, kB, MB) or after:5s (ms, s, min) or random:20kB (B, kB, MB).
      slicer=3,pieces:4 | "slicer=3,pieces:4": slicer takes pieces once, found it twice. Write slicer=pieces:3,gap:2ms (ms, s, min).
      stall=2ms | "stall=2ms": expected 0.01% to 100% for loss, found "2ms". Write stall=loss:2%,hold:200ms (ms, s, min).
      buffer=1GB | "buffer=1GB": expected 1 B to 1 MB for size, found "1GB". Write buffer=size:64kB (B, kB, MB).
      status=200 | "status=200": expected 400 to 599 for code, found "200". Write status=code:502,retry:0ms (ms, s, min).
      down=now | "down=now": down does not take "now". Write down alone.
      idle=1s,2s | "idle=1s,2s": idle does not take "2s". Write idle=after:1min (ms, s, min).
      up:idle | "up:idle": idle is injected into the whole connection. Leave out "up:".
    `).concat([['', `There is no fault "". There are: ${names}.`]]),
  )('%s', (text, message) => {
    expect(() => parseFault(text)).toThrow(new FaultError(message));
  });

  test('two of a kind in one direction', () => {
    expect(() => parseFaults(['not-localhost', 'up:latency=1s'])).toThrow(
      '"latency=delay:80ms,jitter:0ms" and "up:latency=delay:1s,jitter:0ms" are injected into the same direction. Keep one of them.',
    );
  });

  test('a huge or hostile text, with a short message', () => {
    const random = randomFrom(9, 'hostile');
    const alphabet = 'latencyreset=:,~0123456789.kBsm%/\n\0é€ ';
    const texts = [
      'latency='.repeat(10_000),
      `latency=${'9'.repeat(100_000)}`,
      `reset=${','.repeat(100_000)}`,
      'constructor',
      'latency=__proto__:1',
      'toString=1',
      ...Array.from({ length: 2000 }, () =>
        Array.from({ length: 30 }, () =>
          alphabet.charAt(Math.floor(random() * alphabet.length)),
        ).join(''),
      ),
    ];
    let longest = 0;
    for (const text of texts) {
      try {
        parseFault(text);
      } catch (error) {
        if (!(error instanceof FaultError)) throw error;
        longest = Math.max(longest, error.message.length);
      }
    }
    expect(longest).toBeLessThan(500);
  });
});

describe('every fault', () => {
  test.each(faultKinds.map((kind) => [kind.name, kind] as const))(
    '%s can be shown, read back and described with its usual numbers',
    (name, { sentence, parameters }) => {
      const fault = parseFault(name);
      expect(parseFault(formatFault(fault))).toEqual(fault);
      expect(describeFault(fault)).toMatch(/^[A-Z].*\.$/);
      expect(sentence).toMatch(/^[A-Z].*\.$/);
      for (const { least, usual, most, meaning } of Object.values(parameters)) {
        expect(least).toBeLessThanOrEqual(usual);
        expect(usual).toBeLessThanOrEqual(most);
        expect(meaning).toMatch(/^[a-z].*[^.]$/);
      }
    },
  );

  test('says in a sentence what it will do, and where', () => {
    const sentences = [
      'latency=300~50',
      'down:bandwidth=20kB/s',
      'up:reset=after:5s',
      'reset=random:20kB',
      'status=503',
      'status=429,1500',
      'idle=90s',
    ].map((text) => describeFault(parseFault(text)));
    expect(sentences).toEqual([
      'Holds each read for 300 ms ± 50 ms; the order is kept.',
      'From the server: lets 20 kB/s pass, shared by all connections.',
      'To the server: resets each connection after 5 s.',
      'Resets each connection at random, after 20 kB on average.',
      'Responds to the next request of each connection with 503; the server does not get it.',
      'Responds to the next request of each connection with 429, Retry-After: 2; the server does not get it.',
      'Closes each connection that was idle for 90 s.',
    ]);
  });

  test('that is unknown leaves the running ones as they are', () => {
    const faults = parseFaults(['latency']);
    const tap = createTap({ target: { host: '127.0.0.1', port: 1 }, faults });
    const wrong = [{ name: 'fire', direction: 'each' as const, values: {} }];
    expect(() => tap.setFaults(wrong)).toThrow(FaultError);
    expect(tap.faults).toEqual(faults);
  });
});
