/**
 * The panel with a conversation: all that both sides of a connection, or of an
 * HTTP/2 stream, said, in order and as text. It goes on as long as they do.
 */
import {
  isUnit,
  type Conversation,
  type ConversationPart,
  type ConversationPlace,
  type Line,
  type Source,
} from '../source.ts';
import type { makeWire } from './pane.ts';
import { button, paragraph, part } from './parts.ts';

/** ms that pass before what has come is read. */
const PAUSE = 200;

const arrows = { up: '→', down: '←' };
const ways = { up: 'client to server', down: 'server to client' };

const BEGIN: ConversationPlace = { line: 0, offset: 0 };

/** What is followed, and how far it has been read. */
interface Followed {
  n: number;
  connection: number;
  stream: number | undefined;
  next: ConversationPlace;
  /** All was read that there is. */
  isEnd: boolean;
}

/** Fills a panel of the wire: what is chosen is followed when it is opened. */
export function startFollow(
  wire: ReturnType<typeof makeWire>,
  source: Source,
): void {
  const { panel, button: opener } = wire.addPanel('Follow');
  panel.classList.add('follow');
  const bar = document.createElement('div');
  bar.className = 'quick';
  const title = document.createElement('h2');
  const copy = button('Copy all as text');
  const secrets = document.createElement('input');
  secrets.type = 'checkbox';
  const withSecrets = document.createElement('label');
  withSecrets.append(secrets, ' with secrets as they are');
  const status = part('soft', '');
  status.role = 'status';
  bar.append(title, copy, withSecrets, status);
  const list = document.createElement('div');
  list.className = 'parts';
  list.role = 'log';
  list.ariaLive = 'off'; // It is read at the reader's pace.
  list.ariaLabel = 'Conversation';
  list.tabIndex = 0;
  const more = button('Show more');
  const earlier = button('Show from the beginning');
  const about = paragraph(
    'Choose a line, then press f: both sides of its connection, or of its HTTP/2 stream, stand here as text.',
  );
  panel.append(bar, about, list);

  let followed: Followed | undefined;
  /** What was to be followed last: it may be read before what was so earlier. */
  let wanted: number | undefined;
  let isReading = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function follow(n: number): Promise<void> {
    wanted = n;
    const first = await read(n, BEGIN);
    if (!first || wanted !== n) return;
    const isThere = first.isEnd || first.next.line > n;
    if (isThere) return begin(n, first);
    // A reader who follows the 5,000th message wants to see that one.
    const there = await read(n, { line: n, offset: 0 });
    if (wanted !== n) return;
    if (there) await begin(n, there);
    if (wanted === n) list.prepend(earlier);
  }

  async function begin(n: number, first: Conversation): Promise<void> {
    const { connection, stream, next, isEnd } = first;
    followed = { n, connection, stream, next, isEnd };
    title.textContent = nameOf(first);
    status.textContent = '';
    list.replaceChildren();
    await add(first);
    const chosen = [...list.querySelectorAll('article')].findLast(
      ({ dataset }) => Number(dataset['n']) <= n,
    );
    if (chosen) chosen.dataset['chosen'] = '';
    chosen?.scrollIntoView({ block: 'center' });
  }
  earlier.addEventListener('click', async () => {
    const first = followed && (await read(followed.n, BEGIN));
    if (first) await begin(followed!.n, first);
    list.scrollTop = 0;
    list.focus();
  });

  async function read(
    n: number,
    from: ConversationPlace,
  ): Promise<Conversation | undefined> {
    try {
      const page = await source.readConversation(n, from);
      if (!page) status.textContent = `Line ${n} is no longer kept.`;
      return page;
    } catch (error) {
      status.textContent = `It could not be read: ${(error as Error).message}`;
      return undefined;
    }
  }

  /** Draws a page; those that have nothing are passed over. */
  async function add(page: Conversation): Promise<void> {
    const of = followed!;
    let last = page;
    for (;;) {
      of.next = last.next;
      of.isEnd = last.isEnd;
      list.append(...last.parts.map((each) => makePart(each, wire.open)));
      if (last.parts.length > 0 || last.isEnd) break;
      const next = await read(of.n, last.next);
      if (!next || followed !== of) return;
      last = next;
    }
    if (of.isEnd) more.remove();
    else list.append(more);
  }

  async function goOn(): Promise<void> {
    const of = followed;
    if (!of || isReading) return;
    isReading = true;
    const rest = list.scrollHeight - list.scrollTop - list.clientHeight;
    const page = await read(of.n, of.next);
    if (page && followed === of) await add(page);
    isReading = false;
    // At the end, a reader wants to see what comes.
    if (of.isEnd && rest < 24) list.scrollTop = list.scrollHeight;
  }
  more.addEventListener('click', () => {
    const before = more.previousElementSibling;
    void goOn().then(() => {
      if (!more.isConnected)
        (before?.nextElementSibling?.querySelector('button') ?? list).focus();
    });
  });

  source.follow(({ lines }) => {
    const of = followed;
    if (!of?.isEnd || panel.hidden || timer !== undefined) return;
    if (!lines.some((line) => isOf(line, of))) return;
    timer = setTimeout(() => {
      timer = undefined;
      void goOn();
    }, PAUSE);
  });

  copy.addEventListener('click', () => void copyAll());
  async function copyAll(): Promise<void> {
    const of = followed;
    if (!of) return;
    status.textContent = '';
    let text;
    try {
      text = await source.copy(of.n, 'conversation', secrets.checked);
    } catch (error) {
      status.textContent = (error as Error).message;
      return;
    }
    status.textContent = await navigator.clipboard.writeText(text).then(
      () => 'Copied',
      () => 'The browser does not allow to copy here',
    );
  }

  const show = () => {
    const { chosen } = wire;
    about.hidden = chosen !== undefined || followed !== undefined;
    copy.hidden = withSecrets.hidden = !about.hidden;
    if (panel.hidden || chosen === undefined) return;
    void follow(chosen).then(() => list.focus());
  };
  new MutationObserver(show).observe(panel, { attributeFilter: ['hidden'] });
  const open = () => {
    if (panel.hidden) opener.click();
    else show();
  };
  wire.addAction('Follow', open);
  wire.lines.addEventListener('keydown', (event) => {
    if (event.key !== 'f' || event.ctrlKey || event.metaKey || event.altKey)
      return;
    event.preventDefault();
    open();
  });
}

function isOf(line: Line, { connection, stream }: Followed): boolean {
  if (line.connection !== connection) return false;
  return stream === undefined || !isUnit(line) || line.stream === stream;
}

function nameOf({ connection, stream }: Conversation): string {
  return stream === undefined
    ? `Connection ${connection}`
    : `Stream ${stream} of connection ${connection}`;
}

function makePart(
  { n, time, direction, what, text, note }: ConversationPart,
  open: (n: number) => void,
): HTMLElement {
  const element = document.createElement('article');
  element.dataset['n'] = String(n);
  if (direction) element.dataset['direction'] = direction;
  const name = document.createElement('header');
  const line = button(what);
  line.title = 'Show its line';
  line.addEventListener('click', () => open(n));
  if (direction) {
    const mark = part('mark', arrows[direction]);
    mark.ariaHidden = 'true';
    name.append(mark, part('visually-hidden', `${ways[direction]}: `));
  }
  name.append(line, part('time', `${(time / 1000).toFixed(3)} s`));
  element.append(name);
  if (text !== '') {
    const said = document.createElement('pre');
    said.textContent = text;
    element.append(said);
  }
  if (note !== undefined) {
    const beside = paragraph(note);
    beside.className = 'soft';
    element.append(beside);
  }
  return element;
}
