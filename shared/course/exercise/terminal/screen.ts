/** What a learner at an exercise sees in the terminal. */
import { styleText } from 'node:util';
import { sshForwarding } from '@on-the-wire/system/over-ssh.ts';
import type { RunningLesson } from '../../harness/run-lesson.ts';
import { describeVerdict } from './describe.ts';
import type { FoundExercise } from '../exercises.ts';
import type { Session } from '../session.ts';
import { terminalLines } from './terminal-text.ts';
import type { ExerciseView } from '../view.ts';

/** What is drawn, for an exercise that is being done. */
export interface Screen {
  /** Writes lines as they are. */
  say(...lines: string[]): void;
  /** Which exercise it is, and where everything is; then what was done last. */
  showHead(): void;
  /** The verdict, on an empty screen, and which keys there are. */
  showVerdict(): void;
  /** One hint more. */
  showHint(): void;
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
      '',
    );
    if (session.notice) say(`  ${session.notice}`, '');
    session.notice = '';
  };
  const keys = () => {
    const next = following ? '  n next' : '';
    say(
      '',
      paint(
        'gray',
        `  Save to check again.  h hint  d solution  r reset${next}  l list  q quit`,
      ),
      '',
    );
  };
  const showVerdict = () => {
    const { verdict } = session;
    if (!verdict) return;
    if (stdout.isTTY) stdout.write('\u001b[2J\u001b[3J\u001b[H');
    head();
    const unit = view.unitOf(verdict.failure?.wire);
    const unitUrl =
      unit === undefined ? undefined : `${shellUrl ?? ''}#unit-${unit}`;
    const width = stdout.columns || 80;
    say(
      ...describeVerdict(exercise, verdict, { stream: stdout, width, unitUrl }),
    );
    if (verdict.passed) {
      say('', ...readable(session.task.after));
      if (following)
        say('', `  Next: ${following.id} ${following.title}. Press n.`);
    }
    keys();
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
    showHead: head,
    showVerdict,
    showHint() {
      const { hints, task } = session;
      say(`  Hint ${hints} of ${task.hints.length}:`, '');
      say(...readable(task.hints[hints - 1] ?? ''), '');
    },
    showDiff: () => say('', ...indented(session.diff())),
    showQuestion: (text) =>
      say(paint('yellow', `  ${text} Press y, or any other key for no.`)),
  };
}
