/**
 * One request whose body is made while it is sent. The server responds to each
 * word at once; when does the page hear of it?
 */
import { button, element, inMs, say, urlBy, type Protocol } from './origins.ts';

const words = ['Platform', 'seven', 'closes', 'in', 'a', 'minute'];
const names = { http1: 'HTTP/1.1', h2: 'HTTP/2' };
const pause = 300; // ms between two words
const timeoutMs = 20_000; // for all of it

const cannot = 'This browser cannot stream a request body; Chromium can.';

export function startDictation() {
  for (const protocol of ['http1', 'h2'] as const)
    element(`dictate-${protocol}`).onclick = () => dictate(protocol);
}

async function dictate(protocol: Protocol) {
  setBusy(protocol, true);
  const began = performance.now();
  const now = () => performance.now() - began;
  const rows = words.map(newRow);
  element('words')
    .querySelector('tbody')!
    .replaceChildren(...rows);
  say('dictated', 'Dictating …');

  // A body that makes its next piece when the browser pulls it.
  const encoder = new TextEncoder();
  let next = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (next > 0) await new Promise((done) => setTimeout(done, pause));
      const word = words[next];
      if (word === undefined) return controller.close();
      set(rows[next]!, 1, now());
      controller.enqueue(encoder.encode(word));
      next += 1;
    },
  });

  try {
    // `half` is the only duplex: first the whole body, then the response.
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit;
    init.signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(urlBy(protocol, '/dictation'), init);
    const there = now();
    let shown = 0;
    const { heard, ms } = await readHeard(response, (soFar, after) => {
      // Several words may arrive as one piece.
      while (shown < words.length && isSaid(soFar, shown + 1)) {
        set(rows[shown]!, 2, after);
        set(rows[shown]!, 3, now());
        shown += 1;
      }
    });
    // Firefox 153 sends the name of the object instead of what it holds.
    if (shown < words.length)
      throw new Error(`the server received “${heard}”. ${cannot}`);
    say(
      'dictated',
      `The page got the first of the response after ${inMs(there)}. ` +
        `The server began it after ${inMs(ms)}, over ${names[protocol]}.`,
    );
  } catch (error) {
    // Not sent, even if the browser has pulled it.
    for (const row of rows) row.replaceWith(newRow(row.cells[0]!.textContent));
    const { name, message } = error as Error;
    const what = name === 'Error' ? message : String(error);
    const why = name === 'NotSupportedError' ? `. ${cannot}` : '';
    say('dictated', `Not dictated over ${names[protocol]}: ${what}${why}`);
  }
  setBusy(protocol, false);
}

/** Whether the server has heard the first `n` words. */
const isSaid = (heard: string, n: number) =>
  heard.startsWith(words.slice(0, n).join(''));

/**
 * Reads the lines of the response: each says what of the body came, and when.
 *
 * @param hear gets what the server has heard so far, and after how many ms
 * @returns all that it has heard, and when it began to respond
 */
async function readHeard(
  response: Response,
  hear: (heard: string, ms: number) => void,
) {
  const reader = response
    .body!.pipeThrough(new TextDecoderStream())
    .getReader();
  let rest = '';
  let heard = '';
  let began: number | undefined;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return { heard, ms: began ?? 0 };
    const lines = (rest + value).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      const { ms, heard: piece } = JSON.parse(line);
      began ??= ms; // the first line comes before any word
      heard += piece;
      hear(heard, ms);
    }
  }
}

function setBusy(protocol: Protocol, busy: boolean) {
  button(`dictate-${protocol}`).disabled = busy;
}

function newRow(word: string) {
  const row = document.createElement('tr');
  for (const text of [word, '–', '–', '–'])
    row.append(
      Object.assign(document.createElement('td'), { textContent: text }),
    );
  return row;
}

function set(row: HTMLTableRowElement, column: number, ms: number) {
  row.cells[column]!.textContent = inMs(ms);
}
