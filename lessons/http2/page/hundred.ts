/** The boards of a hundred stations, by HTTP/1.1 and by HTTP/2. */
import { element, inMs, say, urlBy, type Protocol } from './origins.ts';

const count = 100;

export function startHundred() {
  const form = document.forms.namedItem('hundred')!;
  const submit = form.querySelector('button')!;
  form.onsubmit = async (event) => {
    event.preventDefault();
    submit.disabled = true;
    const wait = String(new FormData(form).get('wait'));
    try {
      // One after the other: they shall not take each other's room.
      const old = await load('http1', wait);
      const young = await load('h2', wait);
      const longest = Math.max(old.took, young.took);
      draw('http1', old.boards, longest);
      draw('h2', young.boards, longest);
    } catch (error) {
      say('h2-counts', `It has failed: ${error}`);
    }
    submit.disabled = false;
  };
}

type Board = PerformanceResourceTiming;

/** Loads all boards at once, and says what that took. */
async function load(protocol: Protocol, wait: string) {
  say(`${protocol}-counts`, 'Loading …');
  performance.clearResourceTimings();
  performance.setResourceTimingBufferSize(1_000);
  const before = await traffic(protocol);
  const began = performance.now();
  await Promise.all(
    Array.from({ length: count }, async (_, station) => {
      const path = `/board?station=${station}&wait=${wait}`;
      const answer = await fetch(urlBy(protocol, path), { cache: 'no-store' });
      await answer.json();
    }),
  );
  const took = performance.now() - began;
  const after = await traffic(protocol);

  const boards = performance
    .getEntriesByType('resource')
    .filter(({ name }) => name.includes('/board?')) as Board[];
  const bytes = after.received + after.sent - before.received - before.sent;
  say(
    `${protocol}-counts`,
    `${inMs(took)}, ${connectionsOf(boards)}, ` +
      `${Math.round(bytes / 1_000)} kB`,
  );
  return { took, boards };
}

/** By how many connections the answers came: the server numbers them. */
function connectionsOf(boards: Board[]) {
  const numbers = boards.map(
    ({ serverTiming }) => serverTiming[0]?.description,
  );
  // WebKit does not hand on what the server says about another origin's.
  if (numbers.includes(undefined)) return 'by how many connections: not told';
  const different = new Set(numbers).size;
  return different === 1 ? '1 connection' : `${different} connections`;
}

async function traffic(protocol: Protocol) {
  const answer = await fetch('/traffic', { cache: 'no-store' });
  return (await answer.json())[protocol] as { received: number; sent: number };
}

/** Draws a line for each board, from when it was wanted until it was there. */
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
        bar('answered', row, requestStart, responseEnd),
      ]),
  );
  const last = Math.max(...boards.map(({ responseEnd }) => responseEnd));
  chart.setAttribute(
    'aria-label',
    `${boards.length} boards, the last after ${inMs(last - first)}`,
  );
}
