/**
 * Uploads: how much is handed over, how much has arrived, and what becomes of
 * one whose connection is cut. The way that resumes is in resume.ts.
 */
import { resume } from './resume.ts';
import { Refused, upload, type Receipt, type Sending } from './upload.ts';
import { wait } from './ways.ts';

const element = (id: string) => document.getElementById(id)!;

const mostFailures = 6; // in a row, before an upload is given up
const longestPauseMs = 8_000;

export function startLargeBodies() {
  element('send').onclick = () => void send();
  element('stream').onclick = stream;
}

// ---- An upload, in one way or the other ----

async function send() {
  const size = Number(element('send').dataset['size']); // bytes
  // Each word is its own number, so that none can stand in another's place.
  const words = new Uint32Array(Math.ceil(size / 4)).map((_, n) => n);
  const body = new Uint8Array(words.buffer, 0, size);
  const cancelled = new AbortController();
  const tell = (text: string) => {
    element('sent').textContent = text;
  };

  let quarters = 0;
  let failures = 0;
  let best = 0;
  let arrived = 0;
  const sending: Sending = {
    signal: cancelled.signal,
    tell,
    handed(bytes) {
      showBytes('handed', bytes, size);
      if (bytes === size) element('by-then').textContent = of(arrived, size);
      // For those who listen: four sentences, not a hundred numbers.
      const now = Math.floor((4 * bytes) / size);
      if (now > quarters && now < 4) tell(`Sending: ${now * 25} % handed over`);
      quarters = Math.max(quarters, now);
    },
    received(bytes) {
      // It gets on: the next failure is the first.
      if (bytes > best) failures = 0;
      best = Math.max(best, bytes);
      arrived = bytes;
      showBytes('received', bytes, size);
    },
  };
  sending.handed(0);
  sending.received(0);
  element('by-then').textContent = '–';
  element('in-all').textContent = '–';
  tell('Sending …');
  running(true);
  element('cancel').onclick = () => cancelled.abort();

  const isResumed = (element('if-cut') as HTMLSelectElement).value === 'resume';
  const attempt = isResumed ? resume(body, sending) : again(body, sending);
  try {
    for (;;) {
      try {
        const { received, receivedInAll, sha256 } = await attempt();
        showBytes('received', received, size);
        // The server counts. The page does not see it if the browser itself
        // sends a cut request once more.
        element('in-all').textContent = receivedInAll.toLocaleString('en');
        const ours = await crypto.subtle.digest('SHA-256', body);
        const isSame = sha256 === new Uint8Array(ours).toHex();
        return tell(
          `Received, as the server says: SHA-256 ${sha256.slice(0, 16)}…, ` +
            `${isSame ? 'the same as here' : 'another one than here'}`,
        );
      } catch (error) {
        if (cancelled.signal.aborted)
          return tell('Cancelled: the server forgets what it has.');
        if (error instanceof Refused) return tell(error.message);
        failures += 1;
        if (failures > mostFailures)
          return tell('No response: nobody knows what has arrived.');
        // Backoff, with jitter.
        const pauseMs = Math.min(longestPauseMs, 250 * 2 ** failures);
        tell('Cut: another try soon');
        await wait(Math.random() * pauseMs, cancelled.signal).catch(() => {});
      }
    }
  } finally {
    running(false);
  }
}

/** Sends all of it, whatever has arrived before. */
function again(body: Uint8Array<ArrayBuffer>, sending: Sending) {
  const path = `/recordings/${Math.random().toString(36).slice(2)}`;
  return async () => {
    const attempt = new AbortController();
    const signal = AbortSignal.any([attempt.signal, sending.signal]);
    void watchReceived(path, sending, signal);
    try {
      return await upload('PUT', path, {}, body, sending);
    } finally {
      attempt.abort();
    }
  };
}

/**
 * Only the server knows what it has received: polls it every 300 ms, and not
 * before: on another connection, a request may arrive before the upload.
 */
async function watchReceived(
  path: string,
  { received: show }: Sending,
  signal: AbortSignal,
) {
  try {
    // The next request only after this response, and no response after the end:
    // a late one would replace a newer one.
    for (;;) {
      await wait(300, signal);
      const response = await fetch(path, { signal });
      const { received } = response.ok
        ? ((await response.json()) as Receipt)
        : { received: 0 };
      show(received);
    }
  } catch {
    // The upload has ended; or the connection broke, and the upload tells it.
  }
}

function running(is: boolean) {
  (element('send') as HTMLButtonElement).disabled = is;
  (element('cancel') as HTMLButtonElement).disabled = !is;
}

/** Shows a number of bytes as text and as a bar. */
function showBytes(id: string, bytes: number, total: number) {
  (element(id) as HTMLProgressElement).value = bytes / total;
  element(`${id}-bytes`).textContent = of(bytes, total);
}

const of = (bytes: number, total: number) =>
  `${bytes.toLocaleString('en')} of ${total.toLocaleString('en')}`;

// ---- A body that is made while it is sent ----

/**
 * That a response comes proves nothing: a browser that does not know such
 * bodies may send the name of the object. So the server says how much it has
 * received.
 */
async function stream() {
  const made = new TextEncoder().encode('Attention please');
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(made);
      controller.close();
    },
  });
  try {
    const init = { method: 'PUT', body, duplex: 'half' };
    const response = await fetch('/recordings/streamed', init as RequestInit);
    if (!response.ok) throw new Error(await response.text());
    const { received } = await response.json();
    const isWhole = received === made.length;
    element('sent').textContent =
      `${isWhole ? 'Streamed' : 'Not streamed'}: this page made ` +
      `${made.length} bytes, the server has received ${received}.`;
  } catch (error) {
    element('sent').textContent = `Not streamed: ${error}`;
  }
}
