/**
 * A model's answer: the response to a POST, an event stream that `fetch` reads.
 * What an EventSource does by itself is written here: read events however they
 * are cut, reconnect, name the last id. And what it cannot do: ask, and stop.
 */
import { EventParser } from './event-parser.ts';

const attempts = 6; // in a row, without any event
const firstMs = 500; // the longest wait after the first of them
const silenceMs = 15_000; // without any byte: the connection counts as lost

const element = (id: string) => document.getElementById(id)!;
const button = (id: string) => element(id) as HTMLButtonElement;

/** What is known of an answer. It outlives the page, but not the tab. */
interface Answer {
  /** Empty until the first event has come: there is nothing to go on with. */
  id: string;
  lastId: string;
  text: string;
  state: 'running' | 'complete' | 'failed' | 'stopped';
}

/** Missing where a browser forbids it, as to a frame of another site's page. */
let storage: Storage | undefined;
try {
  storage = sessionStorage;
} catch {}

let answer: Answer;
let requests = 0;
/** The next event is the first that this request brings. */
let isFirst = true;
/** Ends the request that runs, and all that would follow it. */
let running = new AbortController();

// ---- Ask, and go on ----

(element('asking') as HTMLFormElement).onsubmit = (event) => {
  event.preventDefault();
  if (button('ask').disabled) return; // Enter in the field presses it, too
  answer = { id: '', lastId: '', text: '', state: 'running' };
  requests = 0;
  const { value } = element('question') as HTMLInputElement;
  void follow('Asked. The first token takes longest.', () =>
    request('/v1/chat/completions', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        model: 'timetable-1',
        stream: true,
        messages: [{ role: 'user', content: value }],
      }),
    }),
  );
};

/** Asks for all that comes after the last event which came whole. */
const resume = () =>
  request(`/answers/${answer.id}`, {
    headers: { 'Last-Event-ID': answer.lastId },
  });

element('go-on').onclick = () => void follow('Going on …', resume);

/** Reads the answer to its end, over as many connections as that takes. */
async function follow(said: string, ask: () => Promise<void>) {
  running = new AbortController();
  const { signal } = running;
  tell(said, true);
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const before = answer.lastId;
    try {
      await ask();
    } catch (error) {
      // The network's error means a cut; what the server has refused, it will
      // refuse again.
      if (signal.aborted) return;
      lastRead(`threw ${error}`);
      if (error instanceof Refused) end('failed', error.message);
    }
    if (signal.aborted || answer.state !== 'running') return;

    // The body has ended, in whatever way, and nothing said that this is all.
    if (answer.id === '')
      return end('failed', 'it was cut before its first event.');
    ask = resume;
    if (answer.lastId !== before) attempt = 1; // some has come: begin again
    if (attempt === attempts) break;
    tell('The answer was cut: resuming.', true);
    // Each wait may be twice as long, and a random share of it is waited: of a
    // thousand pages that were cut together, each resumes at a time of its own.
    const waitMs = Math.random() * firstMs * 2 ** (attempt - 1);
    await new Promise((done) => setTimeout(done, waitMs));
    if (signal.aborted) return;
  }
  tell(`The answer is cut, and ${attempts} attempts brought no more.`, false);
  element('go-on').hidden = false;
}

/** The server has said no, in a sentence. */
class Refused extends Error {
  override name = 'Refused';
}

/** Sends one request, and reads the response to its end. */
async function request(url: string, init: RequestInit) {
  const silence = new AbortController();
  const signal = AbortSignal.any([running.signal, silence.signal]);
  let watchdog = setTimeout(() => silence.abort(), silenceMs);
  requests += 1;
  isFirst = true;
  lastRead('waits');
  try {
    const response = await fetch(url, { ...init, signal });
    // What a proxy cannot reach may be back soon; what is unknown will not be.
    if (response.status >= 500) throw new Error(`status ${response.status}`);
    if (!response.ok) throw new Refused(await response.text());

    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    const parser = new EventParser();
    for (;;) {
      const { done, value } = await reader.read();
      clearTimeout(watchdog);
      if (done) break;
      watchdog = setTimeout(() => silence.abort(), silenceMs);
      // Half a character stays in the decoder, half an event in the parser.
      const text = decoder.decode(value, { stream: true });
      for (const { id, data } of parser.feed(text)) take(id, data);
    }
    lastRead('done: true');
  } finally {
    clearTimeout(watchdog);
  }
}

/** An event: a token, why the answer has ended, or what went wrong. */
function take(id: string, data: string) {
  if (data === '[DONE]') return;
  const { id: of, choices, error } = JSON.parse(data);
  if (error) return end('failed', error.message);

  const [{ delta, finish_reason: reason }] = choices;
  if (isFirst) tell(`The answer ${answer.id ? 'goes on' : 'has begun'}.`, true);
  isFirst = false;
  answer.id = of;
  answer.lastId = id;
  answer.text += delta.content ?? '';
  show();
  // Only this makes it complete. That a body ends proves nothing.
  if (reason) end('complete');
}

// ---- Stop ----

element('stop').onclick = async () => {
  running.abort();
  end('stopped');
  const stopped = answer;
  // To leave would not do: a model goes on for a while, if its reader is gone.
  await fetch(`/answers/${answer.id}`, { method: 'DELETE' }).catch(() => {
    if (answer !== stopped) return; // another question was asked meanwhile
    tell('The answer was stopped here; the server was not reached.', false);
  });
};

// ---- What is kept, and what is seen ----

function end(state: Answer['state'], why = '') {
  answer.state = state;
  const said = {
    running: '',
    complete: 'The answer is complete.',
    failed: `The answer failed: ${why}`,
    stopped: 'The answer was stopped.',
  };
  tell(said[state], false);
  show();
}

/**
 * Says something that a screen reader reads aloud: that the answer has begun,
 * and how it has ended; no token. `busy`: more of it is to come.
 */
function tell(said: string, busy: boolean) {
  element('told').textContent = said;
  element('told').dataset['state'] = answer.state;
  element('answer').ariaBusy = String(busy);
  element('go-on').hidden = true;
  button('ask').disabled = busy;
  show();
}

/** Shows the answer as it is, and keeps it: a reload goes on from here. */
function show() {
  const { id, lastId, text, state } = answer;
  storage?.setItem('answer', JSON.stringify(answer));
  element('answer').textContent = text;
  element('answer-id').textContent = lastId || 'none';
  element('requests').textContent = String(requests);
  button('stop').disabled = id === '' || state !== 'running';
}

/** What the loop got last: not enough to know whether the answer is whole. */
function lastRead(said: string) {
  element('last-read').textContent = said;
}

const kept = storage?.getItem('answer');
if (kept) {
  answer = JSON.parse(kept);
  const { id, state } = answer;
  if (state === 'running' && id) void follow('Going on …', resume);
  else show();
}
