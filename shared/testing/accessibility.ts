import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';

const axe = readFile(
  new URL(import.meta.resolve('axe-core/axe.min.js')),
  'utf8',
);

/**
 * Looks through a page with axe-core, as it stands now; not through what it
 * has in frames.
 *
 * @returns a line for each violation: the rule, where, and what is wrong;
 *   an empty list when there is none
 */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // Evaluated, not added as a script: a content security policy may forbid that.
  if (!(await page.evaluate("'axe' in globalThis")))
    await page.evaluate(await axe);
  const { violations } = await page.evaluate<{
    violations: {
      id: string;
      nodes: { target: unknown; failureSummary?: string }[];
    }[];
  }>(
    // Of what is right, axe need not list where. And it would wait for frames,
    // in which it does not run.
    "axe.run({ resultTypes: ['violations'], iframes: false })",
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${id}: ${JSON.stringify(target)}: ${failureSummary ?? ''}`,
    ),
  );
}
