/**
 * Which cookies a WebSocket handshake from another site brings depends on a
 * setting of the browser. The claim must hold under both, and show which it is.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openProfile } from '@on-the-wire/browser/browser.ts';
import { engineVersion } from '@on-the-wire/browser/version.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { crossOrigin } from '../claims/rows/cross-origin.ts';
import { drivenWindow, type ClaimWindows } from '../claims/claim-window.ts';
import { settleRow } from '../claims/settle.ts';

const row = {
  ...crossOrigin,
  claims: crossOrigin.claims.filter(({ column }) => column === 'websocket'),
};

describeWithBrowser('a WebSocket from another site', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cookies-'));
  });
  afterEach(() =>
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 }),
  );

  test.each([
    // What Chrome ships: third-party cookies are blocked in incognito only.
    ['allowed', 2, 'cookies None'],
    // What Debian's Chromium ships.
    ['blocked', 1, 'no cookie'],
  ])(
    'third-party cookies %s: the handshake has those with SameSite=None, or none',
    async (_setting, mode, theirs) => {
      const preferences = { profile: { cookie_controls_mode: mode } };
      const context = await openProfile(folder, preferences);
      try {
        const websocket = drivenWindow(await context.newPage());
        const of = { websocket } as ClaimWindows['of'];
        const version = engineVersion('chromium', '');
        const [settled] = await settleRow({ of, version }, row, '1.1');
        expect(settled).toMatchObject({
          word: 'none',
          holds: true,
          evidence:
            'set, by their SameSite: cookies without, Lax, Strict, None; ' +
            'in the handshake of a page at another port: ' +
            'cookies without, Lax, Strict, None; ' +
            `of a page of another site: ${theirs}`,
        });
        // It leaves no cookie behind.
        expect(await context.cookies()).toEqual([]);
      } finally {
        await context.close();
      }
    },
  );
});
