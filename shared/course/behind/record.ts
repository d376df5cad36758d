/**
 * Records a lesson behind a proxy, as it is shown where the program is not
 * installed: a client of ours that speaks for a few seconds, with the least
 * lines that the program's manual gives.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { titleOf, type InstalledProxy } from '@on-the-wire/proxies/find.ts';
import { findPorts } from '@on-the-wire/system/ports.ts';
import { saveRun } from '@on-the-wire/viewer/saved/save.ts';
import { readPcapng, writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { runLesson } from '../harness/run-lesson.ts';
import { madeWithComment } from './recording.ts';

/** How long the client reads, in ms. */
const LISTENS = 4_000;

/**
 * Records it.
 *
 * @param paths what is requested, each on a connection of its own, over HTTP/2
 *   on a stream of its own; `ws:/track` opens a WebSocket at `/track`
 * @returns a pcapng file
 */
export async function recordBehind(
  lesson: FoundLesson,
  installed: InstalledProxy,
  paths: readonly string[],
): Promise<Uint8Array> {
  const folder = mkdtempSync(join(tmpdir(), 'record-'));
  const quiet = new PassThrough().resume();
  const { program } = installed;
  const tls = lesson.manifest.tls ?? false;
  const running = await runLesson(lesson, {
    port: await findPorts(undefined, 21_000, 3),
    terminal: { stdout: quiet, stderr: quiet },
    behind: { program, installed, tls, folder },
  });
  try {
    const { state } = running.server;
    while (state.current.status !== 'ready') await once(state, 'change');
    const request = tls ? overHttp2 : overHttp1;
    await request(new URL(running.lessonUrl), paths);
    const { version, connections: all } = readPcapng(saveRun(running.tap));
    // What a lesson's processes say to each other is the same without it.
    const connections = all.filter(({ link }) => link?.includes(program.name));
    const day = new Date().toISOString().slice(0, 10);
    const text = madeWithComment(titleOf(installed), day);
    const [first] = connections;
    first!.comments.unshift({ time: first!.start, text });
    return writePcapng({ ...(version && { version }), connections });
  } finally {
    await running.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function overHttp1(url: URL, paths: readonly string[]): Promise<void> {
  const requests = paths.map((path) => {
    const isSocket = path.startsWith('ws:');
    const sent = get(new URL(path.replace('ws:', ''), url), {
      agent: false,
      ...(isSocket && { headers: handshakeFrom(url.origin) }),
    });
    sent.on('error', () => {}); // It may be cut: that is recorded, too.
    sent.on('response', (response) => response.on('error', () => {}).resume());
    sent.on('upgrade', (_, socket) => socket.on('error', () => {}).resume());
    return sent;
  });
  await after(LISTENS);
  for (const each of requests) each.destroy();
  await after(LISTENS / 10); // Until the other side has heard of it.
}

const handshakeFrom = (origin: string) => ({
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  Origin: origin,
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Protocol': 'board.v1',
});

async function overHttp2(url: URL, paths: readonly string[]): Promise<void> {
  // It is a certificate of this machine's own.
  const session = connect(url, { rejectUnauthorized: false });
  session.on('error', () => {});
  for (const path of paths) {
    const stream = session.request({ ':path': path });
    stream.on('error', () => {}).resume();
  }
  await after(LISTENS);
  session.destroy();
  await after(LISTENS / 10);
}
