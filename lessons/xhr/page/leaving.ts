/** Three ways to send something as the page goes, and which of them arrive. */
import { wait } from './ways.ts';

const element = (id: string) => document.getElementById(id)!;
const ways = ['fetch', 'keepalive', 'beacon'] as const;
type Way = (typeof ways)[number];

const longestMs = 5_000; // how long the next page looks for what was sent

export function startLeaving() {
  element('stay').onclick = () => sendAll(newKey(), show);
  element('leave').onclick = () => {
    const farewell = newKey();
    // The entry in the tab's history keeps it: `sessionStorage` is forbidden to
    // a page over HTTPS in the frame of one over HTTP.
    history.replaceState({ farewell }, '');
    // Nobody is left to hear how the promises end.
    addEventListener('pagehide', () => sendAll(farewell, () => {}));
    location.reload();
  };
  const { farewell } = (history.state ?? {}) as { farewell?: string };
  history.replaceState(null, '');
  if (farewell) void lookFor(farewell);
}

const newKey = () => Math.random().toString(36).slice(2);
const show = (way: Way, words: string) => {
  element(`left-${way}`).textContent = words;
};

/** Sends it three times. */
function sendAll(key: string, tell: (way: Way, words: string) => void) {
  const size = Number((element('farewell-size') as HTMLSelectElement).value);
  const body = new Uint8Array(size);
  const init = { method: 'POST', body };
  const path = (way: Way) => `/recordings/${key}-${way}`;
  const send = (way: Way, more: RequestInit) => {
    fetch(path(way), { ...init, ...more }).then(
      ({ status }) => tell(way, `resolved, status ${status}`),
      (error: Error) => tell(way, `rejected, ${error.name}`),
    );
  };

  // The beacon first: all bodies together have one limit.
  const isQueued = navigator.sendBeacon(path('beacon'), body);
  tell('beacon', `returned ${isQueued}`);
  send('keepalive', { keepalive: true });
  send('fetch', {});
}

/** In the page that came after: asks the server what has arrived. */
async function lookFor(key: string) {
  const until = performance.now() + longestMs;
  const { signal } = new AbortController();
  await Promise.all(
    ways.map(async (way) => {
      while (performance.now() < until) {
        const response = await fetch(`/recordings/${key}-${way}`);
        if (response.ok) {
          const { received } = (await response.json()) as { received: number };
          return show(way, `arrived, ${received.toLocaleString('en')} bytes`);
        }
        await wait(300, signal);
      }
      return show(way, 'not arrived');
    }),
  ).catch((error: Error) => show('fetch', `nobody knows: ${error.message}`));
}
