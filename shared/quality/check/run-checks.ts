/** Runs all checks at once and reports what they found. */
import { checkActions } from './actions.ts';
import { checkCannot } from './cannot.ts';
import { formatFinding, type Finding } from './finding.ts';
import { checkEngines } from './engines.ts';
import { checkExercises } from './exercises.ts';
import { checkGlossary } from './glossary.ts';
import { checkLicences } from './licences.ts';
import { checkReadmeLists } from './readme-lists.ts';
import { checkNames } from './names.ts';
import { checkOneNode } from './one-node.ts';
import { checkPackages } from './packages.ts';
import { checkPrivateThings } from './private-things.ts';
import { checkProse } from './prose.ts';
import { checkLessonShape } from './lesson-shape.ts';
import { checkNumbers } from './numbers.ts';
import { checkOpenings } from './openings.ts';
import { checkStandards } from './standards.ts';
import { checkTutorials } from './tutorial.ts';
import { checkWords } from './words.ts';
import { checkFormat, checkLint, checkTypes } from './tools.ts';

/** A check reads the tree in a folder and changes nothing in it. */
export type RepositoryCheck = (root: string) => Promise<Finding[]>;

/** All checks, by the name under which they report. */
export const checks: Record<string, RepositoryCheck> = {
  types: checkTypes,
  lint: checkLint,
  format: checkFormat,
  skeleton: checkLessonShape,
  exercises: checkExercises,
  packages: checkPackages,
  names: checkNames,
  prose: checkProse,
  glossary: checkGlossary,
  lists: checkReadmeLists,
  licences: checkLicences,
  node: checkOneNode,
  private: checkPrivateThings,
  numbers: checkNumbers,
  openings: checkOpenings,
  standards: checkStandards,
  actions: checkActions,
  engines: checkEngines,
  cannot: checkCannot,
  tutorials: checkTutorials,
  words: checkWords,
};

/**
 * Runs checks side by side: a line for each as it ends, then the findings,
 * then a line for all.
 *
 * @param say gets each line or block as it is known
 * @returns how many findings there are
 */
export async function runChecks(
  root: string,
  chosen: Record<string, RepositoryCheck>,
  say: (text: string) => void,
): Promise<number> {
  const began = performance.now();
  const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
  const results = await Promise.all(
    Object.entries(chosen).map(async ([name, check]) => {
      const findings = await settle(name, check(root));
      const outcome = findings.length === 0 ? 'ok' : count(findings.length);
      say(`${name.padEnd(10)} ${outcome.padEnd(14)} ${seconds()} s`);
      return findings;
    }),
  );
  const findings = results.flat();
  for (const finding of findings) say(`\n${formatFinding(finding)}`.trimEnd());
  const all = Object.keys(chosen).length;
  const outcome = findings.length === 0 ? 'all ok' : count(findings.length);
  say(`\n${all} checks, ${outcome}, in ${seconds()} s`);
  return findings.length;
}

/** A check that fails itself is a finding, too. */
async function settle(
  name: string,
  findings: Promise<Finding[]>,
): Promise<Finding[]> {
  try {
    return await findings;
  } catch (error) {
    return [
      {
        file: `shared/quality/check (${name})`,
        found: error instanceof Error ? String(error.stack) : String(error),
        expected: 'a check that can read the tree',
        remedy: 'Fix the check, or the file that it could not read.',
      },
    ];
  }
}

function count(findings: number): string {
  return findings === 1 ? '1 finding' : `${findings} findings`;
}
