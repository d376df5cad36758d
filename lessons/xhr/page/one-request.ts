/**
 * One request, with XMLHttpRequest or with fetch, and every event of its life.
 * They differ in what they tell the page, and hardly in what they send.
 */
import type { News } from '@on-the-wire/shared/board/update.ts';

/** @param take gets the board, if that was what came */
export function startOneRequest(take: (news: News) => void) {
  const form = document.forms.namedItem('one')!;
  const value = (name: string) =>
    (form.elements.namedItem(name) as HTMLSelectElement).value;
  const abort = form.elements.namedItem('abort') as HTMLButtonElement;

  // Those that have not ended: one button aborts all of them.
  const open = new Set<() => void>();
  abort.onclick = () => open.forEach((stop) => stop());

  form.onsubmit = (event) => {
    event.preventDefault();
    const send = value('api') === 'fetch' ? sendWithFetch : sendWithXhr;
    const path = value('path');
    log('request', `${value('api')}: GET ${path}`);
    let stop = () => {};
    void send(path, Number(value('timeout')), {
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

interface Callbacks {
  /** How it ended, and the text if one came. */
  onEnd(words: string, text?: string): void;
  /** Gets what stops it. */
  onAbort(stop: () => void): void;
}

function sendWithXhr(
  path: string,
  timeoutMs: number,
  { onEnd, onAbort }: Callbacks,
) {
  const request = new XMLHttpRequest();
  request.open('GET', path);

  // One of four events ends it. `load` only says that a response came, whatever
  // its status code; `error` that none came; the other two we cause ourselves.
  request.onload = () => {
    onEnd(`load, status ${request.status}`, request.responseText);
  };
  request.onerror = () => onEnd(`error, status ${request.status}`);
  request.ontimeout = () => onEnd(`timeout after ${timeoutMs} ms`);
  request.onabort = () => onEnd('abort');

  request.onprogress = ({ loaded, lengthComputable, total }) => {
    log('progress', `${loaded} of ${lengthComputable ? total : '?'} bytes`);
  };
  request.timeout = timeoutMs; // 0 is none
  onAbort(() => request.abort());
  request.send();
}

async function sendWithFetch(
  path: string,
  timeoutMs: number,
  { onEnd, onAbort }: Callbacks,
) {
  const aborted = new AbortController();
  onAbort(() => aborted.abort());
  const signals = [aborted.signal];
  if (timeoutMs > 0) signals.push(AbortSignal.timeout(timeoutMs));
  const signal = AbortSignal.any(signals);

  try {
    // It resolves when the headers are here, whatever the status code …
    const response = await fetch(path, { signal });
    log('headers', `status ${response.status}`);
    // … and the body is a second thing to wait for.
    onEnd(`resolved, status ${response.status}`, await response.text());
  } catch (error) {
    // If the signal has ended it, the signal says why. The error need not:
    // after a timeout it is an AbortError in WebKitGTK.
    const { name, message } = signal.aborted ? signal.reason : error;
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
