import { expect, test } from '@jest/globals';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { whyMissing } from '../describe-with-clients.ts';

/** A folder that wants one package, and has it in this version, if in any. */
async function madeUp(installed?: string): Promise<URL> {
  const folder = await mkdtemp(join(tmpdir(), 'clients-'));
  await writeFile(
    join(folder, 'package.json'),
    '{"dependencies":{"@made/up":"1.2.3"}}',
  );
  if (installed !== undefined) {
    const place = join(folder, 'node_modules/@made/up');
    await mkdir(place, { recursive: true });
    await writeFile(join(place, 'package.json'), `{"version":"${installed}"}`);
  }
  return pathToFileURL(`${folder}/`);
}

test('clients that are installed are not missing', async () => {
  expect(whyMissing(await madeUp('1.2.3'))).toBeUndefined();
});

test('a client that is missing beside others is named', async () => {
  const folder = await madeUp();
  await mkdir(new URL('node_modules/', folder));
  expect(whyMissing(folder)).toBe('@made/up is not installed');
});

test('where nothing is installed, no single client is named', async () => {
  expect(whyMissing(await madeUp())).toBe('the clients are not installed');
});

test('a client of another version than is wanted counts as missing', async () => {
  expect(whyMissing(await madeUp('1.2.2'))).toBe(
    '@made/up is installed as 1.2.2, not 1.2.3',
  );
});
