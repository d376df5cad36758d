/** Bodies that take their time: up with progress, down with progress. */
import { wait } from './ways.ts';

const element = (id: string) => document.getElementById(id)!;

export function startLargeBodies() {
  element('send').onclick = send;
  element('stream').onclick = stream;
  element('load-map').onclick = () => load('/map');
  element('load-map-raw').onclick = () => load('/map?gzip=no');
}

// ---- Up ----

/** Sends a recording, and compares what is handed over with what arrived. */
function send() {
  const path = `/recordings/${Math.random().toString(36).slice(2)}`;
  const size = Number(element('send').dataset['size']); // bytes
  const recording = new Uint8Array(size);
  const request = new XMLHttpRequest();
  request.open('PUT', path);
  showBytes('handed', 0, size);
  showBytes('received', 0, size);
  running(true);

  // XMLHttpRequest tells the progress of an upload, fetch does not. It counts
  // what was handed to the operating system, not what has arrived.
  request.upload.onprogress = ({ loaded }) => {
    showBytes('handed', loaded, size);
  };

  const sending = new AbortController();
  void watchReceived(path, size, sending.signal);

  request.onload = () => {
    if (request.status !== 200) return end(`${request.status}`);
    const { received, sha256 } = JSON.parse(request.responseText);
    showBytes('received', received, size);
    end(`Received, as the server says: SHA-256 ${sha256.slice(0, 16)}…`);
  };
  request.onerror = () => end('No response: nobody knows what has arrived.');
  request.onabort = () => end('Cancelled: the server forgets what it has.');
  const end = (words: string) => {
    sending.abort();
    running(false);
    element('sent').textContent = words;
  };

  element('cancel').onclick = () => request.abort();
  element('sent').textContent = 'Sending …';
  request.send(recording);
}

/** Only the server knows what it has received: polls it every 300 ms. */
async function watchReceived(path: string, size: number, signal: AbortSignal) {
  try {
    // The next request only after this response, and no response after the end:
    // a late one would replace a newer one.
    for (;;) {
      const response = await fetch(path, { signal });
      const { received } = response.ok
        ? await response.json()
        : { received: 0 };
      showBytes('received', received, size);
      await wait(300, signal);
    }
  } catch {
    // The upload has ended; or the connection broke, and the upload tells it.
  }
}

function running(is: boolean) {
  (element('send') as HTMLButtonElement).disabled = is;
  (element('cancel') as HTMLButtonElement).disabled = !is;
}

/**
 * A body that is made while it is sent. That a response comes proves nothing: a
 * browser that does not know such bodies may send the name of the object. So
 * the server says how much it has received.
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

// ---- Down ----

let loading: XMLHttpRequest | undefined;

/** Loads the map, and shows it. */
function load(path: string) {
  // A second click replaces the first: its response is no longer wanted.
  loading?.abort();
  const request = new XMLHttpRequest();
  loading = request;
  request.open('GET', path);

  // Not text: the bytes themselves, in an object that an image can show.
  request.responseType = 'blob';

  // Content-Length counts compressed bytes. A browser whose `loaded` counts
  // decompressed ones gives no total: Chromium and WebKitGTK, not Firefox.
  request.onprogress = ({ loaded, lengthComputable, total }) => {
    showBytes('loaded', loaded, lengthComputable ? total : undefined);
  };
  request.onload = () => {
    if (request.status !== 200) return fail(`${request.status}`);
    (element('loaded') as HTMLProgressElement).value = 1;
    const map = element('map') as HTMLImageElement;
    URL.revokeObjectURL(map.src);
    map.src = URL.createObjectURL(request.response as Blob);
    map.hidden = false;
  };
  request.onerror = () => fail('No response.');
  const fail = (words: string) => {
    (element('loaded') as HTMLProgressElement).value = 0;
    element('loaded-bytes').textContent = words;
  };
  request.send();
}

/** Shows a number of bytes as text and as a bar; no bar without a total. */
function showBytes(id: string, bytes: number, total?: number) {
  const bar = element(id) as HTMLProgressElement;
  if (total === undefined) bar.removeAttribute('value');
  else bar.value = bytes / total;
  const of = total === undefined ? '?' : total.toLocaleString('en');
  element(`${id}-bytes`).textContent = `${bytes.toLocaleString('en')} of ${of}`;
}
