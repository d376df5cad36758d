/** A session as the shell shows it. */
import { EventEmitter } from 'node:events';
import { posix } from 'node:path';
import { asTyped } from '@on-the-wire/system/as-typed.ts';
import type { ShellExercise } from '../shell/exercise.ts';
import type {
  ExerciseAction,
  ExerciseMessage,
  SolutionMessage,
  VerdictMessage,
} from '../shell/exercise-message.ts';
import { renderTutorial } from '../shell/tutorial.ts';
import type { WireLog } from '@on-the-wire/viewer/live/log.ts';
import { isUnit, wordsOfLine } from '@on-the-wire/viewer/source.ts';
import { type OtherWay, otherWays } from './answers/other-ways.ts';
import { excerpt } from './terminal/excerpt.ts';
import type { FailureParts, WirePlace } from './failure.ts';
import { urlOfSection } from './sections.ts';
import type { Session } from './session.ts';
import type { Verdict } from './run-check.ts';

const widest = 60; // characters of what came, in the shell's pane

/** What is shown, and what comes next. */
export interface ViewOptions {
  session: Session;
  /** The exercise that comes next. */
  next: string | undefined;
  /** Called for what the session cannot do by itself. */
  onNext: () => void;
}

/** Wraps a session for the shell; `wire` is set once a lesson runs. */
export class ExerciseView
  extends EventEmitter<{ change: [] }>
  implements ShellExercise
{
  wire:
    | { log: WireLog; connectionOf(client: number): number | undefined }
    | undefined;
  readonly folder: string;
  readonly #session: Session;
  readonly #next: string | undefined;
  readonly #onNext: () => void;
  #known: OtherWay[] | undefined;

  constructor({ session, next, onNext }: ViewOptions) {
    super();
    this.setMaxListeners(0); // one for each open page
    this.#session = session;
    this.#next = next;
    this.#onNext = onNext;
    this.folder = posix.join('exercises', session.exercise.name);
    session.on('change', () => this.emit('change'));
  }

  get task(): string {
    return this.#html(this.#session.task.task);
  }

  message(): ExerciseMessage {
    const { exercise, checking, step, hints, task, verdict, notice, browser } =
      this.#session;
    return {
      id: exercise.id,
      title: exercise.title,
      minutes: exercise.minutes,
      file: exercise.shortCopy,
      checking,
      ...(step !== undefined && { step }),
      passed: this.#session.passed,
      notice,
      browser,
      hints: task.hints.slice(0, hints).map((hint) => this.#html(hint)),
      hintsLeft: task.hints.length - hints,
      ...(verdict && { verdict: this.#verdict(verdict) }),
      ...(verdict?.passed && { after: this.#html(task.after) }),
      ways: this.#ways().length,
      ...(this.#next && { next: this.#next }),
    };
  }

  solution(): SolutionMessage {
    const ways = this.#ways().map((way) => ({
      ...way,
      sentence: this.#html(way.sentence),
    }));
    return { diff: this.#session.diff(), ways };
  }

  act(action: ExerciseAction): void {
    if (action === 'check') void this.#session.check();
    if (action === 'hint') this.#session.hint();
    if (action === 'reset') this.#session.reset();
    if (action === 'next') this.#onNext();
  }

  /** The line of the wire where something can be seen. */
  unitOf(place: WirePlace | undefined): number | undefined {
    const connection = place && this.wire?.connectionOf(place.client);
    if (connection === undefined) return undefined;
    const { log } = this.wire!;
    const units = log
      .lines(Math.max(log.first, log.end - 10_000), 10_000)
      .filter(isUnit)
      .filter((line) => line.connection === connection)
      .filter(({ direction }) => direction === (place!.direction ?? direction));
    const meant = units.findLast(
      (line) =>
        place!.text === undefined || wordsOfLine(line).includes(place!.text),
    );
    return (meant ?? units.at(-1))?.n;
  }

  #ways(): OtherWay[] {
    return (this.#known ??= otherWays(this.#session.exercise));
  }

  #verdict(verdict: Verdict): VerdictMessage {
    const { passed, ms, seed, steps, printed, failure } = verdict;
    return {
      passed,
      seconds: Math.round(ms / 100) / 10,
      seed,
      steps,
      printed,
      ...(failure && { failure: this.#failure(failure) }),
    };
  }

  #failure(parts: FailureParts): NonNullable<VerdictMessage['failure']> {
    const { title, sent, expected, came, at, note, section } = parts;
    const rows = Object.entries({ sent, expected }).flatMap(([label, shown]) =>
      shown === undefined
        ? []
        : [{ label, text: excerpt(shown, undefined, 400).text }],
    );
    const unit = this.unitOf(parts.wire);
    const url = section && urlOfSection(section);
    return {
      title,
      rows,
      ...(came !== undefined && { came: excerpt(came, at, widest) }),
      ...(note && { note }),
      ...(section && { section: { name: section, ...(url && { url }) } }),
      ...(parts.tryIt && { tryIt: asTyped(parts.tryIt) }),
      ...(unit !== undefined && { unit }),
      ...(parts.details && { details: parts.details }),
    };
  }

  #html(text: string): string {
    const { exercise, shellPort } = this.#session;
    const { lesson } = exercise;
    const place = { lesson: lesson.name, folder: this.folder };
    return renderTutorial(text, place, { sections: false, shellPort });
  }
}
