/** The panel that breaks the network, and what says that it is broken. */
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { faultKinds, formatFault, parseFaults } from '@on-the-wire/tap/tap.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { stage } from './stage.ts';

describeWithBrowser('breaking the network', (browser) => {
  let page: Page;
  let shell: Awaited<ReturnType<typeof stage>>;
  beforeAll(async () => {
    shell = await stage({ 'README.md': '# Bells\n' });
    page = await browser().newPage({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
    });
    await page.goto(shell.origin);
    await page.frameLocator('iframe').getByText('Loaded').waitFor();
  });
  afterAll(async () => {
    await page.close();
    await shell.end();
  });
  afterEach(async () => {
    shell.tap.setFaults([]);
    await opener('Break it').waitFor();
  });

  const opener = (name: string) =>
    page.locator('.wire .bar').getByRole('button', { name, exact: true });
  const chip = (name: string) =>
    page.locator(`[data-control="fault-chip:${name}"]`);
  const chosen = () =>
    page.locator('.faults [role=tab][aria-selected=true]').textContent();
  const faults = () => shell.tap.faults.map(formatFault);
  const open = async () => {
    if (!(await page.locator('.panel.faults').isVisible()))
      await page.locator('[data-control=break]').click();
  };
  const inWire = () =>
    page.getByRole('group', { name: 'What is broken now, in the wire' });
  const inPage = () =>
    page.getByRole('group', { name: 'What is broken now, in the page' });

  test('takes a third of the wire at most, whatever is chosen and set', async () => {
    await open();
    const sizes = () =>
      page.locator('.panel.faults').evaluate((panel) => ({
        share:
          panel.getBoundingClientRect().height /
          panel.parentElement!.getBoundingClientRect().height,
        scrolls: panel.scrollHeight > panel.clientHeight,
      }));
    for (const set of [[], ['not-localhost'], ['reset', 'stall']]) {
      shell.tap.setFaults(parseFaults(set));
      await page
        .locator('.faults [role=tab][data-broken]')
        .nth(parseFaults(set).length)
        .waitFor({ state: 'detached' });
      for (const { name } of faultKinds) {
        await chip(name).click();
        const { share, scrolls } = await sizes();
        expect({ name, scrolls }).toEqual({ name, scrolls: false });
        expect(share).toBeLessThanOrEqual(0.35);
      }
    }
  });

  test('shows one form at a time, by pointer and by arrow keys', async () => {
    await open();
    await chip('reset').click();
    const forms = page.locator('.faults form');
    expect(await forms.filter({ visible: true }).count()).toBe(1);
    await page.getByRole('form', { name: 'reset' }).waitFor();
    await chip('reset').press('ArrowRight');
    expect(await chosen()).toBe('idle');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      'idle',
    );
    await page.keyboard.press('Home');
    expect(await chosen()).toBe('status');
    await page.keyboard.press('ArrowLeft');
    expect(await chosen()).toBe('down');
    // One stop for the Tab key, and the next is the form.
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.ariaLabel)).toBe(
      'Break with down',
    );
  });

  test('remembers the one that was used last, in its place', async () => {
    await open();
    await chip('limit').click();
    await page.getByRole('button', { name: 'Break with limit' }).click();
    await inWire().waitFor();
    const context = await browser().newContext({
      storageState: await page.context().storageState(),
    });
    const other = await context.newPage();
    await other.goto(shell.origin);
    await other.locator('[data-control=break]').click();
    await other.getByRole('form', { name: 'limit' }).waitFor();
    const names = await other
      .locator('[role=tab][data-reveals]')
      .allInnerTexts();
    expect(names.map((name) => name.split(' ')[0])).toEqual(
      faultKinds.map(({ name }) => name),
    );
    await context.close();
  });

  test('says in three places what is broken, and since when', async () => {
    await open();
    await chip('reset').click();
    await page.getByRole('button', { name: 'Break with reset' }).click();
    for (const place of [inWire(), inPage()])
      await place.getByText(/^reset after 2 kB, for [1-9]\d* s/).waitFor();
    const form = page.getByRole('form', { name: 'reset' });
    await form
      .getByText(/^Broken for \d+ s\. Resets each connection after 2 kB\.$/)
      .waitFor();
    expect(await chip('reset').textContent()).toBe('reset after 2 kB');
    await page
      .getByRole('status')
      .getByText('Broken: reset after 2 kB.')
      .waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await accessibilityViolations(page)).toEqual([]);
    }
  });

  test('shows a fault that was set elsewhere, before anything is pressed', async () => {
    const changes = parseFaults(['down:latency=1s~200']);
    shell.tap.setFaults(changes);
    for (const place of [inWire(), inPage()])
      await place
        .getByText(/^latency 1 s ± 200 ms, from the server, for \d+ s/)
        .waitFor();
    await opener('Broken: 1 fault').waitFor();
  });

  test('keeps the time of a fault to which another comes', async () => {
    shell.tap.setFaults(parseFaults(['silence']));
    await inWire()
      .getByText(/^silence, for [2-9] s/)
      .waitFor();
    shell.tap.setFaults(parseFaults(['silence', 'idle']));
    await inWire()
      .getByText(/^idle after 1 min, for \d+ s/)
      .waitFor();
    await inWire()
      .getByText(/^silence, for ([2-9]|\d\d+) s/)
      .waitFor();
  });

  test('is mended from the strip, and the focus is not lost', async () => {
    shell.tap.setFaults(parseFaults(['silence', 'idle']));
    await inWire().getByRole('button', { name: 'Mend silence' }).click();
    await inWire().getByText('silence').waitFor({ state: 'detached' });
    expect(faults()).toEqual(['idle=after:1min']);
    const focused = () =>
      page.evaluate(() => {
        const { ariaLabel, textContent, tagName } = document.activeElement!;
        return ariaLabel ?? (textContent || tagName);
      });
    expect(await focused()).toBe('Mend idle after 1 min');
    await page.keyboard.press('Enter');
    await inWire().waitFor({ state: 'hidden' });
    expect(await focused()).toBe('Break it');

    shell.tap.setFaults(parseFaults(['idle']));
    await inPage().getByRole('button', { name: /^Mend/ }).click();
    await inPage().waitFor({ state: 'hidden' });
    expect(await focused()).toBe('IFRAME');
  });

  test('moves nothing sideways in the page, and leaves it whole', async () => {
    const box = () => page.locator('iframe').boundingBox();
    const before = (await box())!;
    shell.tap.setFaults(parseFaults(['idle']));
    await inPage().waitFor();
    const after = (await box())!;
    expect([after.x, after.width]).toEqual([before.x, before.width]);
    expect(after.y + after.height).toBeCloseTo(before.y + before.height, 0);
    expect(before.height - after.height).toBeLessThanOrEqual(32);
  });
});
