import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  expect,
  test,
} from '@jest/globals';
import type { Page } from 'playwright-core';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { fakeEditor } from './fake-editor.ts';
import { stage } from './stage.ts';

const server = `${'// Bells\n'.repeat(60)}
export function ring() {
  // soft
  return 'ding';
}

export function ringAgain() {
  // loud
  return 'dong';
}
${'// More bells\n'.repeat(60)}`;

const tutorial = `# Bells

Read [the server](server.ts#L3), or \`server.ts\`, or \`bell.ts\`, but \`nothing.ts\`.

\`\`\`ts server.ts
// loud
return 'dong';
\`\`\`
`;

describeWithBrowser('a file that the text names', (browser) => {
  let editor: Awaited<ReturnType<typeof fakeEditor>>;
  let shell: Awaited<ReturnType<typeof stage>>;
  let page: Page;
  let starts = 0;

  beforeAll(async () => {
    editor = await fakeEditor();
    shell = await stage(
      { 'README.md': tutorial, 'server.ts': server, 'page/bell.ts': 'ding' },
      undefined,
      { VISUAL: editor.path },
    );
  });
  afterAll(async () => {
    await shell.end();
    await editor.end();
  });
  beforeEach(async () => {
    page = await browser().newPage({ viewport: { width: 1280, height: 800 } });
    await writeFile(join(shell.folder, 'server.ts'), server);
    await page.goto(shell.origin);
  });
  afterEach(() => page.close());

  const link = (name: string) => page.getByRole('link', { name, exact: true });
  const title = (name: string) =>
    page.locator('#shell-reader-title', { hasText: name }).waitFor();
  const button = () => page.getByRole('button', { name: 'Open in editor' });
  /** The text of the line that is marked, which must be in view. */
  const marked = async () => {
    await page.locator('.reader .marked').waitFor();
    return page.locator('.reader').evaluate((reader) => {
      const mark = reader.querySelector('.marked')!;
      const { top, bottom } = mark.getBoundingClientRect();
      const book = reader.querySelector('.book')!.getBoundingClientRect();
      const lines = reader.querySelector('code')!.textContent.split('\n');
      return top >= book.top && bottom <= book.bottom
        ? lines[Number(mark.textContent) - 1]
        : 'out of view';
    });
  };

  test('opens with its folder, where the fence stands in it', async () => {
    await link('lessons/bells/server.ts').click();
    await title('lessons/bells/server.ts');
    expect(await marked()).toBe('  // loud');
    await page.goBack();
    await link('lessons/bells/server.ts').waitFor();
    await page.goForward();
    expect(await marked()).toBe('  // loud');
  });

  test('is a link between backticks, too, where it is one of the lesson', async () => {
    await link('server.ts').click();
    await title('lessons/bells/server.ts');
    await page.keyboard.press('Escape');
    await link('bell.ts').click();
    await title('lessons/bells/page/bell.ts');
    await page.keyboard.press('Escape');
    expect(await link('nothing.ts').count()).toBe(0);
  });

  test('opens where the fence stands now, after it was changed', async () => {
    const changed = server.replace('// soft', '// soft\n  // softer');
    await writeFile(join(shell.folder, 'server.ts'), `\n\n\n${changed}`);
    await link('lessons/bells/server.ts').click();
    expect(await marked()).toBe('  // loud');
  });

  test('stays closed where the reader went back before it had come', async () => {
    const held = Promise.withResolvers<void>();
    await page.route('**/files/server.ts', async (route) => {
      await held.promise;
      await route.continue();
    });
    const asked = page.waitForRequest('**/files/server.ts');
    await link('lessons/bells/server.ts').click();
    await asked;
    await page.goBack();
    const came = page.waitForResponse('**/files/server.ts');
    held.resolve();
    await (await came).finished();
    // It has been read by now: this was asked for afterwards.
    await page.evaluate(async () => (await fetch('/files/server.ts')).text());
    expect(await page.locator('.reader').isVisible()).toBe(false);
  });

  test('shows what was saved, and stays where it was', async () => {
    await link('lessons/bells/server.ts').click();
    await marked();
    const place = () =>
      page.locator('.reader .book').evaluate((book) => book.scrollTop);
    const before = await place();
    await writeFile(
      join(shell.folder, 'server.ts'),
      server.replace("'dong'", "'DONG'"),
    );
    shell.state.set({ status: 'restarting' });
    await page.locator('.reader', { hasText: "'DONG'" }).waitFor();
    await page
      .locator('#shell-said', { hasText: 'lessons/bells/server.ts was saved.' })
      .waitFor();
    expect(await place()).toBe(before);
    shell.state.set({ status: 'ready' });
  });

  test('opens in the editor at the line that is marked', async () => {
    await link('lessons/bells/server.ts').click();
    await marked();
    await button().click();
    await page.getByText('Opened in code.').waitFor();
    starts += 1;
    const told = await editor.told(starts);
    expect(told.at(-1)?.at(-1)).toMatch(/server\.ts:68:1$/);
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  test('has no such button in the glossary', async () => {
    await link('server.ts').click();
    await button().waitFor();
    await page.keyboard.press('Escape');
    await page.locator('.reader').waitFor({ state: 'hidden' });
    await page.getByRole('link', { name: 'Glossary' }).click();
    await page.locator('.reader').waitFor();
    await button().waitFor({ state: 'hidden' });
  });

  test('is opened by no page of another origin', async () => {
    // A page of another port, and one of another name: each tries what it can.
    const attacker = createServer((_request, response) =>
      response
        .setHeader('Content-Type', 'text/html')
        .end('<!doctype html><title>Elsewhere</title>'),
    );
    const { port } = await listen(attacker);
    const there = `${shell.origin}/files/open`;
    const refused: number[] = [];
    const hear = (request: IncomingMessage, response: ServerResponse) =>
      request.url === '/files/open' &&
      response.on('finish', () => refused.push(response.statusCode));
    shell.server.on('request', hear);
    for (const host of ['127.0.0.1', 'localhost', 'course.example']) {
      await page.goto(`http://${host}:${port}/`);
      const outcome = await page.evaluate(async (url) => {
        const body = JSON.stringify({ file: 'server.ts', line: 1 });
        const tries = [
          fetch(url, { method: 'POST', mode: 'no-cors', body }),
          fetch(url, {
            method: 'POST',
            headers: { 'Content-Type': 'application/json' },
            body,
          }),
        ];
        const settled = await Promise.allSettled(tries);
        return settled.map(({ status }) => status);
      }, there);
      expect(outcome[1]).toBe('rejected');
      const navigated = page.waitForURL(there);
      await page.evaluate((url) => {
        const form = document.createElement('form');
        Object.assign(form, { method: 'POST', action: url });
        form.enctype = 'text/plain';
        const field = document.createElement('input');
        field.name = '{"file":"server.ts","line":1,"x":"';
        field.value = '"}';
        form.append(field);
        document.body.append(form);
        form.submit();
      }, there);
      await navigated;
      await page.getByText('Refused: a page of ').waitFor();
    }
    shell.server.off('request', hear);
    // Of each page: without CORS, the question before the one with it, a form.
    expect(refused).toEqual(Array(9).fill(403));
    // The shell's own page opens it, and that was all.
    await page.goto(shell.origin);
    await link('server.ts').click();
    await button().click();
    starts += 1;
    expect(await editor.told(starts)).toHaveLength(starts);
    await new Promise((done) => attacker.close(done).closeAllConnections());
  });

  test('has no button where no editor is known, and says what to do', async () => {
    const other = await stage(
      { 'README.md': tutorial, 'server.ts': server },
      undefined,
      {
        VISUAL: 'vim',
      },
    );
    await page.goto(other.origin);
    await link('server.ts').click();
    await page
      .getByText('VISUAL names vim, which needs a terminal of its own')
      .waitFor();
    expect(await button().count()).toBe(0);
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.goto('about:blank');
    await other.end();
  });
});
