import { readFile } from 'node:fs/promises';
/** A page, or a document in a frame of one. */
export interface Evaluates {
  // oxlint-disable-next-line typescript/no-explicit-any -- as a page has it
  evaluate(call: any, value?: any): Promise<any>;
}

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
export async function accessibilityViolations(
  page: Evaluates,
): Promise<string[]> {
  // Evaluated, not added as a script: a content security policy may forbid that.
  if (!(await page.evaluate("'axe' in globalThis")))
    await page.evaluate(`(() => { ${await axe} })()`);
  return (await page.evaluate(violationsOf)) as string[];
}

/** Runs in the page. */
async function violationsOf(): Promise<string[]> {
  const { axe: here } = globalThis as unknown as {
    axe: { run(options: object): Promise<{ violations: Violation[] }> };
  };
  // Of what is right, axe need not list where. And it would wait for frames,
  // in which it does not run.
  const options = { resultTypes: ['violations'], iframes: false };
  const { violations } = await here.run(options);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ target, failureSummary }) =>
        `${id}: ${JSON.stringify(target)}: ${failureSummary ?? ''}`,
    ),
  );
}

interface Violation {
  id: string;
  nodes: { target: unknown; failureSummary?: string }[];
}
