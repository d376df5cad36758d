/**
 * A page that came by a forwarder, and does not respond in its pane. A forwarder
 * may want the reader to sign in at each of its names, and its sign-in may not
 * be framed: then the pane stays empty, or shows the browser's own words, and a
 * foreign frame tells nobody. In a tab of its own the reader can sign in.
 *
 * Nothing is offered on the page's own machine. There it is the lesson that the
 * reader has stalled, or not yet mended.
 */
import { inside, own } from '@on-the-wire/viewer/page/elements.ts';
import { whenReady } from './lesson-page.ts';

const TIMEOUT = 3_000; // ms

/**
 * Offers it wherever the page in the frame has begun to load and says nothing in
 * time. When the reader returns, the pane tries again.
 *
 * @returns to be called whenever the page begins to load
 */
export function offerOwnTab(frame: HTMLIFrameElement): () => void {
  if (location.protocol !== 'https:') return () => {};
  const notice = own('unresponsive');
  const link = inside<HTMLAnchorElement>(notice, 'a');
  // Chromium holds back a second request for what the first still waits for.
  link.addEventListener('click', () => (frame.src = 'about:blank'));
  let timer: number | undefined;
  whenReady(() => {
    clearTimeout(timer);
    notice.hidden = true;
  });
  document.addEventListener('visibilitychange', () => {
    if (notice.hidden || document.visibilityState === 'hidden') return;
    frame.src = link.href;
  });
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => {
      inside(notice, 'code').textContent = frame.src;
      link.href = frame.src;
      notice.hidden = false;
    }, TIMEOUT);
  };
}
