/**
 * One request, with XMLHttpRequest or with fetch, and each event of its life.
 * Both send the same bytes; they differ in what they tell.
 */
import type { News } from '@on-the-wire/shared/board/update.ts';

/** @param take gets the board, if that was what came */
export function startOneRequest(take: (news: News) => void) {
  const form = document.forms.namedItem('one')!;
  const value = (name: string) =>
    (form.elements.namedItem(name) as HTMLSelectElement).value;
  const abort = form.elements.namedItem('abort') as HTMLButtonElement;

  // Those that have not ended: one button gives all of them up.
  const open = new Set<() => void>();
  abort.onclick = () => open.forEach((stop) => stop());

  form.onsubmit = (event) => {
    event.preventDefault();
    const ask = value('api') === 'fetch' ? askWithFetch : askWithXhr;
    const path = value('path');
    log('ask', `${value('api')}: GET ${path}`);
    let stop = () => {};
    void ask(path, Number(value('limit')), {
      onEnd(words, text) {
        log('end', words);
        open.delete(stop);
        abort.disabled = open.size === 0;
        if (path === '/board' && text?.startsWith('{')) take(JSON.parse(text));
      },
      onAbort(how) {
        stop = how;
        open.add(stop);
        abort.disabled = false;
      },
    });
  };
}

interface Told {
  /** How it ended, and the text if one came. */
  onEnd(words: string, text?: string): void;
  /** Gets what stops it. */
  onAbort(stop: () => void): void;
}

function askWithXhr(path: string, limit: number, { onEnd, onAbort }: Told) {
  const request = new XMLHttpRequest();
  request.open('GET', path);

  // One of four events ends it. `load` only says that an answer came, whatever
  // its status; `error` that none came; the other two are our own doing.
  request.onload = () => {
    onEnd(`load, status ${request.status}`, request.responseText);
  };
  request.onerror = () => onEnd(`error, status ${request.status}`);
  request.ontimeout = () => onEnd(`timeout after ${limit} ms`);
  request.onabort = () => onEnd('abort');

  request.onprogress = ({ loaded, lengthComputable, total }) => {
    log('progress', `${loaded} of ${lengthComputable ? total : '?'} bytes`);
  };
  request.timeout = limit; // 0 is none
  onAbort(() => request.abort());
  request.send();
}

async function askWithFetch(
  path: string,
  limit: number,
  { onEnd, onAbort }: Told,
) {
  const aborted = new AbortController();
  onAbort(() => aborted.abort());
  const signals = [aborted.signal];
  if (limit > 0) signals.push(AbortSignal.timeout(limit));

  try {
    // It resolves when the head has come, whatever its status …
    const response = await fetch(path, { signal: AbortSignal.any(signals) });
    log('head', `status ${response.status}`);
    // … and the body is a second thing to wait for.
    onEnd(`resolved, status ${response.status}`, await response.text());
  } catch (error) {
    const { name, message } = error as Error;
    onEnd(`rejected: ${name}: ${message}`);
  }
}

/** Adds a line to the log, newest first, and keeps fifty. */
function log(kind: string, words: string) {
  const line = document.createElement('li');
  line.className = kind;
  line.textContent = `${new Date().toLocaleTimeString()} ${words}`;
  document.getElementById('log')!.prepend(line);
  document.getElementById('log')!.children[50]?.remove();
}
