import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { proxyColumns } from '@on-the-wire/compare/proxies/columns/columns.ts';
import { elsewhere } from '@on-the-wire/compare/proxies/elsewhere.ts';
import { measuredProxyCell } from '@on-the-wire/compare/proxies/measured.ts';
import { subjects } from '@on-the-wire/compare/proxies/subjects.ts';
import { findLessons } from '@on-the-wire/course/harness/lessons.ts';
import { nothingAround } from '@on-the-wire/course/shell/test/around.ts';
import { findProxy, titleOf } from '@on-the-wire/proxies/find.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { geometryFaults } from '@on-the-wire/testing/geometry.ts';
import type { Shell } from '@on-the-wire/viewer/server/guarded-server.ts';
import { createHome } from '../server.ts';

const nginx = findProxy('nginx');
if (!nginx) process.stderr.write('Skipped: nginx is not installed.\n');

describeWithBrowser('the page of the proxies', (browser) => {
  let home: Shell;
  let context: BrowserContext;
  let page: Page;
  let origin: string;

  beforeAll(async () => {
    home = createHome({ lessons: findLessons(), around: nothingAround });
    ({ origin } = await listen(home.server));
    context = await browser().newContext();
    page = await context.newPage();
  });
  afterAll(() => home.close());
  beforeEach(async () => {
    await page.goto(`${origin}/proxies`);
    await page.locator('#shell-table button').first().waitFor();
  });

  const row = (name: string) => page.getByRole('row', { name });

  test.each(['light', 'dark'] as const)(
    'has nothing that axe finds wrong, and cuts off no text, %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        expect(await geometryFaults(page)).toEqual([]);
      }
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.locator('#shell-table button').first().click();
      expect(await accessibilityViolations(page)).toEqual([]);
      await page.keyboard.press('Escape');
    },
  );

  test('is found from the home page, and leads back', async () => {
    await page.goto(origin);
    await page.click('text=What six proxies do');
    await page.locator('#shell-table button').first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/proxies');
    await page.click('text=the page of all lessons');
    expect(new URL(page.url()).pathname).toBe('/');
  });

  test('has every question over HTTP/1.1, and over HTTP/2 its own', async () => {
    const titles = (http: string) =>
      proxyColumns
        .filter((column) => (column.http ?? http) === http)
        .map(({ title }) => title);
    const shown = () => page.locator('#shell-table [scope=row]');
    expect(await shown().allTextContents()).toEqual(titles('1.1'));
    expect(await page.locator('#shell-table [scope=col]').count()).toBe(
      subjects.length,
    );
    await page.check('[name=http][value="2"]');
    expect(await shown().allTextContents()).toEqual(titles('2'));
    expect(
      await row('RFC 8441 offered').getByRole('button').allTextContents(),
    ).toEqual(['no', 'no', 'yes', 'no', 'no', 'yes']);
  });

  test('a cell opens by keyboard: the question, what was measured, its units', async () => {
    await row('Trailers').getByRole('button').first().focus();
    await page.keyboard.press('Enter');
    expect(await page.textContent('#shell-cell-title')).toBe('Trailers: nginx');
    const { word, evidence } = measuredProxyCell('nginx', 'trailers', '1.1')!;
    expect(await page.textContent('.cell .measured')).toMatch(
      `over HTTP/1.1: ${word}: ${evidence}. Its units`,
    );
    const [units] = await Promise.all([
      context.waitForEvent('page'),
      page.click('.cell .measured a'),
    ]);
    await units.locator('text=client to nginx, HTTP/1.1').first().waitFor();
    await units.locator('text=nginx to the server').first().waitFor();
    await units.close();
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog[open]').count()).toBe(0);
  });

  // oxlint-disable-next-line jest/no-disabled-tests -- only where it cannot run
  (nginx ? describe : describe.skip)('where nginx is installed', () => {
    test('measures a cell here, beside our run', async () => {
      await row('The server sees: Host').getByRole('button').first().click();
      await page.click('#shell-run');
      await page.locator('#shell-outcome:has-text("Measured.")').waitFor();
      const here = page.locator('.cell .measured li').nth(1);
      expect(await here.textContent()).toMatch(
        `Here, ${titleOf(nginx!)}, over HTTP/1.1: the upstream’s: `,
      );
      await page.keyboard.press('Escape');
      expect(
        await row('The server sees: Host')
          .getByRole('button')
          .first()
          .textContent(),
      ).toBe('the upstream’s ✓ here, too');
      expect(await page.textContent('#shell-sum')).toMatch(
        /^1 of \d+ measured here: all as in our run$/,
      );
    });

    test('what was measured changes nothing of what still is', async () => {
      const held = [
        Promise.withResolvers<void>(),
        Promise.withResolvers<void>(),
      ];
      let asked = 0;
      await page.route('**/proxies/measure', async (route) => {
        await held[asked++]!.promise;
        await route.continue();
      });
      const first = row('The server sees: Host').getByRole('button').first();
      const second = row('The server sees: Host').getByRole('button').nth(1);
      for (const each of [first, second]) {
        await page.keyboard.press('Escape');
        const begun = page.waitForRequest('**/proxies/measure');
        await each.click();
        await page.click('#shell-run');
        await begun;
      }
      held[0]!.resolve();
      await first.filter({ hasText: 'here' }).waitFor();
      expect(await page.isDisabled('#shell-run')).toBe(true);
      held[1]!.resolve();
      await page.locator('#shell-outcome:has-text("Measured.")').waitFor();
      await page.unroute('**/proxies/measure');
    });
  });

  test('has what documentation says, each with its address and day', async () => {
    for (const { name, addresses } of elsewhere) {
      const own = page.locator('.elsewhere tr', {
        has: page.locator(`th:text-is("${name}")`),
      });
      const links = own.locator('a');
      expect(
        await links.evaluateAll((all) =>
          all.map((link) => link.getAttribute('href')),
        ),
      ).toEqual(addresses);
      expect(await own.locator('small').textContent()).toMatch(/read \d/);
    }
  });

  test('refuses what it does not know', async () => {
    const asked = await page.evaluate(async () => {
      const body = JSON.stringify({ subject: 'apache3', questions: ['idle'] });
      const response = await fetch('/proxies/measure', {
        method: 'POST',
        body,
      });
      return [response.status, await response.text()];
    });
    expect(asked).toEqual([
      400,
      expect.stringMatching(/^Measuring a proxy: found .*apache3/),
    ]);
  });
});
