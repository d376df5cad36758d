/** A `wire` fence: what the client sent is sent, and what comes is compared. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectEncrypted } from 'node:tls';
import { withoutChunks } from '@on-the-wire/testing/without-chunks.ts';
import type { Finding } from '../finding.ts';
import type { Fence } from '../markdown.ts';
import { fillIn } from '../what-varies.ts';
import type { CheckedLesson } from './checked-lesson.ts';
import { differences, follow, playFor } from './compare-output.ts';
import type { ProseExamples } from './examples.ts';
import { ReceivedLines } from './received-lines.ts';

/** ms until a connection to this machine is given up: only a hang takes so long. */
const toConnect = 60_000;

/**
 * @param openServer starts the lesson's server where it is not yet running
 * @returns a finding where what comes first differs
 */
export async function checkWire(
  { file, timeoutMs }: Required<ProseExamples>,
  fence: Fence,
  openServer: () => Promise<CheckedLesson>,
): Promise<Finding[]> {
  const lesson = await openServer();
  const server = await lesson.request({ what: 'open' });
  const lines = fillIn(fence.lines.join('\n'), server).split('\n');
  const odd = lines.findIndex((line) => !/^[<>](?: |$)/.test(line));
  if (odd >= 0) {
    return [
      {
        file,
        line: fence.line + odd,
        found: fence.lines[odd] ?? '',
        expected: '"> " before what the client sent, "< " before what came',
        remedy: 'Mark each line of a wire fence.',
      },
    ];
  }

  const address = { port: server.port, host: '127.0.0.1' };
  const socket = server.tls
    ? connectEncrypted({ ...address, rejectUnauthorized: false })
    : connect(address);
  const source = new ReceivedLines(() => socket.destroy(), withoutChunks);
  socket.on('data', (bytes: Buffer) => source.take(bytes));
  socket.on('error', ({ message }) => source.end(message));
  socket.on('close', () => source.end());
  const open = server.tls ? 'secureConnect' : 'connect';
  await once(socket, open, { signal: AbortSignal.timeout(toConnect) });
  try {
    for (const { sent, received, line } of exchangesOf(lines)) {
      const play = await playFor(lesson, server, sent, received);
      socket.write(requestOf(sent));
      const { comparison, said } = await follow(
        source,
        received,
        timeoutMs,
        play,
      );
      const shown = fence.lines
        .slice(line, line + received.length)
        .map((text) => text.slice(2));
      const found = differences(
        file,
        fence.line + line,
        shown,
        comparison,
        said,
      );
      if (found.length > 0) return found;
      source.forget(comparison.used ?? 0);
    }
    return [];
  } finally {
    source.stop();
  }
}

/** What was sent, and what came then; the latter from `line` of the fence on. */
function exchangesOf(
  lines: string[],
): { sent: string[]; received: string[]; line: number }[] {
  const exchanges: { sent: string[]; received: string[]; line: number }[] = [];
  for (const [index, line] of lines.entries()) {
    const text = line.slice(2);
    const last = exchanges.at(-1);
    if (line.startsWith('>')) {
      if (!last || last.received.length > 0)
        exchanges.push({ sent: [text], received: [], line: index + 1 });
      else {
        last.sent.push(text);
        last.line = index + 1;
      }
    } else if (last) last.received.push(text);
    else exchanges.push({ sent: [], received: [text], line: index });
  }
  return exchanges;
}

/** Lines up to the blank one end in CRLF; what follows it is sent as it is. */
function requestOf(sent: string[]): string {
  const end = sent.indexOf('');
  const fields = end < 0 ? sent : sent.slice(0, end);
  const body = end < 0 ? [] : sent.slice(end + 1);
  return (
    fields.map((line) => `${line}\r\n`).join('') +
    (end < 0 ? '' : '\r\n') +
    body.join('\n')
  );
}
