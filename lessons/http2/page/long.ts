/** An answer of some 30 MB, of which the page reads as much as it likes. */
import { button, element, say } from './origins.ts';

let reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
let cancel = new AbortController();
let read = 0;

export function startLong() {
  element('ask-long').onclick = ask;
  element('read-long').onclick = readMore;
  element('cancel-long').onclick = () => {
    cancel.abort();
    stop('Cancelled: the stream is reset, and the connection lives on.');
  };
}

async function ask() {
  cancel.abort();
  cancel = new AbortController();
  read = 0;
  const { signal } = cancel;
  const before = await sent();
  const answer = await fetch('/timetable', { cache: 'no-store', signal });
  reader = answer.body!.getReader();
  button('read-long').disabled = false;
  button('cancel-long').disabled = false;

  // What the server has sent on all connections since then. The rest of it is
  // but a few bytes.
  while (!signal.aborted) {
    const mega = (bytes: number) => (bytes / 1_000_000).toFixed(1);
    const all = (await sent()) - before;
    if (signal.aborted) return;
    say(
      'long-state',
      `The server has sent ${mega(all)} MB, the page has read ${mega(read)} MB.`,
    );
    await new Promise((done) => setTimeout(done, 400));
  }
}

async function sent(): Promise<number> {
  const answer = await fetch('/traffic', { cache: 'no-store' });
  const { h2, http1 } = await answer.json();
  return h2.sent + http1.sent;
}

async function readMore() {
  const enough = read + 4_000_000;
  try {
    while (read < enough) {
      const { value, done } = await reader!.read();
      if (done) {
        cancel.abort();
        return stop(`All of it is read: ${read.toLocaleString('en')} bytes.`);
      }
      read += value.length;
    }
  } catch {
    // cancelled meanwhile, which its button has said
  }
}

function stop(words: string) {
  button('read-long').disabled = true;
  button('cancel-long').disabled = true;
  say('long-state', words);
}
