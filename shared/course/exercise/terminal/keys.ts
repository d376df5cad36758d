/** What the keys of a learner at an exercise do. */
import type { Key } from 'node:readline';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import type { FoundExercise } from '../exercises.ts';
import { openQuestion } from '../../shell/consent.ts';
import type { Screen } from './screen.ts';
import type { Session } from '../session.ts';

/**
 * @param parts.following the exercise that comes next
 * @param parts.list prints the list of exercises
 * @param parts.leave ends this exercise: for the next one, or altogether
 * @returns what is called for each press of a key
 */
export function createKeys({
  session,
  screen,
  following,
  list,
  leave,
}: {
  session: Session;
  screen: Screen;
  following: FoundExercise | undefined;
  list: () => void;
  leave: (next: FoundExercise | undefined) => void;
}): (typed: string | undefined, key: Key) => void {
  let question: { text: string; yes: () => void } | undefined;
  const ask = (text: string, yes: () => void) => {
    question = { text, yes };
    screen.showQuestion(text);
  };
  const actions: Record<string, () => void> = {
    h() {
      if (session.hints === session.task.hints.length)
        return screen.showNoHint();
      session.hint();
      return screen.showHint();
    },
    d() {
      if (session.passed) screen.showDiff();
      else
        ask(
          'It has not passed yet. See the solution all the same?',
          screen.showDiff,
        );
    },
    r() {
      ask('Start over? Your file so far is kept beside the new one.', () => {
        session.reset();
        screen.say(`  ${session.notice}`);
      });
    },
    n: () => leave(following),
    l: list,
    q: () => leave(undefined),
  };
  const onKey = (typed: string | undefined, key: Key) => {
    if (key.ctrl && (key.name === 'c' || key.name === 'd'))
      return leave(undefined);
    if (openQuestion() !== undefined) return undefined; // this key answers it
    if (question) {
      const { yes } = question;
      question = undefined;
      return typed === 'y' ? yes() : screen.say('  Then not.');
    }
    return actions[(typed ?? '').toLowerCase()]?.();
  };
  // What cannot be read or written is said, and the loop goes on.
  return (typed, key) => {
    try {
      onKey(typed, key);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      screen.say(`  ${error.message}`);
    }
  };
}
