/**
 * One request whose body is made while it is sent. The server responds to each
 * word at once; when does the page hear of it?
 */
import { button, element, inMs, say, urlBy, type Protocol } from './origins.ts';

const words = ['Platform', 'seven', 'closes', 'in', 'a', 'minute'];
const pause = 300; // ms between two words

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
    const response = await fetch(urlBy(protocol, '/dictation'), init);
    const there = now();
    let at = 0;
    const lines = response
      .body!.pipeThrough(new TextDecoderStream())
      .getReader();
    let text = '';
    for (;;) {
      const { value, done } = await lines.read();
      if (done) break;
      text += value;
      // Only whole lines; the first comes before any word.
      for (const line of text.split('\n').slice(at, -1)) {
        if (at > 0 && rows[at - 1]) {
          set(rows[at - 1]!, 2, JSON.parse(line).ms);
          set(rows[at - 1]!, 3, now());
        }
        at += 1;
      }
    }
    const { ms } = JSON.parse(text.split('\n')[0]!);
    say(
      'dictated',
      `The page got the first of the response after ${inMs(there)}. ` +
        `The server began it after ${inMs(ms)}.`,
    );
  } catch (error) {
    say('dictated', `Not dictated: ${error}`);
  }
  setBusy(protocol, false);
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
