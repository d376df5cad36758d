/** The boards of a hundred stations, over HTTP/1.1 and over HTTP/2. */
import { element, inMs, say, urlBy, type Protocol } from './origins.ts';
import { createWatchdog } from './watchdog.ts';

const count = 100;

export function startHundred() {
  const form = document.forms.namedItem('hundred')!;
  const submit = form.querySelector('button')!;
  form.onsubmit = async (event) => {
    event.preventDefault();
    submit.disabled = true;
    const wait = String(new FormData(form).get('wait'));
    // What stood there is of another time.
    say('h2-counts', 'After HTTP/1.1 …');
    say('h2-late', '');
    try {
      // One after the other, so that they do not slow each other down.
      const http1 = await load('http1', wait);
      const h2 = await load('h2', wait);
      const longest = Math.max(http1.took, h2.took);
      draw('http1', http1.boards, longest);
      draw('h2', h2.boards, longest);
    } catch (error) {
      say('h2-counts', `Failed: ${error}`);
    }
    submit.disabled = false;
  };
}

type Board = PerformanceResourceTiming;

/** ms that a board may take longer than the server has it; then it is late. */
const tolerance = 500;

/** Loads all boards at once, and shows what that took. */
async function load(protocol: Protocol, wait: string) {
  say(`${protocol}-counts`, 'Loading …');
  say(`${protocol}-late`, '');
  performance.clearResourceTimings();
  performance.setResourceTimingBufferSize(1_000);
  const over = new AbortController();
  const { signal } = over;
  const watchdog = createWatchdog(() => over.abort('nothing for 12 s'));
  watchdog.restart();
  const before = await traffic(protocol, signal);
  const began = performance.now();
  const connections = await Promise.all(
    Array.from({ length: count }, async (_, station) => {
      const path = `/board?station=${station}&wait=${wait}`;
      const url = urlBy(protocol, path);
      const response = await fetch(url, { cache: 'no-store', signal });
      await response.json();
      watchdog.restart();
      // The number of its connection. WebKit shows a page this header, but has
      // no `serverTiming` of another origin.
      return response.headers.get('Server-Timing');
    }),
  );
  const took = performance.now() - began;
  const after = await traffic(protocol, signal);
  watchdog.stop();

  const boards = performance
    .getEntriesByType('resource')
    .filter(({ name }) => name.includes('/board?')) as Board[];
  const bytes = after.received + after.sent - before.received - before.sent;
  say(
    `${protocol}-counts`,
    `${inMs(took)}, ${plural(new Set(connections).size)}, ` +
      `${Math.round(bytes / 1_000)} kB,`,
  );
  // From the moment it was sent: what waited in the browser before is not late.
  const late = boards.filter(
    ({ requestStart, responseEnd }) =>
      responseEnd - requestStart > Number(wait) + tolerance,
  );
  say(`${protocol}-late`, `${late.length} late`);
  return { took, boards };
}

const plural = (n: number) => (n === 1 ? '1 connection' : `${n} connections`);

async function traffic(protocol: Protocol, signal: AbortSignal) {
  const response = await fetch('/traffic', { cache: 'no-store', signal });
  return (await response.json())[protocol] as {
    received: number;
    sent: number;
  };
}

/** Draws a bar for each board, from `fetch` to the end of its response. */
function draw(protocol: Protocol, boards: Board[], longest: number) {
  const chart = element(`${protocol}-chart`);
  const first = Math.min(...boards.map(({ startTime }) => startTime));
  chart.setAttribute('viewBox', `0 0 ${longest} ${count}`);
  chart.setAttribute('preserveAspectRatio', 'none');
  const bar = (name: string, row: number, from: number, to: number) => {
    const line = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    line.setAttribute('class', name);
    line.setAttribute('x', String(from - first));
    line.setAttribute('y', String(row + 0.1));
    line.setAttribute('width', String(Math.max(to - from, longest / 300)));
    line.setAttribute('height', '0.8');
    return line;
  };
  chart.replaceChildren(
    ...boards
      .sort((a, b) => a.responseEnd - b.responseEnd)
      .flatMap(({ startTime, requestStart, responseEnd }, row) => [
        bar('waited', row, startTime, requestStart),
        bar('received', row, requestStart, responseEnd),
      ]),
  );
  const last = Math.max(...boards.map(({ responseEnd }) => responseEnd));
  chart.setAttribute(
    'aria-label',
    `${boards.length} boards, the last after ${inMs(last - first)}`,
  );
}
