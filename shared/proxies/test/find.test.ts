/** The program itself is found, and nothing that only has its name. */
import { afterEach, expect, test } from '@jest/globals';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findProxy, howToInstall, titleOf } from '../find.ts';
import { type ProxyName, programs } from '../programs.ts';

const path = process.env['PATH'];
const folder = mkdtempSync(join(tmpdir(), 'find-'));
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true, force: true });
});

test.each(Object.keys(programs) as ProxyName[])(
  '%s is not a script of that name',
  (name) => {
    const script = join(folder, programs[name].commands[0]!);
    mkdirSync(folder, { recursive: true });
    writeFileSync(script, '#!/bin/sh\necho nginx version: nginx/9.9.9\n');
    chmodSync(script, 0o755);
    process.env['PATH'] = [folder, '.', path].join(delimiter);
    const found = findProxy(name);
    expect(found?.path).not.toBe(script);
    if (found) expect(found.version).toMatch(/^\d+\.\d+[\d.]*$/);
  },
);

test('a program is called by its version and its builder', () => {
  const program = programs.apache;
  const found = { program, path: '/usr/sbin/apache2', version: '2.4.71' };
  expect(titleOf({ ...found, builder: 'Debian' })).toBe(
    'Apache httpd 2.4.71 (Debian)',
  );
  expect(titleOf({ ...found, builder: '' })).toBe('Apache httpd 2.4.71');
});

test('one sentence says how to install it', () => {
  expect(howToInstall('haproxy')).toBe(
    'HAProxy is not installed: on Debian or Ubuntu, type ' +
      '"sudo apt install haproxy".',
  );
  expect(howToInstall('varnish')).toBe(
    'Varnish is not installed: on Debian or Ubuntu, type ' +
      '"sudo apt install varnish", then "sudo systemctl disable --now ' +
      'varnish", as it also starts there as a service, on port 6081.',
  );
});
