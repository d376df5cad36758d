import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { engines } from '@on-the-wire/browser/engines.ts';
import { wordOf } from '../claims/claim.ts';
import {
  cellName,
  isRecorded,
  measuredClaims,
  measuredFile,
} from '../claims/measured.ts';
import { rows } from '../claims/rows/rows.ts';

const cells = rows.flatMap((row) =>
  row.claims.flatMap((claim) =>
    (['1.1', '2'] as const).map((http) => ({
      row,
      claim,
      http,
      name: cellName(row.id, claim.column, http),
    })),
  ),
);

describe.each(engines)('what was measured in %s', (engine) => {
  test('is the word of every cell, and nothing else', () => {
    const found = Object.entries(measuredClaims[engine].cells);
    const words = found.map(([name, { word }]) => [name, word] as const);
    const expected = cells.map(
      ({ name, claim, http }) => [name, wordOf(claim, http, engine)] as const,
    );
    expect(Object.fromEntries(words)).toEqual(Object.fromEntries(expected));
    for (const [, { evidence }] of found) expect(evidence).not.toBe('');
  });

  test('names product, version, builder and day', () => {
    const { product, version, builder, date } = measuredClaims[engine];
    expect(product).toMatch(/^(Chromium|Firefox ESR|WebKitGTK)$/);
    expect(version).toMatch(/^\d+(\.\d+)+$/);
    expect(builder).toMatch(/^\w+$/);
    expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
  });

  test('is kept as a recording where the engines differ or a program decides, and there alone', () => {
    const files = cells
      .filter(({ row, claim, http }) => isRecorded(row, claim, http, engine))
      .map(({ name }) => measuredClaims[engine].cells[name]?.recording);
    const folder = new URL(`recordings/${engine}/`, measuredFile);
    expect(
      globSync('*', { cwd: fileURLToPath(folder) }).map(
        (file) => `recordings/${engine}/${file}`,
      ),
    ).toEqual(files.toSorted());
  });
});
