/** That what cannot be read is found, and that what can is not. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from '@on-the-wire/browser/browser.ts';
import { describeWithBrowser } from '../describe-with-browser.ts';
import { geometryFaults } from '../geometry.ts';

const filler = '<p>Nothing is wrong with this line.</p>'.repeat(60);
const below = '<p style="height: 40px">A text to be read</p>';
const over = 'position: absolute; left: 0; top: 0; width: 400px; height: 60px';

/** What is wrong, and the beginning of the line that says so. */
const wrong: [name: string, html: string, told: string][] = [
  [
    'by a box that lies over it',
    `<main>${below}<b style="${over}"></b></main>`,
    'covered: “A text to be read” in main > p, by main > b',
  ],
  [
    'by a box that its margin pulls up',
    `<main>${below}<h2 style="margin-top: -60px">Over it</h2></main>`,
    'covered: “A text to be read” in main > p, by main > h2',
  ],
  [
    'by a text that runs out of its box',
    `<main><p style="height: 40px; padding-left: 100px">A text to be read</p>
      <h2 style="margin-top: -60px; width: 20px; white-space: nowrap">Far too
      long for its box</h2></main>`,
    'covered: “A text to be read” in main > p, by main > h2',
  ],
  [
    'by what is generated, in a place of its own',
    `<style>h2 { position: relative }
      h2::after { content: ""; position: absolute;
        inset: -60px 0 auto; height: 60px }</style>
      <main>${below}<h2>A title</h2></main>`,
    'covered: “A text to be read” in main > p, by main > h2',
  ],
  [
    'by what is generated, and moved from there',
    `<style>h2::after { content: ""; position: absolute; top: 900px; left: 0;
        width: 400px; height: 60px; transform: translateY(-900px) }</style>
      <main>${below}<h2>A title</h2></main>`,
    'covered: “A text to be read” in main > p, by main > h2',
  ],
  [
    'far down in the document',
    `${filler}<main style="position: relative">${below}<b style="${over}"></b></main>${filler}`,
    'covered: “A text to be read” in main > p, by main > b',
  ],
  [
    'far down in a box that scrolls',
    `<section style="height: 200px; overflow: auto; position: relative">
      ${filler}<main style="position: relative">${below}<b style="${over}"></b>
      </main></section>`,
    'covered: “A text to be read” in main > p, by main > b',
  ],
  [
    'in a shadow tree, by what is outside',
    `<div id="host"><template shadowrootmode="open">${below}</template></div>
      <b style="${over}"></b>`,
    'covered: “A text to be read” in div#host > p, by b',
  ],
  [
    'by the ground of a modal dialog',
    `<main>${below}<dialog style="top: 300px">Yes?</dialog></main>
      <script>document.querySelector('dialog').showModal()</script>`,
    'covered: “A text to be read” in main > p, by main > dialog',
  ],
  [
    'by its own box, which is too narrow',
    '<main><p style="width: 40px; overflow: hidden; white-space: nowrap">A text to be read</p></main>',
    'cut off: “A text to be read” in main > p',
  ],
  [
    'as the choice of a list that is too narrow',
    '<main><select style="width: 40px"><option>A text to be read</select></main>',
    'cut off: “A text to be read” in main > select',
  ],
  [
    'beside its box',
    '<main><p style="width: 40px; white-space: nowrap">A text to be read</p></main>',
    'too wide: “A text to be read” in main > p',
  ],
  [
    'beside the window',
    '<main style="width: 3000px">A text to be read</main>',
    'too wide: the page has',
  ],
];

const right: [name: string, html: string][] = [
  ['a page that scrolls', `<main>${filler}</main>`],
  [
    'what stays in view while the text scrolls below it',
    `<h2 style="position: sticky; top: 0; background: white">A title</h2>${filler}`,
  ],
  [
    'a box that lets all clicks through',
    `<main>${below}<b style="${over}; pointer-events: none"></b></main>`,
  ],
  [
    'a text that is there to be heard only',
    `<main><p style="position: absolute; clip-path: inset(50%)">Heard</p>
      <b style="${over}"></b></main>`,
  ],
  [
    'a text within a text',
    '<main><p>A <b>text <i>to be</i></b> read</p></main>',
  ],
];

describeWithBrowser('what cannot be read is found', (browser) => {
  let page: Page;
  beforeAll(async () => {
    page = await browser().newPage({ viewport: { width: 800, height: 600 } });
  });
  afterAll(() => page.close());

  const faultsOf = async (html: string, within?: string) => {
    await page.setContent(`<!doctype html><title>A page</title>${html}`);
    return geometryFaults(page, {}, within);
  };

  test.each(wrong)('%s', async (_name, html, told) => {
    const faults = await faultsOf(html);
    expect(faults.find((fault) => fault.startsWith(told)) ?? faults).toContain(
      told,
    );
  });

  test.each(right)('but not %s', async (_name, html) => {
    expect(await faultsOf(html)).toEqual([]);
  });

  test('also of a part, by what is outside of it', async () => {
    const [, html, told] = wrong[0]!;
    expect(await faultsOf(`<aside>${html}</aside>`, 'main')).toEqual([told]);
  });

  test('unless it is allowed', async () => {
    const [, html] = wrong[0]!;
    await page.setContent(`<!doctype html><title>A page</title>${html}`);
    const allowed = { p: 'it is there for a test' };
    expect(await geometryFaults(page, allowed)).toEqual([]);
  });
});
