import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { execFile } from '@on-the-wire/system/programs/start.ts';
import { createTap } from '@on-the-wire/tap/tap.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { findBrowser } from '@on-the-wire/browser/find-browser.ts';
import { openTrusting, trusting } from '@on-the-wire/browser/open-trusting.ts';
import { followRefused } from '../refused.ts';

describeWithBrowser('a browser that is opened for a lesson with TLS', () => {
  test.each([
    ['accepts the certificate of that lesson', true],
    ['accepts no other', false],
  ])('%s', async (_what, itsOwn) => {
    const pair = await localCertificate();
    const server = createServer(pair, (_, response) => response.end('Zug'));
    const { port: target } = await listen(server);
    const tap = createTap({
      target: { host: '127.0.0.1', port: target },
      tls: pair,
    });
    const port = await tap.listen();
    let refused: number[] = [];
    followRefused(tap, (ports) => (refused = ports));
    const profiles = await mkdtemp(join(tmpdir(), 'profiles-'));
    const spki = itsOwn ? pair.spki : Buffer.alloc(32).toString('base64');
    const { stdout } = await execFile(findBrowser()!, [
      ...trusting(spki, profiles),
      '--headless',
      '--disable-gpu',
      '--dump-dom',
      `https://127.0.0.1:${port}/`,
    ]);
    expect(stdout.includes('Zug')).toBe(itsOwn);
    expect(refused).toEqual(itsOwn ? [] : [port]);
    await tap.close();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
    await rm(profiles, { recursive: true, force: true, maxRetries: 5 });
  });
});

test('where the browser cannot be started, somebody else has to open it', async () => {
  const before = process.env['CHROME_PATH'];
  process.env['CHROME_PATH'] = join(tmpdir(), 'no-such-browser');
  expect(await openTrusting('https://127.0.0.1:1/', '')).toBe(false);
  process.env['CHROME_PATH'] = before;
  if (before === undefined) delete process.env['CHROME_PATH'];
});
