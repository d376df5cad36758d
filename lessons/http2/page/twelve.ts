/** Twelve event streams to one origin, and an ordinary request as well. */
import { button, element, inMs, say, urlBy, type Protocol } from './origins.ts';

let sources: EventSource[] = [];
let requesting: AbortController | undefined;

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
    source.onerror = show;
    source.onopen = () => {
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
  const began = performance.now();
  const tell = (what: string) => {
    const took = inMs(performance.now() - began);
    if (requesting === own)
      say('beside', `An ordinary request: ${what} ${took}.`);
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
  say('beside', 'No ordinary request beside them.');
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
