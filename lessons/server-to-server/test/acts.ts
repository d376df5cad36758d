/** The processes of the lesson, in one process, as the tests need them. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { listenBehindTap } from '@on-the-wire/testing/behind-tap.ts';
import { type Clock, stopClock } from '@on-the-wire/system/clock.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { createServer as createOperators } from '../operators.ts';
import { createServer as createStation } from '../station.ts';
import { freePort } from './free-port.ts';

/** Undone in reverse, after each test. */
export const closing = closingAfterEach();

/** Stops the clock of this process until the test has ended. */
export function stopped(): Clock {
  const clock = stopClock();
  closing.push(() => clock.release());
  return clock;
}

/** ms that only a hang reaches, for whatever a busy machine makes wait. */
export const timeoutMs = 60_000;

/** A folder that is gone after the test. */
export function folder() {
  const made = mkdtempSync(join(tmpdir(), 'server-to-server-'));
  closing.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

/**
 * A station with a feed that moves only when the test, or an operator, says.
 *
 * @param faults puts a tap before it, that begins with these
 */
export async function startStation(
  options: Parameters<typeof createStation>[0] = {},
  faults?: string[],
) {
  const feed = createFeed({ rate: 'night' });
  feed.close(); // stops its clock: `next()` alone moves it
  const station = createStation({ feed, speaking: 0, timeoutMs, ...options });
  closing.push(station.close);
  const spoken: string[] = [];
  const waiting = new Set<() => void>();
  feed.on('update', (update) => {
    if (update.kind === 'announcement') spoken.push(update.data.text);
    for (const wake of waiting) wake();
    waiting.clear();
  });
  const frames = station.others!['feed']!;
  const tap = faults && (await listenBehindTap(station.server, { faults }));
  if (tap) closing.push(() => tap.close());
  return {
    feed,
    ...station,
    frames,
    tap: tap!,
    spoken,
    async until(count: number) {
      while (spoken.length < count)
        await new Promise<void>((resolve) => waiting.add(resolve));
    },
    ...(tap ?? (await listen(station.server))),
  };
}

export async function startOperators(
  options: Parameters<typeof createOperators>[0],
) {
  const queue = join(folder(), 'queue.jsonl');
  const operators = createOperators({
    queue,
    deadline: timeoutMs,
    timeouts: { connect: timeoutMs, headers: timeoutMs, body: timeoutMs },
    ...options,
  });
  closing.push(operators.close);
  const { origin, port } = await listen(operators.server);
  const status = async () => (await fetch(`${origin}/status`)).json();
  return {
    ...operators,
    origin,
    port,
    queue,
    status,
    /** Has them announce; returns at once. */
    async announce(way: 'frames' | 'http' | 'webhook', texts: string[]) {
      await fetch(`${origin}/announcements`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ way, texts }),
      });
    },
    /** Waits until each announcement has its outcome. */
    async settled() {
      for (;;) {
        const { announced, accepted, failed } = await status();
        if (accepted + failed === announced) return { accepted, failed };
      }
    },
  };
}

/** A process of its own, that can be killed. Resolves when it listens. */
export async function startProcess(
  file: 'operators.ts' | 'server.ts',
  environment: Record<string, string>,
) {
  const port = await freePort();
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  const child = spawn(process.execPath, [path], {
    env: { ...process.env, ...environment, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  closing.push(() => child.kill('SIGKILL'));
  const origin = `http://127.0.0.1:${port}`;
  // No event tells that another process listens: try until it responds.
  for (;;) {
    const answer = await fetch(`${origin}/status`).catch(() => undefined);
    if (answer) break;
    await new Promise((turn) => setTimeout(turn, 20));
  }
  return {
    origin,
    port,
    async kill() {
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
  };
}

/** `Notice 1`, `Notice 2`, … */
export const notices = (count: number) =>
  Array.from({ length: count }, (_, i) => `Notice ${i + 1}: „Größe“`);

/** Responds to everything with a 101 that nobody asked for; its origin. */
export async function startSwitching(): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () =>
      socket.write(
        'HTTP/1.1 101 Switching Protocols\r\n' +
          'Connection: Upgrade\r\nUpgrade: tea\r\n\r\n',
      ),
    );
  });
  closing.push(() => server.close());
  return (await listen(server)).origin;
}
