/** The windows in which claims run, one claim after the other. */
import type { Engine, Version } from '@on-the-wire/browser/engines.ts';
import { openEngine } from '@on-the-wire/browser/open-engine.ts';
import { engineVersion } from '@on-the-wire/browser/version.ts';
import { asExpression } from './as-expression.ts';
import type { Claim, ClaimOrigins } from './claim.ts';
import { columns, type Column } from './columns.ts';

/** ms until a claim's page is given up. */
export const TIMEOUT = 20_000;

/** A window of a browser. */
export interface ClaimWindow {
  /** The page at /run of a claim's server, where the window needs one. */
  pageOf?(claim: Claim, origins: ClaimOrigins): string;
  /**
   * Runs a claim in a page of its server.
   *
   * @param begin is called as soon as the page has loaded, before the claim
   * @returns the claim's result
   * @throws Error where the page throws, or does not load
   */
  run(claim: Claim, origins: ClaimOrigins, begin: () => void): Promise<unknown>;
  /** Leaves the page: what the claim opened is closed, too. */
  leave(): Promise<void>;
}

/** A window for every column, each with a profile of its own. */
export interface ClaimWindows {
  /** Of the browser whose windows they are. */
  version: Version;
  of: Record<Column, ClaimWindow>;
  close(): Promise<void>;
}

/** What must be driven of a page, by whatever driver. */
interface Driven {
  goto(url: string): Promise<unknown>;
  evaluate(expression: string): Promise<unknown>;
}

/** A window that is driven. */
export const drivenWindow = (page: Driven): ClaimWindow => ({
  async run(claim, origins, begin) {
    await page.goto(origins.origin);
    begin();
    const text = asExpression(claim.inPage);
    return page.evaluate(`(${text})(${JSON.stringify(origins)})`);
  },
  leave: async () => void (await page.goto('about:blank')),
});

/** Opens the windows: once for all rows, since that takes longer than most claims. */
export async function openWindows(engine: Engine): Promise<ClaimWindows> {
  if (engine === 'webkitgtk') {
    const { openPlainWindows } = await import('./plain-window.ts');
    return openPlainWindows();
  }
  const browser = await openEngine(engine);
  return drivenWindows(engine, browser);
}

/** Opens windows in a browser, which is closed with them. */
export async function drivenWindows(
  engine: Engine,
  browser: {
    newPage(): Promise<Driven & { setDefaultTimeout(ms: number): void }>;
    version(): string;
    close(): Promise<void>;
  },
): Promise<ClaimWindows> {
  const of = await forEachColumn(async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(TIMEOUT);
    return drivenWindow(page);
  });
  const version = engineVersion(engine, browser.version());
  return { version, of, close: () => browser.close() };
}

export async function forEachColumn<Made>(
  make: () => Promise<Made>,
): Promise<Record<Column, Made>> {
  const made = Object.keys(columns).map(
    async (column) => [column, await make()] as const,
  );
  return Object.fromEntries(await Promise.all(made)) as Record<Column, Made>;
}
