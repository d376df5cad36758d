/** Bodies that take their time: up with progress, down with progress. */

const element = (id: string) => document.getElementById(id)!;
const size = 20_000_000; // bytes of a recording

export function startLargeBodies() {
  element('send').onclick = send;
  element('stream').onclick = stream;
  element('load-map').onclick = () => load('/map');
  element('load-map-raw').onclick = () => load('/map?gzip=no');
}

// ---- Up ----

/** Sends a recording, and compares what is handed over with what has come. */
function send() {
  const path = `/recordings/${Math.random().toString(36).slice(2)}`;
  const recording = new Uint8Array(size);
  const request = new XMLHttpRequest();
  request.open('PUT', path);
  showBytes('handed', 0, size);
  showBytes('received', 0, size);
  running(true);

  // Progress up is what XMLHttpRequest has and fetch has not. It counts what
  // was handed to the system, which may be far from where it has arrived.
  request.upload.onprogress = ({ loaded }) => {
    showBytes('handed', loaded, size);
  };

  // Only the server knows what it has received: we ask, now and then.
  const asking = setInterval(async () => {
    const answer = await fetch(path);
    if (!answer.ok || request.readyState === XMLHttpRequest.DONE) return;
    showBytes('received', (await answer.json()).received, size);
  }, 300);

  request.onload = () => {
    if (request.status !== 200) return end(`${request.status}`);
    const { received, sha256 } = JSON.parse(request.responseText);
    showBytes('received', received, size);
    end(`Received, as the server says: SHA-256 ${sha256.slice(0, 16)}…`);
  };
  request.onerror = () => end('No answer: nobody knows what has arrived.');
  request.onabort = () => end('Cancelled: the server forgets what it has.');
  const end = (words: string) => {
    clearInterval(asking);
    running(false);
    element('sent').textContent = words;
  };

  element('cancel').onclick = () => request.abort();
  element('sent').textContent = 'Sending …';
  request.send(recording);
}

function running(is: boolean) {
  (element('send') as HTMLButtonElement).disabled = is;
  (element('cancel') as HTMLButtonElement).disabled = !is;
}

/** A body that is made while it is sent: not over HTTP/1.1 in Chromium. */
async function stream() {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('Attention please'));
      controller.close();
    },
  });
  try {
    const init = { method: 'PUT', body, duplex: 'half' };
    const answer = await fetch('/recordings/streamed', init as RequestInit);
    element('sent').textContent = `Streamed: ${await answer.text()}`;
  } catch (error) {
    element('sent').textContent = `Not streamed: ${error}`;
  }
}

// ---- Down ----

/** Loads the map, and shows it. */
function load(path: string) {
  const request = new XMLHttpRequest();
  request.open('GET', path);

  // Not a text: the bytes themselves, in an object that an image can show.
  request.responseType = 'blob';

  // A compressed answer has no total that would fit: `loaded` counts the bytes
  // after decompression, Content-Length those before.
  request.onprogress = ({ loaded, lengthComputable, total }) => {
    showBytes('loaded', loaded, lengthComputable ? total : undefined);
  };
  request.onload = () => {
    const map = element('map') as HTMLImageElement;
    URL.revokeObjectURL(map.src);
    map.src = URL.createObjectURL(request.response as Blob);
    map.hidden = false;
  };
  request.onerror = () => {
    element('loaded-bytes').textContent = 'No answer.';
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
