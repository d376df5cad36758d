import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { mayOpen } from '../open-in-browser.ts';

describe('A line of a process', () => {
  const terminal = new URL('../terminal.ts', import.meta.url);
  const code =
    `import { sayAs } from ${JSON.stringify(terminal)};` +
    "sayAs('sse', 6, 'cyan', process)('here');";

  test.each([
    ['1', '\u001b[36msse    │ \u001b[39mhere\n'],
    [undefined, 'sse    │ here\n'],
  ])('stands behind its name, with FORCE_COLOR=%s', async (force, written) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '-e', code],
      // Whoever runs this test may have set them for itself.
      { env: { ...process.env, NO_COLOR: undefined, FORCE_COLOR: force } },
    );
    expect(stdout).toBe(written);
  });
});

describe('A browser is opened', () => {
  test.each([
    ['linux', { DISPLAY: ':0' }, true],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
    ['linux', { WSL_DISTRO_NAME: 'Debian' }, true],
    ['linux', {}, false],
    ['linux', { DISPLAY: ':0', CI: 'true' }, false],
    ['darwin', {}, true],
    ['win32', {}, true],
    ['win32', { CI: '1' }, false],
  ] as const)('on %s with %j: %s', (platform, environment, opened) => {
    expect(mayOpen(platform, environment)).toBe(opened);
  });
});
