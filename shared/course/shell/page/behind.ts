/**
 * The proxy before the lesson: which it is, the reader's lines for it, and what
 * it last did with them. Where it is not installed, our recording stands in the
 * place of the wire.
 */
import { announce, inside, own } from '@on-the-wire/viewer/page/elements.ts';
import { events } from '@on-the-wire/viewer/page/events.ts';
import type { BehindMessage } from '../behind-message.ts';

const root = document.documentElement;

/** Shows the panel, where there is a proxy. */
export function followBehind(): void {
  let told = '';
  let isRecorded = false;
  events.addEventListener('behind', ({ data }) => {
    const message = JSON.parse(data) as BehindMessage;
    show(message);
    if (message.recordedWith !== undefined && !isRecorded) makeRecording();
    isRecorded ||= message.recordedWith !== undefined;
    const now = `${message.title}: ${wordOf(message)}`;
    if (told !== '' && now !== told) announce(now);
    told = now;
  });
}

function show(message: BehindMessage): void {
  const { title, file, content, mistake, howTo, recordedWith } = message;
  const panel = own('behind');
  panel.hidden = false;
  own('behind-title').textContent = `Behind ${title}`;
  inside(panel, '.word').textContent = wordOf(message);
  // Where nothing runs there is no file yet.
  const path = inside(panel, '.path');
  if (howTo === undefined) path.replaceChildren(linkTo(file));
  else path.textContent = 'Our recording was made with these lines:';
  path.classList.toggle('words', howTo !== undefined);
  inside(panel, '.lines').textContent = content;

  const box = inside(panel, '.mistake');
  box.hidden = mistake === undefined;
  inside(box, 'p').textContent =
    message.state === 'ended'
      ? 'It does not run with these lines. It says:'
      : 'It does not take these lines, and goes on with those before. It says:';
  inside(box, 'pre').textContent = mistake ?? '';

  const instead = inside(panel, '.instead');
  instead.hidden = howTo === undefined;
  inside(instead, '.how-to').textContent = howTo ?? '';
  const recorded = inside(instead, '.recorded');
  recorded.hidden = recordedWith === undefined;
  recorded.textContent =
    `The wire shows our recording, both sides: ${recordedWith}. The page ` +
    'below is your own, without a proxy.';
  inside(instead, 'button').hidden = recordedWith === undefined;
}

function wordOf({ state, since }: BehindMessage): string {
  const at = new Date(since).toLocaleTimeString('en-GB');
  const words: Record<BehindMessage['state'], string> = {
    starting: 'starting',
    running: `running since ${at}`,
    reloaded: `reloaded at ${at}, for new connections`,
    ended: 'not running',
    recorded: 'not installed',
  };
  return words[state];
}

/** The learner's file opens in the place of the tutorial. */
function linkTo(file: string): HTMLAnchorElement {
  const anchor = document.createElement('a');
  const [, inLesson = ''] = /^lessons\/[^/]+\/(.+)$/.exec(file) ?? [];
  anchor.href = `/files/${inLesson.split('/').map(encodeURIComponent).join('/')}`;
  anchor.textContent = file;
  return anchor;
}

/** Puts our recording into the place of the wire, until the reader wants theirs. */
function makeRecording(): void {
  const wire = own('wire');
  const frame = document.createElement('iframe');
  frame.title = 'Our recording of both sides of the proxy';
  frame.src = '/recording';
  wire.before(frame);
  const button = inside<HTMLButtonElement>(own('behind'), '.instead button');
  const choose = (isRecording: boolean) => {
    frame.hidden = !isRecording;
    wire.hidden = isRecording;
    button.ariaPressed = String(isRecording);
  };
  choose(true);
  button.addEventListener('click', () => choose(button.ariaPressed !== 'true'));
  // Links of the text lead into the reader's own run.
  addEventListener('hashchange', () => {
    if (location.hash.startsWith('#unit-')) choose(false);
  });
  document.addEventListener('click', ({ target }) => {
    if ((target as Element).closest('a.points')) choose(false);
  });
  const dress = () => {
    const inner = frame.contentDocument?.documentElement;
    if (!inner) return;
    const { theme } = root.dataset;
    if (theme === undefined) delete inner.dataset['theme'];
    else inner.dataset['theme'] = theme;
  };
  frame.addEventListener('load', dress);
  new MutationObserver(dress).observe(root, {
    attributeFilter: ['data-theme'],
  });
}
