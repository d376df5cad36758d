/**
 * A stored response: loads the timetable again and again, by `fetch` and as a
 * document, and tells of each load what a page can know: which copy came, how
 * old it is, and what the browser says that was transferred.
 */
const element = (id: string) => document.getElementById(id)!;

export function startStored() {
  const form = document.forms.namedItem('stored')!;
  const value = (name: string) =>
    (form.elements.namedItem(name) as HTMLSelectElement).value;
  form.onsubmit = (event) => {
    event.preventDefault();
    void fetchIt(value('control'), value('cache') as RequestCache);
  };
  element('link').onclick = () => void follow(value('control'));
  element('reload').onclick = () => void reload();
}

// Of another load of this page nothing is stored yet: its address is another.
const visit = Math.random().toString(36).slice(2, 7);
const addressOf = (path: string, control: string) =>
  `${path}?${new URLSearchParams({ control, visit })}`;

async function fetchIt(control: string, cache: RequestCache) {
  const url = addressOf('/timetable', control);
  const entry = nextEntry(new URL(url, location.href).href);
  log('request', `fetch, ${cache}: ${control || 'no Cache-Control'}`);
  try {
    // Only a page of the same origin may ask for what is stored alone.
    const init = { cache, mode: 'same-origin' } as const;
    const response = await fetch(url, init);
    const { headers, status } = response;
    const { copy = 0 } = await response.json();
    const timing = await entry.here;
    tell(`status ${status}`, copy, ageOf(headers), timing?.transferSize);
  } catch (error) {
    entry.stop();
    tell(String(error));
  }
}

// ---- As a document of its own ----

const frame = document.createElement('iframe');
frame.title = 'The timetable, a document of its own';

/** As if somebody pressed a link to it: a navigation. */
async function follow(control: string) {
  if (!frame.isConnected) element('timetable').append(frame);
  log('request', `link: ${control || 'no Cache-Control'}`);
  const link = frame.contentDocument!.createElement('a');
  link.href = addressOf('/timetable/page', control);
  frame.contentDocument!.body.append(link);
  await loaded(() => link.click());
}

/** As if somebody pressed the browser's own button. */
async function reload() {
  log('request', 'reload');
  await loaded(() => frame.contentWindow!.location.reload());
}

async function loaded(begin: () => void) {
  const isThere = new Promise((done) => {
    frame.addEventListener('load', done, { once: true });
  });
  begin();
  await isThere;
  (element('reload') as HTMLButtonElement).disabled = false;
  const { contentWindow, contentDocument } = frame;
  const { theme } = document.documentElement.dataset;
  if (theme) contentDocument!.documentElement.dataset['theme'] = theme;
  const [timing] = contentWindow!.performance.getEntriesByType(
    'navigation',
  ) as PerformanceNavigationTiming[];
  const copy = Number(contentDocument!.getElementById('copy')?.textContent);
  tell('loaded', copy, undefined, timing?.transferSize);
}

// ---- What a page can know ----

/** The browser's own entry of the next load: it comes a moment later. */
function nextEntry(url: string) {
  const { promise: here, resolve } =
    Promise.withResolvers<PerformanceResourceTiming>();
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntriesByName(url)) {
      observer.disconnect();
      resolve(entry as PerformanceResourceTiming);
    }
  });
  observer.observe({ type: 'resource' });
  return { here, stop: () => observer.disconnect() };
}

/** In s: what a shared cache says, or else since when the server sent it. */
function ageOf(headers: Headers): string {
  const age = headers.get('Age');
  if (age) return `Age: ${age}`;
  const ms = Date.now() - Date.parse(headers.get('Date') ?? '');
  return `${Math.max(0, Math.round(ms / 1000))} s old`;
}

let newest = 0; // the number of the last copy that had not been seen before

function tell(how: string, copy = 0, age?: string, size?: number) {
  const words = [how];
  if (copy > 0) words.push(`copy ${copy}${copy > newest ? '' : ' again'}`);
  if (age) words.push(age);
  if (size !== undefined)
    words.push(`transferSize ${size.toLocaleString('en')}`);
  newest = Math.max(newest, copy);
  element('stored-bytes').textContent = words.join(', ');
  log('end', words.join(', '));
}

/** Adds a line to the log, newest first, and keeps fifty. */
function log(kind: string, words: string) {
  const line = document.createElement('li');
  line.className = kind;
  line.textContent = `${new Date().toLocaleTimeString()} ${words}`;
  element('loads').prepend(line);
  element('loads').children[50]?.remove();
}
