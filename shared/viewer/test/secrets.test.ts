/**
 * What is saved holds no secret, wherever it was and however it was coded: a
 * marker in all those places is searched for in the file, in what our decoders
 * make of it, and in what comes of taking every coding off.
 */
import { describe, expect, test } from '@jest/globals';
import {
  brotliDecompressSync,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';
import { CopyError } from '../copy/error.ts';
import { COPY_FORMS } from '../copy/forms.ts';
import { SavedRun } from '../saved/saved.ts';
import { isUnit } from '../source.ts';
import { nodeDecompressors } from '@on-the-wire/wire/coding/node-decompressors.ts';
import { withoutSecrets } from '@on-the-wire/wire/masking/connection.ts';
import { nodeCodings } from '@on-the-wire/wire/coding/node-codings.ts';
import { readPcapng, writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import type { CapturedConnection } from '@on-the-wire/wire/capture.ts';
import { recorded, text, type Step } from '@on-the-wire/wire/test/cuts.ts';
import { randomCases } from '@on-the-wire/wire/test/random-cases.ts';
import {
  MARKER,
  PROTOCOLS,
  Random,
  VISIBLE,
  type Made,
} from '@on-the-wire/wire/test/secret-places.ts';

const SEED = 20_260;

/** Of a marker that was masked in part, too much. */
const PIECE = 8;
const pieces = Array.from({ length: MARKER.length - PIECE + 1 }, (_, at) =>
  MARKER.slice(at, at + PIECE),
);
const has = (value: string): boolean =>
  pieces.some((piece) => value.includes(piece));

const fromPercents = (value: string): string =>
  value.replaceAll(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
const fromEscapes = (value: string): string =>
  value.replaceAll(/\\+u00([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );

/** Whether the marker is in a text, in any of the codings of text. */
function tells(value: string): boolean {
  const texts = [value];
  for (let i = 0; i < 2; i++) texts.push(fromPercents(texts.at(-1)!));
  texts.push(...texts.map(fromEscapes));
  if (texts.some(has)) return true;
  return texts.some((each) =>
    (each.match(/[A-Za-z0-9+/_-]{11,}/g) ?? []).some((run) =>
      [0, 1, 2, 3].some((skip) =>
        has(Buffer.from(run.slice(skip), 'base64').toString('latin1')),
      ),
    ),
  );
}

const undo = [
  gunzipSync,
  inflateSync,
  inflateRawSync,
  brotliDecompressSync,
  zstdDecompressSync,
];

function undone(bytes: Uint8Array): Uint8Array[] {
  return undo.flatMap((take) => {
    try {
      return [take(bytes)];
    } catch {
      return [];
    }
  });
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes).toString('latin1');

/** Where the marker is found, in words; nowhere: []. */
async function findMarker(connection: CapturedConnection): Promise<string[]> {
  const found: string[] = [];
  const look = (where: string, value: string): void => {
    if (!tells(value)) return;
    const at = Math.max(0, value.search(new RegExp(pieces.join('|'))) - 200);
    found.push(`${where}: …${value.slice(at, at + 300)}`);
  };
  const both = recorded(
    connection.reads.map(({ direction, bytes }): Step => [direction, bytes]),
  );
  look('up', latin1(both.up));
  look('down', latin1(both.down));
  const file = writePcapng({ connections: [connection] });
  const run = new SavedRun(readPcapng(file), nodeDecompressors);
  for (const line of run.lines) {
    look('line', line.summary);
    if (!isUnit(line)) continue;
    look('text in its line', line.text ?? '');
    const details = run.details(line.n)!;
    for (const { label, value } of details.fields) {
      look(`${line.kind}, ${label}`, label);
      look(`${line.kind}, ${label}`, value);
    }
    if (line.kind !== 'body') continue;
    for (const once of undone(details.bytes!))
      for (const each of [once, ...undone(once)])
        look('undone body', latin1(each));
  }
  return found;
}

/** Where the marker is in what is copied of a run without its secrets. */
async function findInCopies(
  original: CapturedConnection,
  masked: CapturedConnection,
): Promise<string[]> {
  const run = new SavedRun({ connections: [original] }, nodeDecompressors);
  const found: string[] = [];
  const look = (where: string, copied: string): void => {
    if (tells(copied) || tells(withoutQuotes(copied)))
      found.push(`${where}: ${copied}`);
  };
  look('HAR', run.har(false));
  const without = new SavedRun({ connections: [masked] }, nodeDecompressors);
  look('HAR, masked by libraries', run.har(false, without));
  for (const line of run.lines)
    for (const form of COPY_FORMS)
      try {
        // Each unit is decoded again for it: of some kinds a few are enough.
        if (form === 'hex' && line.n > 8) continue;
        look(`${line.kind} as ${form}`, await run.copy(line.n, form, false));
      } catch (error) {
        if (!(error instanceof CopyError)) throw error;
      }
  return found;
}

/** A command as the shell reads it, and hex as bytes. */
function withoutQuotes(copied: string): string {
  if (/^(?:[0-9a-f]{2}[ \n]?)+$/.test(copied))
    return latin1(Buffer.from(copied.replaceAll(/\s/g, ''), 'hex'));
  return copied
    .replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 8)),
    )
    .replaceAll(/'\\''|\\n/g, '');
}

function connectionOf({ steps, parts }: Made): CapturedConnection {
  return {
    id: 1,
    realPort: 5173,
    secure: false,
    start: 0,
    reads: steps
      .filter(([, bytes]) => bytes.length > 0)
      .map(([direction, bytes], i) => ({ direction, time: i, bytes })),
    ends: [],
    comments: [],
    ...parts,
  };
}

const nothing = (made: Made): Made => made;

/** What may happen to a recording. */
const ACCIDENTS: Record<string, (made: Made, random: Random) => Made> = {
  nothing,
  'other reads': (made, random) => ({
    ...made,
    steps: made.steps.flatMap(([direction, bytes]) =>
      random.cut(bytes, 6).map((piece): Step => [direction, piece]),
    ),
  }),
  'an end anywhere': (made, random) => {
    const size = made.steps.reduce((sum, [, { length }]) => sum + length, 0);
    let rest = random.below(size);
    const steps = made.steps.map(([direction, bytes]): Step => {
      const own = bytes.subarray(0, rest);
      rest -= own.length;
      return [direction, own];
    });
    return { ...made, steps, inPlace: false };
  },
  'no beginning': (made, random) => {
    const missing = { up: 0, down: 0 };
    let dropped = 1 + random.below(400);
    const steps = made.steps.map(([direction, bytes]): Step => {
      const gone = Math.min(dropped, bytes.length);
      dropped -= gone;
      missing[direction] += gone;
      return [direction, bytes.subarray(gone)];
    });
    return { steps, parts: { ...made.parts, missing }, inPlace: false };
  },
  'something malformed': (made, random) => {
    const steps = [...made.steps];
    const at = random.below(steps.length + 1);
    const direction = random.pick(['up', 'down'] as const);
    steps.splice(at, 0, [direction, text('\u0000?!\r\n\r\n')]);
    return { ...made, steps, inPlace: false };
  },
  'a byte that was changed': aByteChanged,
};
function aByteChanged(made: Made, random: Random): Made {
  const at = random.below(made.steps.length);
  const steps = made.steps.map(([direction, bytes], i): Step => {
    if (i !== at || bytes.length === 0) return [direction, bytes];
    const changed = new Uint8Array(bytes);
    changed[random.below(changed.length)]! ^= 1 << random.below(8);
    return [direction, changed];
  });
  return { ...made, steps, inPlace: false };
}

/** Bytes to be put into a message. */
function shown(steps: readonly Step[]): string {
  return steps
    .map(
      ([direction, bytes]) => `${direction} ${JSON.stringify(latin1(bytes))}`,
    )
    .join('\n');
}

/** The kinds of all units, and what is no secret in their fields. */
async function restOf(connection: CapturedConnection): Promise<unknown> {
  const run = new SavedRun({ connections: [connection] }, nodeDecompressors);
  const values: string[] = [];
  for (const { n } of run.lines.filter(isUnit))
    values.push(...run.details(n)!.fields.map(({ value }) => value));
  return {
    kinds: run.lines.map(({ kind }) => kind),
    visible: values.join('\n').split(VISIBLE).length - 1,
  };
}

describe.each(Object.entries(PROTOCOLS))(
  'Nothing secret of %s',
  (name, make) => {
    test.each(Object.entries(ACCIDENTS))(
      'is saved after %s',
      async (what, befall) => {
        const random = new Random(SEED + name.length * 1_000 + what.length);
        const cases = randomCases(100);
        let wasThere = 0;
        for (let i = 0; i < cases; i++) {
          const made = befall(make(random), random);
          const original = connectionOf(made);
          const masked = withoutSecrets(original, nodeCodings);
          expect(masked.reads.map(({ bytes }) => bytes.length)).toEqual(
            original.reads.map(({ bytes }) => bytes.length),
          );
          const [found] = await findMarker(masked);
          // What was the name of a secret may be none any more.
          if (found !== undefined && befall !== aByteChanged)
            throw new Error(
              `The marker is in ${found}\nof what came of\n${shown(made.steps)}`,
            );
          if (befall === nothing && (await findMarker(original)).length > 0)
            wasThere++;
          if (i % 8 === 0) {
            const copies = await findInCopies(original, masked);
            if (copies.length > 0 && befall !== aByteChanged)
              throw new Error(
                `The marker is in ${copies[0]}\nof what came of\n${shown(made.steps)}`,
              );
          }
          if (made.inPlace)
            expect(await restOf(masked)).toEqual(await restOf(original));
        }
        // Some are cut into pieces that only a program puts together.
        if (befall === nothing) expect(wasThere).toBeGreaterThan(cases / 2);
      },
    );
  },
);
