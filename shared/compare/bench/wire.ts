/**
 * What the wire costs over time: many small messages, shown live in a real
 * browser, then a long download. Memory of the harness and of the page, lines
 * that were lost, and how long the page was ever busy.
 */
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fork } from '@on-the-wire/system/programs/start.ts';
import { openBrowser } from '@on-the-wire/browser/browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';

/** What the process of the shell says of itself. */
export interface ShellMemory {
  /** Lines that were made in all, and how many of them are no longer kept. */
  lines: number;
  dropped: number;
  /** Bytes that it has now, and had at most. */
  resident: number;
  peak: number;
}

const RATE = 1_000; // messages a second
const TICK = 20; // ms
const LIMIT = 250; // MB that Node may have
const DOWNLOAD = 1_000_000_000; // bytes

/** No two are alike, nor have the same length as the one before. */
const chunkOf = (n: number): string => {
  const train = `A train departs from platform ${n % 40}`;
  const event = `id: ${n}\ndata: ${train}.${'.'.repeat(n % 30)}\n\n`;
  return `${event.length.toString(16)}\r\n${event}\r\n`;
};
const head =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n' +
  'Transfer-Encoding: chunked\r\n\r\n';
const MB = 1_000_000;

/**
 * Runs it.
 *
 * @param minutes how long the small messages go on
 * @param say gets a line now and then
 * @returns whether every limit held
 */
export async function benchWire(
  minutes: number,
  say: (line: string) => void,
): Promise<boolean> {
  // In a root of its own: the shell reads what stands beside a lesson.
  const root = await mkdtemp(join(tmpdir(), 'bench-wire-'));
  const folder = join(root, 'bench');
  await mkdir(folder);
  await writeFile(join(folder, 'README.md'), '# Bench\n');
  const accepted: Socket[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => {}).resume();
    accepted.push(socket);
  });
  const { port } = await listen(server);
  const child = fork(new URL('wire/shell-process.ts', import.meta.url), [
    String(port),
    folder,
  ]);
  const browser = await openBrowser();
  const clients: Socket[] = [];
  try {
    const [[lessonPort, shellPort]] = (await once(child, 'message')) as [
      [number, number],
    ];
    const memory = async () => {
      child.send('memory');
      const [found] = (await once(child, 'message')) as [ShellMemory];
      return found;
    };
    const get = async (path: string) => {
      const client = connect(lessonPort, '127.0.0.1').on('error', () => {});
      clients.push(client);
      const before = accepted.length;
      client.write(`GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`);
      while (accepted.length === before) await once(server, 'connection');
      const socket = accepted.at(-1)!;
      return { client, socket };
    };

    const page = await browser.newPage({
      viewport: { width: 1280, height: 800 },
    });
    const devtools = await page.context().newCDPSession(page);
    await page.goto(`http://127.0.0.1:${shellPort}/`);
    await page.evaluate(() => {
      const busy = { longest: 0 };
      Object.assign(globalThis, { busy });
      new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries())
          busy.longest = Math.max(busy.longest, duration);
      }).observe({ type: 'longtask' });
    });
    const heap = async () => {
      await devtools.send('HeapProfiler.collectGarbage');
      const { usedSize } = await devtools.send('Runtime.getHeapUsage');
      return usedSize;
    };
    // The last in sight is an event; its chunk, which is folded, is one more.
    const shown = () =>
      page
        .locator('.wire .line')
        .last()
        .getAttribute('data-n')
        .then((n) => Number(n) + 2);

    // ---- Small messages ----

    const { client, socket } = await get('/events');
    client.resume();
    socket.write(head);
    const began = performance.now();
    const end = began + minutes * 60_000;
    let sent = 0;
    let printed = began;
    while (performance.now() < end) {
      const due = Math.floor(((performance.now() - began) / 1000) * RATE);
      const chunks: string[] = [];
      while (sent < due) chunks.push(chunkOf(sent++));
      if (chunks.length > 0) socket.write(chunks.join(''));
      await wait(TICK);
      if (performance.now() - printed < 30_000) continue;
      printed = performance.now();
      const { resident, lines, dropped } = await memory();
      say(
        `${((printed - began) / 60_000).toFixed(1)} min: Node ${mb(resident)}, page ${mb(await heap())}, ` +
          `${lines.toLocaleString('en')} lines, ${dropped.toLocaleString('en')} of them dropped`,
      );
    }
    // A message is two lines, the event and its chunk; the rest are 3 lines.
    const wanted = 2 * sent + 3;
    let after = await memory();
    for (let tries = 0; after.lines < wanted && tries < 100; tries += 1) {
      await wait(50);
      after = await memory();
    }
    for (
      let tries = 0;
      (await shown()) < after.lines && tries < 100;
      tries += 1
    )
      await wait(50);
    const longest = await page.evaluate(
      () =>
        (globalThis as unknown as { busy: { longest: number } }).busy.longest,
    );
    const inPage = await shown();
    say(
      `${sent.toLocaleString('en')} messages in ${minutes} min: ${after.lines.toLocaleString('en')} lines of ${wanted.toLocaleString('en')}, ` +
        `the page has seen ${inPage.toLocaleString('en')}; its longest task ${longest.toFixed(0)} ms; ` +
        `Node ${mb(after.resident)}, at most ${mb(after.peak)}; page ${mb(await heap())}`,
    );

    // ---- A long download ----

    const download = await get('/download');
    let arrived = 0;
    download.client.on('data', (bytes) => (arrived += bytes.length));
    const from = performance.now();
    const headOf = `HTTP/1.1 200 OK\r\nContent-Length: ${DOWNLOAD}\r\n\r\n`;
    download.socket.write(headOf);
    const piece = Buffer.alloc(MB, 'x');
    for (let bytes = 0; bytes < DOWNLOAD; bytes += MB)
      if (!download.socket.write(piece)) await once(download.socket, 'drain');
    while (arrived < DOWNLOAD + headOf.length)
      await once(download.client, 'data');
    const seconds = (performance.now() - from) / 1000;
    const last = await memory();
    say(
      `1 GB in ${seconds.toFixed(1)} s: Node ${mb(last.resident)}, at most ${mb(last.peak)} (limit ${LIMIT} MB)`,
    );
    return (
      after.lines === wanted && inPage === wanted && last.peak < LIMIT * MB
    );
  } finally {
    await browser.close();
    for (const socket of [...clients, ...accepted]) socket.destroy();
    child.disconnect();
    server.close();
    await rm(root, { recursive: true });
  }
}

const mb = (bytes: number) => `${Math.round(bytes / MB)} MB`;
