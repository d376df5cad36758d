/** Twelve event streams to one origin, and an ordinary request as well. */
import { button, element, inMs, say, urlBy, type Protocol } from './origins.ts';
import { createWatchdog } from './watchdog.ts';

let sources: EventSource[] = [];
let requesting: AbortController | undefined;

const names = { http1: 'HTTP/1.1', h2: 'HTTP/2' };
/** What became of the ordinary request, to be compared. */
const results = new Map<Protocol, string>();

export function startTwelve() {
  element('twelve-http1').onclick = () => open('http1');
  element('twelve-h2').onclick = () => open('h2');
  element('twelve-close').onclick = close;
}

function open(protocol: Protocol) {
  close();
  button('twelve-close').disabled = false;
  sources = Array.from({ length: 12 }, () => {
    const source = new EventSource(urlBy(protocol, '/events'));
    // One that has been silent for so long is not open, whatever it says.
    const watchdog = createWatchdog(() => {
      source.close();
      show();
    });
    source.addEventListener('heartbeat', watchdog.restart);
    source.onerror = () => {
      watchdog.stop();
      show();
    };
    source.onopen = () => {
      watchdog.restart();
      show();
      // Six are open: more will not open over HTTP/1.1.
      if (openOnes().length === 6 && !requesting) void request(protocol);
    };
    return source;
  });
  show();
}

const openOnes = () => sources.filter(({ readyState }) => readyState === 1);

/** Sends an ordinary request to the same origin: how long does it take? */
async function request(protocol: Protocol) {
  const own = new AbortController();
  requesting = own;
  results.delete(protocol);
  const began = performance.now();
  const tell = (what: string) => {
    const took = inMs(performance.now() - began);
    if (requesting !== own) return;
    results.set(protocol, `over ${names[protocol]} ${what} ${took}`);
    say('beside', `An ordinary request: ${[...results.values()].join('; ')}.`);
  };
  const ticking = setInterval(tell, 200, 'no response after');
  try {
    const url = urlBy(protocol, '/board?station=42&wait=0');
    const { signal } = own;
    await (await fetch(url, { cache: 'no-store', signal })).text();
    tell('response after');
  } catch {
    // Aborted, by the button that closes the event streams.
  }
  clearInterval(ticking);
}

function close() {
  for (const source of sources) source.close();
  sources = [];
  requesting?.abort();
  requesting = undefined;
  button('twelve-close').disabled = true;
  show();
}

function show() {
  const dots = sources.map(({ readyState }) => {
    const dot = document.createElement('li');
    if (readyState === 1) dot.className = 'open';
    return dot;
  });
  element('dots').replaceChildren(...dots);
  say(
    'twelve-state',
    sources.length
      ? `${openOnes().length} of ${sources.length} are open.`
      : 'None is open.',
  );
}
