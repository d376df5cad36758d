/** The state of the lesson's server: what the strip says, and the frame. */
import type { StateMessage } from '../state-message.ts';
import { certificateHint } from '@on-the-wire/viewer/page/certificate.ts';
import { own, inside } from '@on-the-wire/viewer/page/elements.ts';
import { events, runOf } from '@on-the-wire/viewer/page/events.ts';
import { offerOwnTab } from './unresponsive.ts';

const { dataset } = document.documentElement;
const title = document.title;

/**
 * Follows the state for as long as the page is open. `onTutorial` is called
 * when the tutorial was saved.
 */
export function followState(onTutorial: () => void): void {
  const follow = [
    showStatus,
    showCrash,
    showRefused,
    followFrame(),
    onGrowth(onTutorial),
  ];
  events.addEventListener('state', ({ data, lastEventId }) => {
    // The responses come from another shell than this page did: the lesson
    // was started again, or another one was.
    if (runOf(lastEventId) !== dataset['run']) return void turnInto();
    own('stopped').hidden = true;
    const state = JSON.parse(data) as StateMessage;
    for (const each of follow) each(state);
  });
  events.addEventListener('error', () => {
    own('stopped').hidden = false;
    showWord('stopped');
  });
}

/**
 * Shows the shell that has this one's address now, where it is of the same
 * lesson, or of an exercise after another. A lesson never turns into another
 * one: the reader may be in the middle of it, and may have the other elsewhere.
 */
async function turnInto(): Promise<void> {
  events.close();
  const response = await fetch('/').catch(() => undefined);
  const now = new DOMParser().parseFromString(
    (await response?.text()) ?? '',
    'text/html',
  );
  const { lesson, exercise } = now.documentElement.dataset;
  if (!response?.ok || lesson === dataset['lesson']) return location.reload();
  if (exercise === 'yes' && dataset['exercise'] === 'yes')
    return location.reload();
  showWord('stopped');
  own('stopped').hidden = true;
  const notice = own('elsewhere');
  inside(notice, '.other').textContent = now.title.split(' · ')[0] ?? '';
  inside(notice, 'button').addEventListener('click', () => location.reload());
  notice.hidden = false;
}

function showWord(word: StateMessage['status'] | 'stopped'): void {
  const badge = own('state');
  badge.dataset['status'] = word;
  inside(badge, '.word').textContent = word;
  document.title =
    word === 'crashed' || word === 'stopped' ? `${word} · ${title}` : title;
}

function showStatus({ status }: StateMessage): void {
  showWord(status);
}

function showCrash({ status, crash }: StateMessage): void {
  const panel = own('crash');
  panel.hidden = status !== 'crashed' || !crash;
  if (!crash) return;
  inside(panel, '.message').textContent = crash.message;
  inside(panel, 'pre').textContent = crash.details;

  const where = inside<HTMLAnchorElement>(panel, '.where');
  const { file = '', line, column } = crash;
  const isOfLesson = file !== '' && !file.startsWith('..');
  const path = isOfLesson ? `lessons/${dataset['lesson']}/${file}` : file;
  where.textContent = [path, line, column].filter(Boolean).join(':');
  where.hidden = file === '';
  // A file that is not the lesson's own cannot be shown, only named.
  if (!isOfLesson) where.removeAttribute('href');
  else {
    const address = file.split(/[\\/]/).map(encodeURIComponent).join('/');
    where.href = `/files/${address}${line === undefined ? '' : `#L${line}`}`;
  }
}

/** Where a port of the lesson is, for a page on this host. */
function addressOf(port: string | number): string {
  const { pageForwarded, pagePort } = dataset;
  // The shell itself is served without TLS: this one came by a forwarder.
  if (location.protocol === 'https:' && String(port) === pagePort)
    return pageForwarded ?? '';
  // The content security policy can name no IPv6 address.
  const host = location.hostname === '[::1]' ? '127.0.0.1' : location.hostname;
  return `${dataset['pageProtocol']}//${host}:${port}/`;
}

/** Asks the reader to accept the certificate, for one address at a time. */
function showRefused({ refused: [port] = [] }: StateMessage): void {
  const notice = own('certificate');
  notice.hidden = port === undefined;
  if (port === undefined) return;
  const isPage = port === Number(dataset['pagePort']);
  inside(notice, '.first').hidden = !isPage;
  inside(notice, '.further').hidden = isPage;
  inside(notice, 'h2').textContent = isPage
    ? 'Your browser needs your confirmation'
    : 'One more address needs your confirmation';
  inside(notice, '.hint').textContent = certificateHint(navigator.userAgent);
  const where = inside<HTMLAnchorElement>(notice, '.where');
  where.href = addressOf(port);
  where.textContent = where.href;
}

/**
 * Loads the lesson's page when its server is ready for the first time, again
 * when the page was saved, and when its certificate was accepted at last. Not
 * when the server was restarted: the page should find its way back by itself,
 * that is what the learner watches.
 */
function followFrame(): (state: StateMessage) => void {
  const port = Number(dataset['pagePort']);
  const address = addressOf(port);
  if (address === '') {
    own('waiting').textContent =
      `No forwarded name stands for port ${port}, at which the lesson’s page ` +
      `is. Start the lesson with --allowed-host NAME=${port}, too.`;
    own('own-tab').hidden = true;
    return () => {};
  }
  own<HTMLAnchorElement>('own-tab').href = address;

  const frame = document.createElement('iframe');
  frame.title = 'The lesson’s page';
  // It may do all that a page does, but not put itself in the shell's place.
  frame.setAttribute(
    'sandbox',
    'allow-scripts allow-same-origin allow-forms allow-modals allow-popups ' +
      'allow-popups-to-escape-sandbox allow-downloads',
  );
  const waitForPage = offerOwnTab(frame);
  let shown: number | undefined;
  let loading = false;
  let failed = false;
  frame.addEventListener('load', () => (loading = false));

  let refused = false;
  return (state) => {
    const { status, pageVersion } = state;
    const wasRefused = refused;
    refused = state.refused?.includes(port) ?? false;
    failed ||= wasRefused && !refused;
    if (status !== 'ready') {
      // A foreign frame does not tell whether it was loaded. If the server went
      // away meanwhile, it shows the browser's own error page by now.
      failed ||= loading;
      return;
    }
    if (shown !== undefined && pageVersion <= shown && !failed) return;
    shown = pageVersion;
    loading = true;
    failed = false;
    frame.src = address;
    if (!frame.isConnected) own('waiting').replaceWith(frame);
    waitForPage();
  };
}

function onGrowth(tell: () => void): (state: StateMessage) => void {
  let known: number | undefined;
  return ({ tutorialVersion }) => {
    if (known !== undefined && tutorialVersion > known) tell();
    known = tutorialVersion;
  };
}
