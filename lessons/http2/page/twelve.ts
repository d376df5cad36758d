/** Twelve event streams to one origin, and an ordinary request beside them. */
import { button, element, inMs, say, urlBy, type Protocol } from './origins.ts';

let sources: EventSource[] = [];
let asking: AbortController | undefined;

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
    source.onopen = source.onerror = show;
    return source;
  });
  show();
  void ask(protocol);
}

/** An ordinary request to the same origin: how long does it take? */
async function ask(protocol: Protocol) {
  const own = new AbortController();
  asking = own;
  const began = performance.now();
  const tell = (what: string) => {
    const took = inMs(performance.now() - began);
    if (asking === own) say('beside', `An ordinary request: ${what} ${took}.`);
  };
  const ticking = setInterval(tell, 200, 'no answer after');
  try {
    const url = urlBy(protocol, '/board?station=42&wait=0');
    const { signal } = own;
    await (await fetch(url, { cache: 'no-store', signal })).text();
    tell('answered after');
  } catch {
    tell('given up after');
  }
  clearInterval(ticking);
}

function close() {
  for (const source of sources) source.close();
  sources = [];
  asking?.abort();
  button('twelve-close').disabled = true;
  show();
}

function show() {
  const isOpen = sources.map(({ readyState }) => readyState === 1);
  const dots = isOpen.map((open) => {
    const dot = document.createElement('li');
    if (open) dot.className = 'open';
    return dot;
  });
  element('dots').replaceChildren(...dots);
  const open = isOpen.filter(Boolean).length;
  say(
    'twelve-state',
    sources.length ? `${open} of ${sources.length} are open.` : 'None is open.',
  );
}
