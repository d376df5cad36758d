import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execFile, spawnSync } from '@on-the-wire/system/programs/start.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import {
  officialArchiveOf,
  compareWithOfficial,
  tar,
} from '../official-node.ts';

const { version, platform, arch } = process;
const { archive, inside } = officialArchiveOf({ version, platform, arch });
const scratch = mkdtempSync(join(tmpdir(), 'a-release-'));
const binary = join(scratch, 'ours');

/** What stands in for nodejs.org: files by their paths, all else is 404. */
const files = new Map<string, Buffer | string>();
let cut = false;
let server: Server;
let from: string;

const sum = (bytes: Buffer | string) =>
  createHash('sha256').update(bytes).digest('hex');

beforeAll(async () => {
  server = createServer(({ url = '' }, response) => {
    const file = files.get(url);
    if (file === undefined) return response.writeHead(404).end();
    if (!cut || url.endsWith('.txt')) return response.end(file);
    response.writeHead(200, { 'Content-Length': file.length });
    response.write(file.slice(0, 9), () => response.destroy());
  });
  const { origin } = await listen(server);
  from = `${origin}/dist`;
  writeFileSync(binary, 'a program');
});
afterAll(async () => {
  await new Promise((done) => server.close(done));
  rmSync(scratch, { recursive: true });
});

/** Publishes an archive with this binary, and its sum or another one. */
function publish(program: string, listed?: string) {
  mkdirSync(dirname(join(scratch, inside)), { recursive: true });
  writeFileSync(join(scratch, inside), program);
  // -a: what its ending says.
  const words = ['-a', '-cf', archive, inside.split('/')[0]!];
  spawnSync(tar, words, { cwd: scratch });
  const bytes = readFileSync(join(scratch, archive));
  cut = false;
  files.clear();
  files.set(`/dist/${version}/${archive}`, bytes);
  files.set(
    `/dist/${version}/SHASUMS256.txt`,
    `${'0'.repeat(64)}  node-${version}.pkg\n${listed ?? sum(bytes)}  ${archive}\n`,
  );
}

const compare = () => {
  const said: string[] = [];
  const ours = { binary, version, platform, arch };
  return compareWithOfficial(ours, from, (line) => said.push(line)).then(
    (sums) => ({ ...sums, said }),
  );
};

test.each([
  ['linux', 'x64', 'node-v26.1.0-linux-x64.tar.gz', 'bin/node'],
  ['linux', 'arm64', 'node-v26.1.0-linux-arm64.tar.gz', 'bin/node'],
  ['darwin', 'x64', 'node-v26.1.0-darwin-x64.tar.gz', 'bin/node'],
  ['darwin', 'arm64', 'node-v26.1.0-darwin-arm64.tar.gz', 'bin/node'],
  ['win32', 'x64', 'node-v26.1.0-win-x64.zip', 'node.exe'],
  ['win32', 'arm64', 'node-v26.1.0-win-arm64.zip', 'node.exe'],
] as const)('the archive for %s, %s is %s', (on, kind, name, file) => {
  expect(
    officialArchiveOf({ version: 'v26.1.0', platform: on, arch: kind }),
  ).toEqual({
    archive: name,
    inside: `${name.replace(/\.(?:tar\.gz|zip)$/, '')}/${file}`,
  });
});

describe('our Node and that of a stand-in for nodejs.org', () => {
  test('are the same if their bytes are', async () => {
    publish('a program');
    const { ours, official, said } = await compare();
    expect(ours).toBe(sum('a program'));
    expect(official).toBe(ours);
    const published = sum(readFileSync(join(scratch, archive)));
    expect(said).toEqual([
      `${from}/${version}/${archive}`,
      `  SHA-256 published  ${published}`,
      `  SHA-256 of it      ${published}`,
    ]);
  });

  test('are not if a byte is another', async () => {
    publish('a programm');
    const { ours, official } = await compare();
    expect([ours, official]).toEqual([sum('a program'), sum('a programm')]);
  });

  test('an archive that is not the one of the list is not unpacked', async () => {
    publish('a program', '1'.repeat(64));
    await expect(compare()).rejects.toThrow(
      /^The archive is not the one that .*SHASUMS256\.txt lists: it was cut/,
    );
  });

  test('an archive that breaks off is told', async () => {
    publish('a program');
    cut = true;
    await expect(compare()).rejects.toThrow('did not come whole');
  });

  test('an archive without a binary is told', async () => {
    publish('a program');
    const other = Buffer.from('no archive at all');
    files.set(`/dist/${version}/${archive}`, other);
    files.set(`/dist/${version}/SHASUMS256.txt`, `${sum(other)}  ${archive}\n`);
    await expect(compare()).rejects.toThrow(`${archive} cannot be unpacked`);
  });

  test('a version that is not there is told', async () => {
    files.clear();
    await expect(compare()).rejects.toThrow(
      `${from}/${version}/SHASUMS256.txt: expected 200, got 404.`,
    );
  });

  test('a platform that is not there is told', async () => {
    publish('a program');
    files.set(`/dist/${version}/SHASUMS256.txt`, `${sum('')}  other.tar.gz\n`);
    await expect(compare()).rejects.toThrow(`does not list ${archive}`);
  });
});

describe('pnpm verify-node', () => {
  const script = fileURLToPath(
    new URL('../../../../scripts/verify-node.ts', import.meta.url),
  );
  const run = (...words: string[]) =>
    execFile(process.execPath, [script, ...words]).then(
      ({ stdout, stderr }) => ({ code: 0, out: stdout, complaint: stderr }),
      ({ code, stdout, stderr }) => ({ code, out: stdout, complaint: stderr }),
    );

  test('says that they differ, with both sums', async () => {
    publish('a program');
    const { code, out, complaint } = await run('--from', from);
    expect(code).toBe(1);
    expect(out).toContain(sum('a program'));
    expect(out).toContain(sum(readFileSync(process.execPath)));
    expect(complaint).toMatch(/^Our Node v[\d.]+ is not the one of http/);
  });

  test('says that nobody is there', async () => {
    const gone = createServer();
    const { origin } = await listen(gone);
    await new Promise((done) => gone.close(done));
    const { code, complaint } = await run('--from', origin);
    expect(code).toBe(1);
    expect(complaint).toMatch(
      /^http\S+ cannot be reached: connect ECONNREFUSED [\d.:]+\. A network/,
    );
    expect(complaint.trim().split('\n')).toHaveLength(1);
  });

  test('takes nothing but a URL', async () => {
    const { code, complaint } = await run('--from', 'here');
    expect(code).toBe(2);
    expect(complaint).toContain('expected a URL: https://nodejs.org/dist.');
  });
});
