import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noteVerdict, readProgress } from '../../exercise/progress.ts';
import { noteLesson, noteStep, readLessons } from '../lesson-progress.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'progress-'));
  file = join(folder, 'progress.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = '2026-11-29T09:40:00.000Z';

describe('what is known of a lesson', () => {
  test('stands beside the exercises, in one readable file', () => {
    noteVerdict('bells/1', true, file);
    noteStep('bells', 'step-2', () => ({ guess: 'Dong' }), file);
    noteStep(
      'bells',
      'step-2',
      (before) => ({ ...before, actions: [at], opened: at, done: at }),
      file,
    );
    noteLesson(
      'bells',
      (bells) => ({ ...bells, at: 'step-2', visited: at }),
      file,
    );
    noteVerdict('bells/1', false, file);
    const decided = { guess: 'Dong', by: 'unit', agrees: true, at };
    noteStep('bells', 'step-3', () => ({ decided }), file);
    expect(readLessons(file)).toEqual({
      bells: {
        at: 'step-2',
        visited: at,
        steps: {
          'step-2': { guess: 'Dong', actions: [at], opened: at, done: at },
          'step-3': { decided },
        },
      },
    });
    expect(readProgress(file)['bells/1']).toMatchObject({ passes: false });
    expect(readFileSync(file, 'utf8')).toContain(
      '\n      "step-2": {\n        "guess": "Dong",\n',
    );
  });

  test('is nothing in the file of an earlier build, which goes on', () => {
    const early = { passes: true, checked: at };
    writeFileSync(file, JSON.stringify({ 'bells/1': early }));
    expect(readLessons(file)).toEqual({});
    noteStep('bells', 'step-1', () => ({ guess: 'Ding' }), file);
    expect(readProgress(file)['bells/1']).toEqual(early);
  });

  test('is what fits, where a hand has written the rest', () => {
    const steps = {
      'step-1': { guess: 7, actions: [at, 'now', null], opened: 'yes' },
      'step-2': [],
      'step-3': { guess: 'x'.repeat(501), decided: { guess: 'Ding', at } },
      'step-4': { decided: { guess: 'a', by: 'b', agrees: 'no', at } },
      nowhere: { guess: 'Ding' },
    };
    const bells = { at: '/etc/passwd', visited: 12, steps, more: true };
    writeFileSync(file, JSON.stringify({ bells, sse: 'begun', xhr: null }));
    expect(readLessons(file)).toEqual({
      bells: {
        steps: {
          'step-1': { actions: [at] },
          'step-2': {},
          'step-3': {},
          'step-4': {
            decided: { guess: 'a', by: 'b', agrees: false, at },
          },
        },
      },
      sse: { steps: {} },
      xhr: { steps: {} },
    });
    noteStep('sse', 'step-1', () => ({ opened: at }), file);
    expect(readLessons(file)['sse']).toEqual({
      steps: { 'step-1': { opened: at } },
    });
  });

  test('begins again where the file is damaged, which is put aside', () => {
    writeFileSync(file, '{ "bells": ');
    noteStep('bells', 'step-1', () => ({ guess: 'Ding' }), file);
    expect(readLessons(file)['bells']?.steps).toEqual({
      'step-1': { guess: 'Ding' },
    });
    const aside = readdirSync(folder).find((name) =>
      name.includes('unreadable'),
    );
    expect(readFileSync(join(folder, aside!), 'utf8')).toBe('{ "bells": ');
  });

  test('is never read half written, and keeps what others wrote meanwhile', () => {
    noteStep('bells', 'step-1', () => ({ guess: 'Ding' }), file);
    // What a crash while writing leaves: the temporary file, cut off.
    writeFileSync(`${file}.4711.tmp`, '{ "bells": { "st');
    noteVerdict('bells/2', true, file);
    noteLesson('sse', (sse) => ({ ...sse, at: 'step-1' }), file);
    expect(Object.keys(readProgress(file))).toEqual([
      'bells',
      'bells/2',
      'sse',
    ]);
  });

  test('that cannot be written says why, and leaves no file behind', () => {
    const nowhere = join(folder, 'no-such-folder', 'progress.json');
    expect(() => noteLesson('bells', (bells) => bells, nowhere)).toThrow(
      /progress\.json cannot be written: there is no such file or folder/,
    );
  });
});
