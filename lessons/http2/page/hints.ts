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
const style = performance
  .getEntriesByType('resource')
  .find(({ name }) => name.includes('/hints.css?'));

// An interim response, status 103, and then the final one.
const interim = page?.firstInterimResponseStart;
show('hints', interim ? ms(interim) : 'no hints came');
show('page', ms(page?.finalResponseHeadersStart || page?.responseStart || 0));
if (style instanceof PerformanceResourceTiming) {
  // What the hints fetched may come from the cache: no byte came for it then.
  const { initiatorType, transferSize } = style;
  const byHints = initiatorType === 'early-hints' || transferSize === 0;
  show('by', byHints ? 'the hints' : 'the page');
}
