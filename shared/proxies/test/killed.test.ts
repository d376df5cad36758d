/**
 * Of a proxy nothing stays where its starter is killed; it runs for an ordinary
 * user; and the name of a folder is never read as a part of a configuration.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
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
import { spawn, spawnSync } from '@on-the-wire/system/programs/start.ts';
import { findProxy } from '../find.ts';
import { isRoot } from '../frame.ts';
import { type ProxyName, programs } from '../programs.ts';
import { groupsOf, membersOf } from './process-groups.ts';

const script = fileURLToPath(new URL('run-proxy.ts', import.meta.url));
/** Debian's nobody. */
const nobody = { uid: 65_534, gid: 65_534 };
// The temporary folder of the tests is closed to others.
const root = mkdtempSync('/tmp/killed-');
const folder = join(root, 'a;b {c} $d "e" #f');
const upstream = createServer((request, response) => {
  response.end(`hello from ${request.url}`);
});
let target: number;
beforeAll(async () => {
  ({ port: target } = await listen(upstream));
  mkdirSync(folder);
  chmodSync(root, 0o755);
  chmodSync(folder, 0o777);
});
afterAll(() => {
  upstream.close();
  rmSync(root, { recursive: true });
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
      const starter = spawn(
        process.execPath,
        [script, name, `${port}`, `${target}`],
        {
          ...user,
          env: { ...process.env, TMPDIR: folder },
          stdio: ['pipe', 'pipe', 'inherit'],
        },
      );
      const said = await Promise.race([
        once(starter.stdout, 'data'),
        once(starter, 'close'),
      ]);
      expect(String(said[0])).toBe(`${port}\n`);
      const response = await fetch(`http://127.0.0.1:${port}/path`);
      expect(await response.text()).toBe('hello from /path');

      const groups = groupsOf(starter.pid!);
      expect(groups).toHaveLength(2); // the program, and what watches it
      expect(readdirSync(folder)).toHaveLength(1);
      starter.kill('SIGKILL');
      const left = () => [...groups.flatMap(membersOf), ...readdirSync(folder)];
      while (left().length > 0) await after(20);
      expect(await isFree(port)).toBe(true);
    });
  });
}
