/**
 * Repeats what the prose shows: runs the commands of its `console` fences,
 * sends what its `wire` fences sent, and compares what comes. A body in chunks
 * is compared without them: how writes are joined into chunks is up to Node.
 */
import type { Finding } from './finding.ts';
import { CheckedLesson } from './prose-examples/checked-lesson.ts';
import { checkConsole } from './prose-examples/console-fence.ts';
import type { ProseExamples } from './prose-examples/examples.ts';
import { checkWire } from './prose-examples/wire-fence.ts';

/** Runs the fences one after another, each on a new server. */
export async function checkProseExamples({
  timeoutMs = 300_000,
  ...given
}: ProseExamples): Promise<Finding[]> {
  const text = { ...given, timeoutMs };
  const fences = text.fences.filter(
    ({ language, file }) =>
      file === undefined && (language === 'console' || language === 'wire'),
  );
  const findings: Finding[] = [];
  let lesson: CheckedLesson | undefined;
  /** Starts what is needed when it is needed: not every text needs a server. */
  const openServer = async (): Promise<CheckedLesson> => {
    if (text.serverFile === undefined)
      throw new Error('this text belongs to no lesson: it has no server');
    if (!lesson) {
      lesson = new CheckedLesson(text.serverFile);
      await lesson.ready();
    }
    return lesson;
  };
  try {
    for (const fence of fences) {
      const check = fence.language === 'wire' ? checkWire : checkConsole;
      try {
        findings.push(...(await check(text, fence, openServer)));
      } catch (error) {
        await lesson?.end();
        lesson = undefined;
        findings.push({
          file: text.file,
          line: fence.line,
          found: `this could not be repeated: ${(error as Error).message}`,
          expected: 'what it shows, from a real run',
          remedy: 'Do by hand what the fence shows, and fix what fails.',
        });
      }
    }
  } finally {
    await lesson?.end();
  }
  return findings;
}
