import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSecureServer, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { execFile, spawn } from '@on-the-wire/system/programs/start.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { courseVersion } from '@on-the-wire/system/version.ts';
import * as tapFiles from '@on-the-wire/viewer/server/tap-files.ts';
import { readPcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { bundledPackages } from '../licences-of-others.ts';
import { packTap, type PackedTap } from '../pack-tap.ts';
import { packedAsTyped } from '../packed/as-typed.ts';
import { dataFolder } from '../packed/place.ts';

const scratch = mkdtempSync(join(tmpdir(), 'packed-'));
const home = join(scratch, 'home');
const unpacked = join(scratch, 'package');
const closing: (() => unknown)[] = [
  () => rmSync(scratch, { recursive: true, force: true }),
];
let packed: PackedTap;

beforeAll(async () => {
  packed = await packTap();
  mkdirSync(home);
  await writeFile(join(scratch, packed.name), packed.bytes);
  await execFile('tar', ['-xzf', packed.name], { cwd: scratch });
});
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
});

/** A machine with nothing but a Node, and a user with an empty home. */
const env = { PATH: process.env['PATH'], HOME: home };

/** Starts the packed tap, and waits until it says how to stop it. */
async function start(program: string, words: string[]) {
  const child = spawn(program, [...words, '--no-open'], {
    cwd: scratch,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closing.push(() => child.kill('SIGKILL'));
  const ended = once(child, 'close');
  let out = '';
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => (out += `${line}\n`));
  const early = once(lines, 'close').then(() => {
    throw new Error(`It has ended, and said:\n${out}`);
  });
  while (!out.includes('Ctrl+C'))
    await Promise.race([once(lines, 'line'), early]);
  const at = (name: string) =>
    new RegExp(`^  ${name} +(.*)$`, 'm').exec(out)![1]!;
  return {
    child,
    ended,
    address: at('Open').split(', ')[0]!,
    page: at('Wire'),
    get out() {
      return out;
    },
  };
}

async function textOf(url: string): Promise<string> {
  const response = await fetch(url, { headers: { connection: 'close' } });
  expect(response.status).toBe(200);
  return response.text();
}

async function refuses(url: string): Promise<void> {
  const port = Number(new URL(url).port);
  await expect(rawClient(port)).rejects.toThrow('ECONNREFUSED');
}

async function zug() {
  const server = createServer((_request, response) => response.end('Zug'));
  const { origin } = await listen(server);
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return origin;
}

// On Windows there are no signals.
const describeOnUnix = process.platform === 'win32' ? describe.skip : describe;

describeOnUnix('the packed tap, where there is no repository', () => {
  test.each(['on-the-wire-tap.cjs', 'tap.cjs'])(
    'as %s shows and saves what goes through it, and ends with SIGINT',
    async (file) => {
      const script = join(unpacked, file);
      const port = String(await freePort());
      const tap = await start(process.execPath, [
        script,
        await zug(),
        '--port',
        port,
      ]);
      expect(await textOf(`${tap.address}platform`)).toBe('Zug');

      // The same as the tap in the repository has, but for a source map.
      const code = await textOf(`${tap.page}tap.js`);
      const [own] = (await tapFiles.tapScript()).split('//# sourceMappingURL=');
      expect(code).toBe(own);
      expect(await textOf(`${tap.page}tap.css`)).toBe(
        await tapFiles.wireStyle(),
      );
      expect(await textOf(`${tap.page}icon.svg`)).toBe(await tapFiles.icon());
      const html = await textOf(tap.page);
      expect(html).toContain(`Open <code>${tap.address}</code> instead`);
      expect(html).toContain('data-pnpm=""'); // There is no `pnpm wire` here.

      const events = await fetch(`${tap.page}events`);
      let told = '';
      for await (const bytes of events.body!) {
        told += Buffer.from(bytes).toString();
        if (told.includes('body: 3 bytes')) break;
      }
      const pcapng = await fetch(`${tap.page}wire/run.pcapng`);
      const run = readPcapng(new Uint8Array(await pcapng.arrayBuffer()));
      expect(run.version).toBe(courseVersion());
      const page = await textOf(`${tap.page}wire/run.html`);
      expect(page).toContain(await tapFiles.savedScript());
      expect(page).toContain(await tapFiles.wireStyle());
      const unit = JSON.parse(await textOf(`${tap.page}wire/units/1`));
      expect(Buffer.from(unit.base64, 'base64').toString()).toMatch(
        /^GET \/platform HTTP\/1\.1\r\n/,
      );
      expect(await textOf(`${tap.page}wire/faults`)).toContain('"latency"');

      tap.child.kill('SIGINT');
      expect(await tap.ended).toEqual([0, null]);
      await refuses(tap.address);
      await refuses(tap.page);
      expect(tap.out).toMatch(
        /#1 {2}← 200 OK: status line and headers, \d+ bytes/,
      );
      expect(tap.out).toContain('Bytes down');
      expect(readdirSync(home)).toEqual([]);
    },
  );

  test('keeps its certificate with the user’s other data, and says where', async () => {
    const own = join(scratch, 'certificate-of-the-target');
    const certificate = await localCertificate(own);
    const server = createSecureServer(certificate, (_request, response) =>
      response.end('Zug'),
    );
    const { origin } = await listen(server);
    closing.push(
      () => server.close(),
      () => server.closeAllConnections(),
    );
    const script = join(unpacked, 'tap.cjs');
    const tap = await start(process.execPath, [script, origin]);
    const file = join(home, '.local/share/on-the-wire/localhost.pem');
    const ca = readFileSync(file, 'utf8');
    const [response] = await once(
      get(tap.address, { ca, agent: false }),
      'response',
    );
    expect(Buffer.concat(await response.toArray()).toString()).toBe('Zug');

    const [refused] = await once(get(tap.address, { agent: false }), 'error');
    expect(refused.code).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    while (!tap.out.includes('--cacert')) await once(tap.child.stdout, 'data');
    expect(tap.out).toContain(
      '--cacert home/.local/share/on-the-wire/localhost.pem',
    );
    tap.child.kill('SIGINT');
    expect(await tap.ended).toEqual([0, null]);
  });

  test('is run by npx, which needs no network, and ends with it', async () => {
    const target = await zug();
    const words = ['-y', '--offline', `./${packed.name}`];
    const { stdout } = await execFile('npx', [...words, '--help'], {
      cwd: scratch,
      env,
    });
    expect(stdout).toContain(`Usage: npx ./${packed.name} [options] <target>`);
    const tap = await start('npx', [...words, target]);
    expect(await textOf(tap.address)).toBe('Zug');
    tap.child.kill('SIGKILL');
    await tap.ended; // Nobody holds the other end of its output any more.
    await refuses(tap.address);
    await refuses(tap.page);
  });

  test('runs a command before it, by npx too, and ends with its exit code', async () => {
    const command = ['sh', '-c', 'printf "%s %s" "$TAP_URL" "$1"; exit 3'];
    const words = [await zug(), '--', ...command, 'sh', 'a "b"'];
    const npx = ['-y', '--offline', `./${packed.name}`];
    for (const [program, ...before] of [
      [process.execPath, join(unpacked, 'tap.cjs')],
      ['npx', ...npx],
    ] as const)
      await expect(
        execFile(program!, [...before, ...words], { cwd: scratch, env }),
      ).rejects.toMatchObject({
        code: 3,
        stdout: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/ a "b"$/),
      });
  });

  test('calls the target by its own name with --rewrite-host', async () => {
    const server = createServer(({ headers }, response) =>
      response.end(headers.host),
    );
    const { port } = await listen(server);
    closing.push(
      () => server.close(),
      () => server.closeAllConnections(),
    );
    const script = join(unpacked, 'tap.cjs');
    const tap = await start(process.execPath, [
      script,
      String(port),
      '--rewrite-host',
    ]);
    expect(await textOf(tap.address)).toBe(`localhost:${port}`);
    tap.child.kill('SIGINT');
    expect(await tap.ended).toEqual([0, null]);
  });

  test('names no folder of the machine that packed it', () => {
    const script = readFileSync(join(unpacked, 'tap.cjs'), 'utf8');
    expect(script).not.toContain(join(import.meta.dirname, '../../..'));
  });
});

test('is the same file each time that it is packed', async () => {
  const again = await packTap();
  expect(Buffer.compare(again.bytes, packed.bytes)).toBe(0);
});

test.each(['12.22.12', '18.20.8', '21.7.3'])(
  'says in one sentence that Node %s is too old',
  async (version) => {
    const old = join(scratch, 'old.cjs');
    await writeFile(
      old,
      `const node = ${JSON.stringify(version)};
       Object.defineProperty(process, 'versions', { value: { node } });`,
    );
    for (const file of ['on-the-wire-tap.cjs', 'tap.cjs']) {
      // With help a Node that is let in ends, too.
      const words = ['--require', old, join(unpacked, file), '--help'];
      await expect(execFile(process.execPath, words)).rejects.toMatchObject({
        code: 1,
        stdout: '',
        stderr: `The tap runs on Node 22 and newer, and this is Node ${version}: get a newer one, from https://nodejs.org for example.\n`,
      });
    }
  },
);

test('is begun by words that Node 12 can read', () => {
  const begin = readFileSync(join(unpacked, 'on-the-wire-tap.cjs'), 'utf8');
  // ES5: what is newer has one of these.
  expect(begin).not.toMatch(/=>|`|\?[.?]|\b(?:const|let|class|import|async)\b/);
});

describe('the licences of others', () => {
  test('are all there, in the package and in the script that goes alone', () => {
    const licences = readFileSync(
      join(unpacked, 'LICENSES-OF-OTHERS.txt'),
      'utf8',
    );
    const script = readFileSync(join(unpacked, 'tap.cjs'), 'utf8');
    const names = packed.bundled.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['commander', 'selfsigned', 'open']),
    );
    // What esbuild has put there says so.
    for (const [, name] of script.matchAll(
      /^\/\/ node_modules\/.*node_modules\/((?:@[^/]+\/)?[^/]+)\//gm,
    ))
      expect(names).toContain(name);
    for (const { name, version, text } of packed.bundled) {
      expect(licences).toContain(`${name} ${version} (`);
      expect(licences).toContain(text);
    }
    expect(script).toContain('Copyright (c) 2011 TJ Holowaychuk');
  });

  test.each([
    [
      { license: 'GPL-3.0-only' },
      'x@1.0.0 would be packed, and has the licence GPL-3.0-only',
    ],
    [{}, 'x@1.0.0 would be packed, and has the licence (none)'],
    [
      { license: 'MIT' },
      'x@1.0.0 would be packed, and no words of its licence (MIT)',
    ],
  ])('refuse a package with %j and no words', async (json, sentence) => {
    const folder = join(scratch, 'node_modules/x');
    await mkdir(folder, { recursive: true });
    const manifest = { name: 'x', version: '1.0.0', ...json };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    await expect(
      bundledPackages(scratch, ['node_modules/x/index.js']),
    ).rejects.toThrow(sentence);
  });
});

test.each([
  ['/me/.npm/_npx/0a1b/node_modules/.bin/on-the-wire-tap', 'npx ./1.tgz'],
  ['/usr/local/bin/on-the-wire-tap', 'on-the-wire-tap'],
  ['/npm/node_modules/on-the-wire-tap/on-the-wire-tap.cjs', 'on-the-wire-tap'],
  ['/work/app/tools/tap.cjs', `node ${join('tools', 'tap.cjs')}`],
])('started as %s it is typed as %s', (script, typed) => {
  expect(packedAsTyped(script, '/work/app', '1.tgz')).toBe(typed);
});

test.each([
  ['linux', {}, '/me/.local/share'],
  ['linux', { XDG_DATA_HOME: '/data' }, '/data'],
  ['linux', { XDG_DATA_HOME: 'data' }, '/me/.local/share'],
  ['darwin', {}, '/me/Library/Application Support'],
  ['win32', { LOCALAPPDATA: '/local' }, '/local'],
] as const)(
  'on %s with %j data are kept in %s',
  (platform, environment, folder) => {
    expect(dataFolder(platform, environment, '/me')).toBe(folder);
  },
);
