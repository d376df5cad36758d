import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { findLessons } from '../../harness/lessons.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { stage } from './stage.ts';

// The browser is real, and the machine may be busy.

/** Tutorials that show bytes, of the lessons that there are. */
const tutorials = findLessons()
  .map(({ name, folder }) => ({
    name,
    text: readFileSync(join(folder, 'README.md'), 'utf8'),
  }))
  .filter(({ text }) => /^```wire$/m.test(text));

const open = async (page: Page, origin: string) => {
  await page.goto(origin);
  await page.locator('#shell-state[data-status]').waitFor();
  // What a prediction hides is part of the text, too.
  await page.locator('.prose section').first().waitFor();
  await page.evaluate(() => {
    for (const each of document.querySelectorAll<HTMLDetailsElement>(
      '#shell-tutorial details',
    ))
      each.open = true;
  });
};

describeWithBrowser('a fence that shows the wire', (browser) => {
  test('stands in the tutorials of three lessons', () => {
    expect(tutorials.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['xhr', 'sse', 'websocket']),
    );
  });

  test.each(tutorials)(
    'in $name: no arrow covers a letter',
    async ({ text }) => {
      const written = text
        .match(/^```wire\n[^]*?^```$/gm)!
        .flatMap((fence) => fence.match(/^[<>]/gm)!);
      const shell = await stage({ 'README.md': text });
      const page = await browser().newPage();
      try {
        await open(page, shell.origin);
        for (const width of [1280, 390])
          for (const colorScheme of ['light', 'dark'] as const) {
            await page.setViewportSize({ width, height: 800 });
            await page.emulateMedia({ colorScheme });
            expect(await page.evaluate(marksAndTexts)).toEqual({
              lines: written.length,
              covered: [],
              unlike: [],
            });
          }
      } finally {
        await page.close();
        await shell.end();
      }
    },
  );
});

describeWithBrowser('the styles of the shell', (browser) => {
  test('those of the wire end at the wire, and no others begin in it', async () => {
    const shell = await stage({ 'README.md': tutorials[0]!.text });
    const page = await browser().newPage();
    let reach: ReturnType<typeof reachOfStyles>;
    try {
      await open(page, shell.origin);
      await page.locator('.wire .line', { hasText: '200 OK' }).first().click();
      await page.locator('.wire .field').first().waitFor();
      reach = await page.evaluate(reachOfStyles);
    } finally {
      await page.close();
      await shell.end();
    }
    // What is broken now is told beside the lesson's page, too.
    expect(
      reach.outOfTheWire.filter((one) => !one.includes('.broken-now')),
    ).toEqual([]);
    // These two mean the same everywhere.
    expect(reach.intoTheWire).toEqual(['.soft', '.visually-hidden']);
  });
});

/** In the page: does the box of a mark meet that of the text behind it? */
function marksAndTexts() {
  const marks = [
    ...document.querySelectorAll('#shell-tutorial figure .mark'),
  ] as HTMLElement[];
  const covered: string[] = [];
  const unlike: string[] = [];
  for (const mark of marks) {
    const text = mark.parentElement!.lastChild!;
    if (!(text instanceof Text)) continue; // an empty line
    const range = document.createRange();
    range.selectNodeContents(text);
    const a = mark.getBoundingClientRect();
    for (const b of range.getClientRects())
      if (
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 0.1 &&
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 0.1
      )
        covered.push(`${mark.textContent}${text.data}`);
    // It has the colour of its line, on the ground of its line.
    const { color, backgroundColor, position } = getComputedStyle(mark);
    if (
      color !== getComputedStyle(mark.parentElement!).color ||
      backgroundColor !== 'rgba(0, 0, 0, 0)' ||
      position !== 'static'
    )
      unlike.push(`${mark.textContent}${text.data}`);
  }
  const inLegends = '.legend .mark';
  return {
    lines: marks.filter((mark) => !mark.matches(inLegends)).length,
    covered,
    unlike,
  };
}

/**
 * In the page: selectors of the wire's style that match something outside of
 * it, and such of the shell's style with a class or an id that match
 * something inside.
 */
function reachOfStyles() {
  const wire = document.querySelector('#shell-wire')!;
  const outOfTheWire = new Set<string>();
  const intoTheWire = new Set<string>();
  // A comma inside of parentheses belongs to `:is()`, `:has()` and the like.
  const selectorsOf = (list: string) => {
    let depth = 0;
    const parts = [''];
    for (const character of list) {
      if (character === '(') depth += 1;
      if (character === ')') depth -= 1;
      if (character === ',' && depth === 0) parts.push('');
      else parts[parts.length - 1] += character;
    }
    return parts.map((part) => part.trim());
  };
  const look = (rules: CSSRuleList, own: boolean) => {
    for (const rule of rules) {
      if (rule instanceof CSSStyleRule) {
        // A pseudo-element is its owner's.
        const all = rule.selectorText.replaceAll(
          /::[\w-]+(?:\([^)]*\))?/g,
          ':not(_)',
        );
        for (const one of selectorsOf(all))
          for (const element of document.querySelectorAll(one))
            if (own && !wire.contains(element)) outOfTheWire.add(one);
            else if (!own && element !== wire && wire.contains(element))
              if (/[.#]/.test(one)) intoTheWire.add(one);
      } else if ('cssRules' in rule) look(rule.cssRules as CSSRuleList, own);
    }
  };
  for (const sheet of document.styleSheets)
    look(sheet.cssRules, sheet.href!.endsWith('/wire.css'));
  return {
    outOfTheWire: [...outOfTheWire],
    intoTheWire: [...intoTheWire].sort(),
  };
}
