/** What a learner at an exercise sees in the terminal. */
import { styleText } from 'node:util';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { wrap } from '@on-the-wire/system/wrap.ts';
import { forwardedUrl } from '@on-the-wire/system/forwarded.ts';
import { sshForwarding } from '@on-the-wire/system/over-ssh.ts';
import type { RunningLesson } from '../../harness/run-lesson.ts';
import { otherWays } from '../answers/other-ways.ts';
import { describeVerdict } from './describe.ts';
import { type ProgressLine, showProgress } from './progress-line.ts';
import type { FoundExercise } from '../exercises.ts';
import type { Session } from '../session.ts';
import { terminalLines } from './terminal-text.ts';
import type { ExerciseView } from '../view.ts';

/** What is drawn, for an exercise that is being done. */
export interface Screen {
  /** Writes lines as they are. */
  say(...lines: string[]): void;
  /**
   * That a check runs, on an empty screen, so that nobody takes the verdict
   * before for the one to come; and the step, if the session names one.
   */
  showChecking(): void;
  /** The verdict, on an empty screen; its last line says whether it passed. */
  showVerdict(): void;
  /** One hint more. */
  showHint(): void;
  /** That there are no more, and what else there is. */
  showNoHint(): void;
  /** From the learner's file to the solution. */
  showDiff(): void;
  /** Asks for a confirmation: y confirms. */
  showQuestion(text: string): void;
}

/**
 * Draws on a terminal; it need not be one.
 *
 * @param parts.following the exercise that comes next
 * @param parts.running the lesson beside
 */
export function createScreen({
  exercise,
  following,
  session,
  view,
  running,
  stdout,
}: {
  exercise: FoundExercise;
  following: FoundExercise | undefined;
  session: Session;
  view: ExerciseView;
  running: RunningLesson;
  stdout: NodeJS.WriteStream;
}): Screen {
  const { shellUrl, lessonUrl } = running;
  const urls = [shellUrl, lessonUrl, ...Object.values(running.otherUrls)];
  const ssh = sshForwarding(urls.map((url) => Number(new URL(url!).port)));
  const forwarded = shellUrl && forwardedUrl(shellUrl);
  const { title, minutes } = exercise;
  const paint = (style: 'bold' | 'gray' | 'yellow', text: string) =>
    styleText(style, text, { stream: stdout });
  const say = (...lines: string[]) => stdout.write(`${lines.join('\n')}\n`);
  const head = () => {
    say(
      '',
      `  ${paint('bold', `${exercise.id}  ${title}`)}  (${minutes} min)`,
      `  Task, page and wire  ${shellUrl ?? ''}`,
      `  Your file            ${exercise.shortCopy}`,
      ...(ssh === undefined ? [] : [`  Over ssh, there      ${ssh}`]),
      ...(forwarded ? [`  Forwarded            ${forwarded}`] : []),
      '',
    );
    const width = (stdout.columns || 80) - 2;
    for (const text of [session.browser, session.notice]) {
      const lines = wrap(text, width).map((line) => `  ${line}`);
      if (lines.length > 0) say(...lines, '');
    }
  };
  const wayOn = () => {
    if (!following) return [];
    const end = /[.?!]$/.test(following.title) ? '' : '.';
    return [`  Next: ${following.id} ${following.title}${end} Press n.`];
  };
  const clear = () => {
    if (stdout.isTTY) stdout.write('\u001b[2J\u001b[3J\u001b[H');
  };
  let checking: ProgressLine | undefined;
  const showVerdict = () => {
    const { verdict } = session;
    if (!verdict) return;
    checking?.end();
    checking = undefined;
    clear();
    head();
    session.notice = '';
    const unit = view.unitOf(verdict.failure?.wire);
    const unitUrl =
      unit === undefined ? undefined : `${shellUrl ?? ''}#unit-${unit}`;
    const width = stdout.columns || 80;
    const looks = { stream: stdout, width, unitUrl };
    const lines = describeVerdict(exercise, verdict, looks);
    const last = lines.pop()!;
    say(...lines);
    if (verdict.passed) {
      say(...readable(session.task.after), '');
      const ways = otherWays(exercise).length;
      const count =
        ways === 1 ? '1 other right way' : `${ways} other right ways`;
      const more = ways > 0 ? `, and ${count}` : '';
      say(`  d shows the difference from the solution${more}.`, ...wayOn(), '');
    }
    const next = following ? '  n next' : '';
    const keys = `  Save to check again.  h hint  d solution  r reset${next}  l list  q quit`;
    say(paint('gray', keys), last);
  };
  const readable = (markdown: string) => {
    const width = (stdout.columns || 80) - 4;
    const { shellPort } = session;
    return terminalLines(markdown, { width, stream: stdout, shellPort }).map(
      (line) => line && `  ${line}`,
    );
  };
  const indented = (text: string) =>
    text.split('\n').map((line) => (line ? `  ${line}` : line));
  return {
    say,
    showChecking() {
      if (!checking) {
        clear();
        head();
        if (!stdout.isTTY) say('  Checking …');
        checking = showProgress(stdout, 'Checking');
      }
      if (session.step !== undefined) checking.step(session.step);
    },
    showVerdict,
    showHint() {
      const { hints, task } = session;
      say(`  Hint ${hints} of ${task.hints.length}:`, '');
      say(...readable(task.hints[hints - 1] ?? ''), '');
    },
    showNoHint() {
      const { section } = session.verdict?.failure ?? {};
      const text =
        'These were all hints. ' +
        (section ? `What must hold stands in ${section}. ` : '') +
        'd shows the difference from the solution, r starts over, and ' +
        `the lesson's own steps are in its tutorial: ${pnpm} lesson ${exercise.lesson.name}`;
      const width = (stdout.columns || 80) - 2;
      say(...wrap(text, width).map((line) => `  ${line}`));
    },
    showDiff() {
      say('', ...indented(session.diff()));
      const ways = otherWays(exercise);
      if (ways.length > 0) say('  Other right ways:', '');
      for (const { name, sentence, path } of ways) {
        const [first = '', ...more] = readable(sentence);
        say(`  ${paint('bold', name)}`, first, ...more);
        say(paint('gray', `  ${path}`), '');
      }
      say(...wayOn());
    },
    showQuestion: (text) =>
      say(paint('yellow', `  ${text} Press y, or any other key for no.`)),
  };
}
