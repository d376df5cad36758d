/**
 * Of a proxy nothing stays where its starter is killed; it runs for an ordinary
 * user; and the name of a folder is never read as a part of a configuration.
 */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from '@jest/globals';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort, isFree } from '@on-the-wire/system/ports.ts';
import {
  type ChildProcess,
  spawn,
  spawnSync,
} from '@on-the-wire/system/programs/start.ts';
import { findProxy } from '../find.ts';
import { isRoot } from '../frame.ts';
import { type ProxyName, programs } from '../programs.ts';
import { groupsOf, membersOf } from './process-groups.ts';

const script = fileURLToPath(new URL('run-proxy.ts', import.meta.url));
/** ms, on a machine with much to do. */
const A_MOMENT = 60_000;
/** Debian's nobody. */
const nobody = { uid: 65_534, gid: 65_534 };
const upstream = createServer((request, response) => {
  response.end(`hello from ${request.url}`);
});
let target: number;
beforeAll(async () => {
  ({ port: target } = await listen(upstream));
});
afterAll(() => {
  upstream.close();
});

// Each its own: of one that fails, nothing is in the way of the next.
let root: string;
let folder: string;
let starter: ChildProcess | undefined;
beforeEach(() => {
  // The temporary folder of the tests is closed to others.
  root = mkdtempSync('/tmp/killed-');
  folder = join(root, 'a;b {c} $d "e" #f');
  mkdirSync(folder);
  chmodSync(root, 0o755);
  chmodSync(folder, 0o777);
});
afterEach(() => {
  starter?.kill('SIGKILL');
  starter = undefined;
  rmSync(root, { recursive: true, maxRetries: 10 });
});

const users: [string, object][] = isRoot()
  ? [
      ['root', {}],
      ['an ordinary user', nobody],
    ]
  : [['an ordinary user', {}]];

for (const name of Object.keys(programs) as ProxyName[]) {
  const isThere = process.platform === 'linux' && findProxy(name);
  (isThere ? describe : describe.skip)(name, () => {
    test.each(users)('of %s leaves nothing', async (_user, user) => {
      // In a home of root's, nobody else may run Node.
      const tried = spawnSync(process.execPath, [script], user);
      if (tried.error) {
        process.stderr.write(`Skipped: only root may run ${script}.\n`);
        return;
      }
      const port = await freePort();
      const started = spawn(
        process.execPath,
        [script, name, `${port}`, `${target}`],
        {
          ...user,
          env: { ...process.env, TMPDIR: folder },
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
      starter = started;
      const said = await Promise.race([
        once(started.stdout, 'data'),
        once(started, 'close'),
      ]);
      expect(String(said[0])).toBe(`${port}\n`);
      const response = await fetch(`http://127.0.0.1:${port}/path`);
      expect(await response.text()).toBe('hello from /path');

      const groups = groupsOf(started.pid!);
      expect(groups).toHaveLength(2); // the program, and what watches it
      expect(readdirSync(folder)).toHaveLength(1);
      started.kill('SIGKILL');
      const left = async () => [
        ...groups.flatMap(membersOf),
        ...readdirSync(folder),
        // A thread of what is over may hold it a moment longer.
        ...((await isFree(port)) ? [] : [port]),
      ];
      const end = performance.now() + A_MOMENT;
      while ((await left()).length > 0 && performance.now() < end)
        await after(20);
      expect(await left()).toEqual([]);
    });
  });
}
