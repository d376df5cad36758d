/**
 * A client that asks for much and reads nothing, to see how much is sent to
 * it: `pnpm exec node lessons/http2/slow-reader.ts <address of the lesson>`
 */
import { connect } from 'node:http2';
import { setTimeout as after } from 'node:timers/promises';

const [, , address = ''] = process.argv;

// Whoever wants to know that it is the lesson must know its certificate.
const session = connect(address, { rejectUnauthorized: false });
const sentBefore = await askSent();
const long = session.request({ ':path': '/timetable' });

// Without a reader it waits here, and grows until the server stops by itself.
let before = 0;
while (long.readableLength === 0 || long.readableLength > before) {
  before = long.readableLength;
  await after(500);
}
console.log(`unread: ${long.readableLength} bytes`);

// Another stream is not held up by that: it has room of its own.
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
