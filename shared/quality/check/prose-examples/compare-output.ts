/** Reads what arrives, lets the lesson's time pass meanwhile, and compares. */
import type { Finding } from '../finding.ts';
import {
  compareLines,
  idsIn,
  type LessonAddress,
  type LinesCompared,
} from '../what-varies.ts';
import type { CheckedLesson } from './checked-lesson.ts';
import type { ReceivedLines } from './received-lines.ts';

/** How much time passes for the lesson's timers, at most and at once, in ms. */
const longest = 30_000;
const step = 1000;

/** What the server does while a response is read. */
export interface Play {
  /** Once the first bytes came, so that the client is known to be there. */
  begin(): Promise<unknown>;
  pass(ms: number): Promise<unknown>;
}

/**
 * Brings the server to the state in which the fence begins, and then to the
 * state in which it ends. If the client sends an id, it reconnects: everything
 * has happened meanwhile. Any other client is connected when it happens, after
 * the first id in the response.
 *
 * @param lesson its server, just opened
 * @param sent the lines of the fence that the client sends
 * @param received the lines that it should get
 */
export async function playFor(
  lesson: CheckedLesson,
  { run }: LessonAddress,
  sent: string[],
  received: string[],
): Promise<Play> {
  const ids = idsIn([...sent, ...received].join('\n'), run);
  const last = Math.max(0, ...ids);
  const comesBack = idsIn(sent.join('\n'), run).length > 0;
  const first = comesBack ? last : (ids[0] ?? 0);
  await lesson.request({ what: 'advance', to: first });
  return {
    begin: () => lesson.request({ what: 'advance', to: last }),
    pass: (ms) => lesson.request({ what: 'pass', ms }),
  };
}

/**
 * Reads until the source has ended; where the response may never end, and so
 * has a `play`, until the expected lines are there or the play is over.
 *
 * @param timeoutMs after which what has come is compared all the same
 * @returns the comparison, and why the source ended, if it did, in words
 */
export async function follow(
  source: ReceivedLines,
  expected: string[],
  timeoutMs: number,
  play?: Play,
): Promise<{ comparison: LinesCompared; said: string }> {
  const giveUp = performance.now() + timeoutMs;
  let passed = 0;
  let began = false;
  for (;;) {
    const ended = source.ended !== undefined;
    const lines = source.lines();
    if (ended) while (lines.at(-1) === '') lines.pop();
    const comparison = compareLines(expected, lines, ended);
    const settled =
      began && (comparison.used !== undefined || !comparison.open);
    if (ended || settled || passed >= longest || performance.now() > giveUp) {
      const forEver = `It had not ended after ${timeoutMs} ms.`;
      return { comparison, said: source.ended ?? (play ? '' : forEver) };
    }
    if (play && source.begun && !began) {
      began = true;
      await play.begin();
    } else if (play && began) {
      await source.change(5);
      await play.pass(step);
      passed += step;
    } else {
      await source.change(timeoutMs);
    }
  }
}

/**
 * @param line of the text, where `shown` begins
 * @returns the finding where they differ
 */
export function differences(
  file: string,
  line: number,
  shown: string[],
  { used, expected, found }: LinesCompared,
  said: string,
): Finding[] {
  if (used !== undefined) return [];
  const more = said === '' ? '' : `\n${said}`;
  return [
    {
      file,
      line: line + Math.min(expected, shown.length - 1),
      found: shown[expected] ?? 'the end of the output',
      expected: (found ?? 'nothing more: no further line came') + more,
      remedy:
        'If the program is right, show what it says. What differs by nature ' +
        'stands in shared/quality/check/what-varies.ts.',
    },
  ];
}
