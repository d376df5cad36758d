/**
 * Every lesson begins with its first minute: a sentence, a button, and what is
 * then to be seen. What it names exists.
 */
import {
  findOpening,
  OPENING,
  type Act,
  type Opening,
} from '@on-the-wire/course/conditions/opening.ts';
import type { Condition } from '@on-the-wire/course/conditions/condition.ts';
import { ConditionError } from '@on-the-wire/course/conditions/parse.ts';
import { FaultError, parseFaults } from '@on-the-wire/tap/tap.ts';
import type { Finding } from './finding.ts';
import { missingControl } from './points.ts';
import { foldersOf, textOf } from './tree.ts';

const form = `**${OPENING}** A sentence. *The button*, a comment "opening: press …", a list with "opening: show …", and a paragraph with a link to step 1`;

/** Looks at the README.md of each folder in `lessons/`. */
export async function checkOpenings(root: string): Promise<Finding[]> {
  const names = await foldersOf(root, 'lessons');
  const findings = await Promise.all(
    names.map((name) => checkOpening(root, `lessons/${name}/README.md`)),
  );
  return findings.flat();
}

async function checkOpening(root: string, file: string): Promise<Finding[]> {
  const text = await textOf(root, file);
  if (text === undefined) return [];
  const report = (found: string, expected: string, line?: number) => ({
    file,
    ...(line !== undefined && { line }),
    found,
    expected,
    remedy:
      'Say what one press shows; shared/course/conditions/opening.ts lists the words.',
  });
  let found;
  try {
    found = findOpening(text);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    return [report('an opening that cannot be read', error.message)];
  }
  if (!found) return [report('no opening', form)];
  const { opening, at, line } = found;
  const wrong = [];
  // Title, what the lesson asks, opening.
  if (at !== 2)
    wrong.push(
      report(
        `an opening as the block ${at + 1} of the text`,
        'it directly after what the lesson asks',
        line,
      ),
    );
  if (!opening.after.some((each) => isStep(each.attrGet('href'))))
    wrong.push(report('no link to the first step', 'a link to #1-…', line));
  for (const { found: what, expected } of await missingIn(root, file, opening))
    wrong.push(report(what, expected, line));
  return wrong;
}

const isStep = (href: unknown) => String(href).startsWith('#1-');

/** What an opening names, and there is not. */
async function missingIn(
  root: string,
  file: string,
  { acts, shown }: Opening,
): Promise<{ found: string; expected: string }[]> {
  const missing: { found: string; expected: string }[] = [];
  const ofPage = [
    ...acts.flatMap(controlOf),
    ...shown.flatMap(({ show }) =>
      'condition' in show ? namesIn(show.condition) : [],
    ),
  ];
  for (const control of ofPage) {
    const target = { place: 'page' as const, control, beside: [] };
    const expected = await missingControl(root, file, target);
    if (expected !== undefined)
      missing.push({ found: `page ${control}`, expected });
  }
  for (const each of acts)
    if (each.act === 'fault')
      try {
        parseFaults([each.fault]);
      } catch (error) {
        if (!(error instanceof FaultError)) throw error;
        missing.push({
          found: `fault ${each.fault}`,
          expected: `a fault that can be set: ${error.message}`,
        });
      }
  return missing;
}

function controlOf(each: Act): string[] {
  if (each.act === 'until') return namesIn(each.condition);
  // What slides has no list of its values.
  return each.act === 'page' ? [each.control.replace(/=\d+$/, '')] : [];
}

function namesIn(condition: Condition): string[] {
  return condition.flatMap((atom) => (atom.what === 'page' ? atom.name : []));
}
