import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { makeFolder } from '@on-the-wire/system/make-folder.ts';
import { newLesson } from '../new-lesson.ts';
import { attempt, sentenceOf } from '@on-the-wire/system/system-error.ts';
import {
  mustBeWritable,
  parseSeed,
  positive,
  readFaults,
  wholeNumber,
} from '../verb.ts';

const folder = mkdtempSync(join(tmpdir(), 'verb-'));
const file = join(folder, 'file');
writeFileSync(file, 'text');
afterAll(() => rmSync(folder, { recursive: true }));

describe('a number', () => {
  test.each(['x', '-1', '1.5', '', ' ', '1e3', '0x1', 'NaN', '1234567890'])(
    'is not %j',
    (text) => {
      expect(() => parseSeed(text)).toThrow('Expected a whole number from 0.');
      expect(() => wholeNumber(5)(text)).toThrow('whole number from 5.');
    },
  );

  test('is within its limits', () => {
    expect(parseSeed('0')).toBe(0);
    expect(wholeNumber(5)('5')).toBe(5);
    expect(() => wholeNumber(5)('4')).toThrow('Expected a whole number from 5');
    expect(positive('0.5')).toBe(0.5);
    for (const text of ['0', '-1', 'x', '', 'Infinity'])
      expect(() => positive(text)).toThrow('Expected a number above 0.');
  });
});

test('a fault that there is not is refused with the ones that there are', async () => {
  expect(await readFaults(undefined)).toEqual([]);
  expect(await readFaults(['status=503'])).toHaveLength(1);
  await expect(readFaults(['nosuch'])).rejects.toMatchObject({
    message: expect.stringMatching(/^There is no fault "nosuch"\. There are: /),
    exitCode: 2,
  });
});

describe('what cannot be done with a file', () => {
  const below = join(file, 'below');
  const table: [why: string, act: () => Promise<unknown>][] = [
    ['there is no such file', () => readFile(join(folder, 'a'))],
    ['there is no such file', () => writeFile(join(folder, 'a/b'), '')],
    ['this is a folder; expected a file', () => readFile(folder)],
    ['a part of this path is a file', () => writeFile(below, '')],
    ['the name is too long', () => writeFile('a'.repeat(999), '')],
  ];

  test.each(table)('says why: %s', async (why, act) => {
    const failing = attempt('It cannot be done', act);
    await expect(failing).rejects.toThrow(UsageError);
    await expect(failing).rejects.toThrow(`It cannot be done: ${why}`);
  });

  test('also at once, and without having said what was attempted', () => {
    const act = () => readdirSync(file);
    expect(() => attempt('No list', act)).toThrow(
      'No list: a part of this path is a file, not a folder. Name another.',
    );
    const sentence = (run: () => unknown) => {
      try {
        return run();
      } catch (error) {
        return sentenceOf(error);
      }
    };
    expect(sentence(act)).toBe(
      `A file cannot be had (scandir ${file}): ` +
        'a part of this path is a file, not a folder. Name another.',
    );
    // A mistake of ours keeps its stack.
    expect(sentence(() => JSON.parse('{'))).toBeUndefined();
    const ours = new Error('not of the system');
    expect(() =>
      attempt('It cannot be done', () => {
        throw ours;
      }),
    ).toThrow(ours);
  });

  // Only there is a file that is always full.
  const describeOnLinux =
    process.platform === 'linux' ? describe : describe.skip;
  describeOnLinux('on Linux', () => {
    test('says that the disk is full', async () => {
      await expect(
        attempt('It cannot be kept', () => writeFile('/dev/full', 'text')),
      ).rejects.toThrow('It cannot be kept: the disk is full. Make room');
    });
  });

  test('is known before the work, and nothing is left behind', async () => {
    const before = readdirSync(folder);
    await mustBeWritable('The report', join(folder, 'report.json'));
    await mustBeWritable('The report', file);
    await mustBeWritable('The report', undefined);
    await expect(mustBeWritable('The report', below)).rejects.toThrow(
      `The report cannot be written to ${below}: a part of this path is a file`,
    );
    expect(readdirSync(folder)).toEqual(before);
    expect(await readFile(file, 'utf8')).toBe('text');
  });

  test('a folder below a file', () => {
    expect(() => makeFolder(join(below, 'c'))).toThrow('ENOTDIR');
    makeFolder(join(folder, 'x/y'));
    expect(readdirSync(join(folder, 'x'))).toEqual(['y']);
  });

  test('the certificate says so, and its cause says why', async () => {
    const error: unknown = await localCertificate(below).catch((why) => why);
    expect(sentenceOf(error)).toBe(
      `The certificate for https://127.0.0.1 cannot be kept in ${below}: ` +
        'a part of this path is a file, not a folder. Name another.',
    );
  });

  test('a new lesson leaves nothing of itself', () => {
    const name = 'a'.repeat(300);
    expect(() => newLesson(name, folder)).toThrow(
      /^The lesson cannot be made in .*: the name is too long\./,
    );
    expect(readdirSync(folder)).not.toContain(name);
  });
});
