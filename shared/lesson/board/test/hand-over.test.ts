import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { handOver, takeOver } from '../hand-over.ts';

const folder = mkdtempSync(join(tmpdir(), 'hand-over-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a feed that is handed over', () => {
  test('goes on once: whoever comes second begins a run', () => {
    const path = join(folder, 'once.json');
    const first = takeOver({ rate: 'over' }, path);
    first.next();
    first.close();
    handOver(first, path);
    const second = takeOver({ rate: 'over' }, path);
    expect(second.snapshot()).toEqual(first.snapshot());
    expect(existsSync(path)).toBe(false);
    const third = takeOver({ rate: 'over' }, path);
    expect(third.run).not.toBe(first.run);
    expect(third.snapshot().data.n).toBe(0);
    for (const each of [second, third]) each.close();
  });

  test('is not guessed at where the file is broken, and the file is gone', () => {
    const path = join(folder, 'broken.json');
    writeFileSync(path, '{"run":"k3x');
    expect(() => takeOver({}, path)).toThrow(SyntaxError);
    expect(existsSync(path)).toBe(false);
  });

  test('needs a place: without one nothing is written', () => {
    const feed = takeOver({ rate: 'over' }, undefined);
    feed.close();
    expect(() => handOver(feed, undefined)).not.toThrow();
    expect(() => handOver(feed, join(folder, 'no/such/folder'))).toThrow(
      'ENOENT',
    );
  });
});
