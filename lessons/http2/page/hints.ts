/** What the browser knows about a page that came with Early Hints. */
const show = (id: string, text: string) =>
  (document.getElementById(id)!.textContent = text);
const ms = (time: number) => `${Math.round(time)} ms`;

const [page] = performance.getEntriesByType(
  'navigation',
) as (PerformanceNavigationTiming & {
  firstInterimResponseStart?: number;
  finalResponseHeadersStart?: number;
})[];
// An interim response, status 103, and then the final one.
const interim = page?.firstInterimResponseStart;
show('hints', interim ? ms(interim) : 'this browser tells of none');
show('page', ms(page?.finalResponseHeadersStart || page?.responseStart || 0));

// The stylesheet says it itself: the server has seen when it was requested.
const style = getComputedStyle(document.documentElement);
show('by', style.getPropertyValue('--requested-by'));
