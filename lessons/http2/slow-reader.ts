/**
 * A client that requests 30 MB and reads nothing, to see how much is sent to
 * it: `pnpm exec node lessons/http2/slow-reader.ts <address of the lesson>`
 */
import { connect } from 'node:http2';
import { setTimeout as after } from 'node:timers/promises';

const [, , address = ''] = process.argv;

// Nothing secret is sent, so the certificate is not checked here.
const session = connect(address, { rejectUnauthorized: false });
const sentBefore = await askSent();
const long = session.request({ ':path': '/timetable' });

// Nobody reads, so it waits in this process until the server has to stop.
let before = 0;
while (long.readableLength === 0 || long.readableLength > before) {
  before = long.readableLength;
  await after(500);
}
console.log(`unread: ${long.readableLength} bytes`);

// Another stream is not held up by that: it has a window of its own.
const sent = (await askSent()) - sentBefore;
console.log(`less than 100 kB sent: ${sent < 100_000}`);
session.destroy();

/** How many bytes the server has sent so far, to whomever. */
async function askSent(): Promise<number> {
  const small = session.request({ ':path': '/traffic' });
  let text = '';
  for await (const piece of small.setEncoding('utf8')) text += piece;
  return JSON.parse(text).h2.sent;
}
