import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { mayOpen } from '@on-the-wire/browser/open-in-browser.ts';
import { prefixedLogger } from '@on-the-wire/system/terminal.ts';

describe('A line of a process', () => {
  const pipe = () => new PassThrough({ encoding: 'utf8' });
  /** A stream that says it is a terminal with colours. */
  const terminal = () =>
    Object.assign(pipe(), { isTTY: true, getColorDepth: () => 8 });

  test.each([
    ['in a terminal', terminal, '\u001b[36msse    │ \u001b[39mhere\n'],
    ['in a pipe', pipe, 'sse    │ here\n'],
  ])('stands behind its name, %s', (_where, open, written) => {
    const stdout = open();
    prefixedLogger('sse', 6, 'cyan', { stdout, stderr: pipe() })('here');
    expect(stdout.read()).toBe(written);
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
