/**
 * What the tasks of a page cost its main thread, in processor time: on a machine
 * that does other work too, the time of a clock says nothing.
 */
import type { openBrowser } from '@on-the-wire/browser/browser.ts';

type Browser = Awaited<ReturnType<typeof openBrowser>>;
type Page = Awaited<ReturnType<Browser['newPage']>>;

/** Of an event of Chromium's tracing, what is read here; times in µs. */
interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Its processor time. */
  tdur?: number;
  args?: { name?: string };
}

/** What the tasks of a page took of the processor, in ms. */
export interface PageTasks {
  longest: number;
  all: number;
}

/**
 * Does something, and says what the page's tasks took meanwhile.
 *
 * @param page the only one of its browser, which is Chromium
 */
export async function pageTasks(
  page: Page,
  work: () => Promise<void>,
): Promise<PageTasks> {
  const devtools = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  devtools.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value) events.push(event as never);
  });
  await devtools.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel'] },
  });
  await work();
  const complete = new Promise<void>((resolve) =>
    devtools.once('Tracing.tracingComplete', () => resolve()),
  );
  await devtools.send('Tracing.end');
  await complete;
  await devtools.detach();
  const threads = new Set<string>();
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  for (const event of events)
    if (event.name === 'thread_name' && event.args?.name === 'CrRendererMain')
      threads.add(threadOf(event));
  const tasks: PageTasks = { longest: 0, all: 0 };
  for (const event of events) {
    if (event.ph !== 'X' || !event.name.endsWith('RunTask')) continue;
    if (event.tdur === undefined || !threads.has(threadOf(event))) continue;
    tasks.longest = Math.max(tasks.longest, event.tdur / 1000);
    tasks.all += event.tdur / 1000;
  }
  return tasks;
}
