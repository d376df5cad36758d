import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { execFile, spawnSync } from '@on-the-wire/system/programs/start.ts';
import { createTap, parseFaults } from '@on-the-wire/tap/tap.ts';
import { accessibilityViolations } from '@on-the-wire/testing/accessibility.ts';
import { geometryFaults } from '@on-the-wire/testing/geometry.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { courseVersion } from '@on-the-wire/system/version.ts';
import { saveRun } from '@on-the-wire/viewer/saved/save.ts';
import { readPcapng, writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { readRun, serveRun, writePage } from '../run-wire.ts';

const hasTshark = !spawnSync('tshark', ['--version'], { stdio: 'ignore' })
  .error;
if (!hasTshark)
  process.stderr.write(
    'Skipped "opens in Wireshark": it needs tshark (Debian package "tshark").\n',
  );
const testIfInstalled = hasTshark ? test : test.skip;

const hostile = '</script><img src=x onerror=alert(1)>\u2028';
let folder: string;
let saved: string;

/** One exchange with secrets and hostile text in it, and a fault. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wire-'));
  saved = join(folder, 'run.pcapng');
  const server = createServer((_request, response) => {
    response.setHeader('Set-Cookie', 'key=geheim').end(hostile);
  });
  const { port } = await listen(server);
  const tap = createTap({
    target: { host: '127.0.0.1', port },
    faults: parseFaults(['latency=1ms']),
  });
  await tap.listen();
  const client = await rawClient(tap.port);
  client.send('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  await client.closed;
  const chosen = {
    connection: 1,
    direction: 'down',
    layer: 0,
    start: 0,
  } as const;
  await writeFile(saved, saveRun(tap, { secrets: true, chosen }));
  await tap.close();
  server.close();
});
afterAll(() => rm(folder, { recursive: true }));

describe('A run that was saved', () => {
  test('is read, with what was in it', async () => {
    const { name, run } = await readRun(saved);
    expect(name).toBe('run.pcapng');
    expect(run.lines.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining([
        'open',
        'http/1.1 response headers',
        'body',
        'fault',
      ]),
    );
    expect(run.lines[run.chosen!]!.kind).toBe('http/1.1 response headers');
  });

  test.each([
    ['no-file', undefined, 'There is no file'],
    ['text.pcapng', 'hello', 'expected a pcapng file'],
    ['empty.pcapng', '', 'expected a pcapng file'],
  ])('%s is refused with a sentence', async (name, content, words) => {
    const path = join(folder, name);
    if (content !== undefined) await writeFile(path, content);
    await expect(readRun(path)).rejects.toThrow(words);
  });

  test('that was cut off is refused, or read as far as it goes', async () => {
    const whole = await readFile(saved);
    const path = join(folder, 'cut.pcapng');
    for (let size = 0; size < whole.length; size += 97) {
      await writeFile(path, whole.subarray(0, size));
      const outcome = await readRun(path).then(
        ({ run }) => run.lines.length > 0,
        ({ exitCode }: { exitCode: number }) => exitCode === 1,
      );
      expect(outcome).toBe(true);
    }
  });

  test('becomes a page without its secrets, unless they are wanted', async () => {
    const read = await readRun(saved);
    const out = join(folder, 'secrets.html');
    const recordingIn = async () => {
      const html = await readFile(out, 'utf8');
      const base64 = /id="recording"[^>]*>\s*([^<]*)</.exec(html)![1]!;
      return gunzipSync(Buffer.from(base64, 'base64')).toString('latin1');
    };
    await writePage(read, out, {});
    expect(await recordingIn()).not.toContain('geheim');
    expect(
      readPcapng(Buffer.from(await recordingIn(), 'latin1')),
    ).toMatchObject({ version: courseVersion() });
    await writePage(read, out, { secrets: true }); // a page of ours is replaced
    expect(await recordingIn()).toContain('geheim');
  });

  test('never replaces a file that is none of ours', async () => {
    const out = join(folder, 'thesis.html');
    await writeFile(out, '<p>years of work</p>');
    const writing = writePage(await readRun(saved), out, {});
    await expect(writing).rejects.toThrow('is there already');
    expect(await readFile(out, 'utf8')).toBe('<p>years of work</p>');
  });

  testIfInstalled(
    'opens in Wireshark: HTTP on port 80, the fault as a comment',
    async () => {
      const fields = ['tcp.dstport', 'http.request.method', 'frame.comment'];
      const { stdout: output } = await execFile('tshark', [
        '-r',
        saved,
        '-T',
        'fields',
        ...fields.flatMap((field) => ['-e', field]),
      ]);
      expect(output).toMatch(/^80\tGET\t/m);
      expect(output).toContain('fault latency: from here on');
      expect(output).toMatch(/real port: \d+/);
      const { stdout: about } = await execFile('capinfos', [saved]);
      expect(about.replaceAll(/ +/g, ' ')).toContain(
        `Capture application: On the Wire ${courseVersion()}\n`,
      );
    },
  );
});

describeWithBrowser('The page of a saved run', (browser) => {
  test('stands alone, shows the chosen unit, and makes no markup of data', async () => {
    const out = join(folder, 'alone.html');
    await writePage(await readRun(saved), out, {});
    const page = await browser().newPage({ reducedMotion: 'reduce' });
    const said: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (request) => asked.push(request.url()));
    const url = pathToFileURL(out).href;
    await page.goto(url);
    await page.locator('.wire h2', { hasText: '200 OK' }).waitFor();
    expect(await page.locator('body > header').innerText()).toMatch(
      `Saved by version ${courseVersion()}`,
    );
    await page.locator('.wire .line', { hasText: 'body' }).click();
    await page.locator('.wire .value', { hasText: '<img src=x' }).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await accessibilityViolations(page)).toEqual([]);
      for (const width of [390, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        const row = { '.line .summary': 'one row; the unit has all of it' };
        expect(await geometryFaults(page, row)).toEqual([]);
      }
    }
    await page.getByRole('button', { name: 'Diagram' }).click();
    await page.locator('svg text', { hasText: 'GET /' }).waitFor();
    await page.getByRole('button', { name: 'Counts' }).click();
    await page.getByText('40 to 72 bytes for each packet').waitFor();
    expect(await page.locator('svg').isVisible()).toBe(false);
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(said).toEqual([]);
    expect(asked).toEqual([url]);
    await page.close();
  });

  test.each([
    ['0.9.0', 'Saved by version 0.9.0, shown by '],
    [undefined, 'run.pcapng'],
  ])('by version %s opens, and says so', async (version, words) => {
    const { name, file, run } = await readRun(saved);
    const other = writePcapng({ ...readPcapng(file), version });
    const served = await serveRun({ name, file: other, run }, 0);
    const page = await browser().newPage();
    await page.goto(served.url);
    await page.locator('.wire h2', { hasText: '200 OK' }).waitFor();
    const header = await page.locator('body > header').innerText();
    await page.close();
    await served.close();
    expect(header.split('\n').at(-1)).toBe(
      version === undefined ? words : words + courseVersion(),
    );
  });

  test('is served on this machine, under its own name only', async () => {
    const served = await serveRun(await readRun(saved), 0, 1);
    const page = await browser().newPage();
    await page.goto(served.url);
    await page.locator('#wire-line-1[aria-selected=true]').waitFor();
    await page.close();
    const { port } = new URL(served.url);
    const client = await rawClient(Number(port));
    client.send('GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n');
    expect(await client.until('\r\n')).toBe('HTTP/1.1 403 Forbidden\r\n');
    await served.close();
    await client.closed;
  });

  test('is shown in no frame of another page', async () => {
    const served = await serveRun(await readRun(saved), 0);
    const { headers } = await fetch(served.url);
    const page = await browser().newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    await page.setContent(`<iframe src="${served.url}"></iframe>`);
    const shown = await page.frames()[1]!.locator('.wire').count();
    await page.close();
    await served.close();
    expect(headers.get('content-security-policy')).toBe(
      "frame-ancestors 'none'",
    );
    expect(shown).toBe(0);
    expect(said.join()).toContain("frame-ancestors 'none'");
  });
});
