import { expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { geometryFaults } from '@on-the-wire/testing/geometry.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { runTap } from '../run-tap.ts';

describeWithBrowser(
  "the page of a tap before the reader's program",
  (browser) => {
    test('shows its units, breaks it, and says when the tap is gone', async () => {
      const server = createServer((_request, response) => response.end('Zug'));
      const { origin } = await listen(server);
      const tap = await runTap(
        origin,
        { page: true, wire: 'lines', faults: [] },
        () => {},
      );
      const page = await browser().newPage({ reducedMotion: 'reduce' });
      const said: string[] = [];
      page.on('pageerror', (error) => said.push(error.message));
      page.on('console', (message) => said.push(message.text()));
      await page.goto(tap.page!);
      await page.getByText('Nothing was sent yet.').waitFor();
      expect(await page.getByRole('banner').innerText()).toContain(
        `Open ${tap.address} instead`,
      );

      await (await fetch(tap.address)).text();
      await page.locator('.wire .line', { hasText: 'body: 3 bytes' }).click();
      await page.locator('.wire .value', { hasText: 'Zug' }).waitFor();
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await accessibilityViolations(page)).toEqual([]);
        for (const width of [390, 1280]) {
          await page.setViewportSize({ width, height: 800 });
          const row = { '.line .summary': 'one row; the unit has all of it' };
          expect(await geometryFaults(page, row)).toEqual([]);
        }
      }

      await page.getByRole('button', { name: 'Break it' }).click();
      await page.getByRole('tab', { name: 'status' }).click();
      await page
        .getByRole('form', { name: 'status' })
        .getByLabel('the status')
        .fill('503');
      await page.getByRole('button', { name: 'Break with status' }).click();
      await page.getByRole('button', { name: 'Broken: 1 fault' }).waitFor();
      expect((await fetch(tap.address)).status).toBe(503);
      expect(said).toEqual([]);

      const { port } = new URL(tap.page!);
      const foreign = await rawClient(Number(port));
      foreign.send(
        `GET /wire/faults HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n` +
          `Origin: ${origin}\r\n\r\n`,
      );
      expect(await foreign.until('\r\n')).toBe('HTTP/1.1 403 Forbidden\r\n');
      foreign.socket.destroy();

      await tap.stop();
      await page.getByText('The tap was stopped.').waitFor();
      await page.close();
      server.closeAllConnections();
      server.close();
    });
  },
);
