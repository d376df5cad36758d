/**
 * Watches a run for what the steps of a tutorial say, keeps what it has shown,
 * and tells each change. One step is watched at a time, the one where the
 * learner is, and of its actions the first that is not ticked. Nothing is
 * polled: the lines of the wire are looked at while a condition is about them.
 */
import { EventEmitter } from 'node:events';
import type { Fault, Tap } from '@on-the-wire/tap/tap.ts';
import { FaultError, formatFault, parseFault } from '@on-the-wire/tap/tap.ts';
import type { WireLog } from '@on-the-wire/viewer/live/log.ts';
import type { Line } from '@on-the-wire/viewer/source.ts';
import {
  noteStep,
  readLessons,
  type LessonProgress,
  type StepProgress,
} from '../progress/lesson-progress.ts';
import type { StepConditions } from './comments.ts';
import { MEMORY, type Condition } from './condition.ts';
import { conditionInWords } from './in-words.ts';
import type { RunMessage, StepMessage, TickMessage } from './run-message.ts';
import {
  looksAtLines,
  pageNames,
  Watch,
  type Evidence,
  type Happening,
  type Lasting,
} from './watch.ts';

/** Lines of the wire that are looked at before others have their turn. */
const BATCH = 500;
/**
 * ms until a run contradicts the text. The page tells its values a moment after
 * they change, and what will agree may not do so yet.
 */
const GRACE = 3_000;
const MOST_NAMES = 50; // of the page's elements
const LONGEST = 300; // characters of the page's values

/** What is watched. */
export interface ObservedRun {
  /** The lesson's name: `sse`. */
  lesson: string;
  log: WireLog;
  tap: Tap;
  /** What stands between browser and lesson, as the names of links call it. */
  proxy?: string | undefined;
  /** Where the progress is kept; in the clone. */
  file?: string | undefined;
}

/** A condition that is watched, and the first line that counts. */
interface Watched {
  watch: Watch;
  condition: Condition;
  from: number;
}

/** The step that is watched. */
interface Current {
  id: string;
  conditions: StepConditions | undefined;
  /** The action that comes next; undefined where all are ticked. */
  action: Watched | undefined;
  sees: (Watched | undefined)[];
  clauses: Watched[];
  hadFaults: boolean;
  /** Runs out when the run contradicts the text. */
  grace: NodeJS.Timeout | undefined;
}

/** What this run has shown of a step; what was shown before is in the file. */
interface Shown {
  ticks: (Evidence | undefined)[];
  sees: (Evidence | undefined)[];
  decided?: Evidence;
}

/** Emits `change` whenever its message has changed. */
export class StepObserver extends EventEmitter<{ change: [] }> {
  readonly #run: ObservedRun;
  #steps: readonly StepConditions[] = [];
  #progress: LessonProgress = { steps: {} };
  readonly #shown = new Map<string, Shown>();
  readonly #page = new Map<string, string>();
  #faults: readonly Fault[];
  #current: Current | undefined;
  #problem: string | undefined;
  /** Why nothing may be written now. */
  #held: string | undefined;
  /** The steps that were not written for that. */
  readonly #unwritten = new Set<string>();
  /** The first line that was not looked at; undefined while none is. */
  #next: number | undefined;
  #isDue = false;
  /** While lines are looked at: the one behind this. */
  #behind: number | undefined;

  constructor(run: ObservedRun) {
    super();
    this.setMaxListeners(0); // one for each open page
    this.#run = run;
    this.#faults = run.tap.faults;
    this.#try(() => {
      this.#progress = readLessons(run.file)[run.lesson] ?? this.#progress;
    });
  }

  /** What the tutorial says now. A step that says the same goes on. */
  setSteps(steps: readonly StepConditions[]): void {
    if (JSON.stringify(steps) === JSON.stringify(this.#steps)) return;
    this.#steps = steps;
    if (this.#current) this.#watch(this.#current.id, true);
    this.emit('change');
  }

  /** What the page is told. */
  message(): RunMessage {
    const ids = new Set([
      ...this.#steps.map(({ id }) => id),
      ...Object.keys(this.#progress.steps),
    ]);
    return {
      ...(this.#current && { current: this.#current.id }),
      watch: this.#names(),
      steps: Object.fromEntries(
        [...ids].map((id) => [id, this.#stepMessage(id)]),
      ),
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  // ---- What the learner does in the shell ----

  /** The learner is at this step: from now on it is watched. */
  begin(id: string): void {
    if (this.#current?.id === id) return;
    this.#watch(id, true);
    this.emit('change');
  }

  /** @param words undefined takes the guess back */
  guess(id: string, words: string | undefined): void {
    this.#note(id, ({ guess: _before, ...known }) => ({
      ...known,
      ...(words !== undefined && { guess: words }),
    }));
    this.begin(id);
    this.emit('change');
  }

  /** Guesses that a browser has kept; those in the clone are newer. */
  adopt(guesses: Readonly<Record<string, string>>): void {
    for (const [id, guess] of Object.entries(guesses))
      if (this.#progress.steps[id]?.guess === undefined)
        this.#note(id, (known) => ({ guess, ...known }));
    this.emit('change');
  }

  /** *See* was opened by hand. */
  open(id: string): void {
    if (this.#progress.steps[id]?.opened !== undefined) return;
    this.#note(id, (known) => ({ ...known, opened: now() }));
    if (this.#current?.id === id) this.#settle();
    this.emit('change');
  }

  /** The actions are done once more; the guess stays. */
  again(id: string): void {
    this.#shown.delete(id);
    this.#note(id, ({ guess }) => (guess === undefined ? {} : { guess }));
    // What is still broken has to be broken once more.
    this.#watch(id, false);
    this.emit('change');
  }

  /**
   * Writes nothing from now on; the run goes on all the same.
   *
   * @param why in words, for the learner; undefined writes again, and first
   *   what was held back
   */
  holdBack(why: string | undefined): void {
    this.#held = why;
    this.#problem = why;
    if (why === undefined)
      for (const id of this.#unwritten)
        this.#write(id, this.#progress.steps[id] ?? {});
    this.emit('change');
  }

  // ---- What happens in the run ----

  /** The page shows these values now. */
  page(values: Readonly<Record<string, string>>): void {
    const names = this.#names();
    for (const name of names) {
      const value = values[name];
      if (value !== undefined) this.#page.set(name, value.slice(0, LONGEST));
      else this.#page.delete(name);
    }
    if (names.length > 0) this.#settle();
  }

  /** The faults may have been changed. */
  faults(): void {
    const before = this.#faults;
    const after = this.#run.tap.faults;
    this.#faults = after;
    if (this.#current && after.length > 0) this.#current.hadFaults = true;
    this.#happen({ what: 'faults', before, after });
  }

  /** All connections were cut by hand. */
  cut(): void {
    this.#happen({ what: 'cut' });
  }

  /** The learner looks at a line of the wire. */
  opened(n: number): void {
    const [line] = this.#current ? this.#run.log.lines(n, 1) : [];
    if (line?.n !== n) return;
    this.#happen({ what: 'opened', line, details: this.#detailsOf(line) });
  }

  /** Files of the lesson's folder were saved. */
  saved(files: readonly string[]): void {
    this.#happen({ what: 'saved', files });
  }

  /** Watches nothing any more. */
  close(): void {
    clearTimeout(this.#current?.grace);
    this.#current = undefined;
    this.#followLines();
  }

  #happen(happening: Happening): void {
    if (!this.#current) return;
    for (const { watch } of this.#watched()) watch.tell(happening);
    this.#settle();
  }

  // ---- The lines of the wire ----

  /** Looks at the lines from now on, or no longer. */
  #followLines(): void {
    const { log } = this.#run;
    const wanted = this.#watched().some(({ condition }) =>
      looksAtLines(condition),
    );
    if (wanted === (this.#next !== undefined)) return;
    this.#next = wanted ? log.end : undefined;
    if (wanted) log.on('grew', this.#due);
    else log.off('grew', this.#due);
  }

  readonly #due = (): void => {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(this.#look);
  };

  readonly #look = (): void => {
    this.#isDue = false;
    if (this.#next === undefined) return;
    const lines = this.#run.log.lines(this.#next, BATCH);
    for (const line of lines) {
      if (this.#next === undefined) break;
      this.#next = line.n + 1;
      this.#behind = this.#next;
      const happening = {
        what: 'line',
        line,
        details: this.#detailsOf(line),
      } as const;
      const told = this.#watched()
        .filter(({ from }) => line.n >= from)
        .map(({ watch }) => watch.tell(happening));
      if (told.includes(true)) this.#settle();
    }
    this.#behind = undefined;
    if (lines.length === BATCH) this.#due();
  };

  #detailsOf({ n }: Line) {
    return () => this.#run.log.details(n);
  }

  // ---- The step that is watched ----

  /** @param lenient what is broken already counts as broken now */
  #watch(id: string, lenient: boolean): void {
    clearTimeout(this.#current?.grace);
    const conditions = this.#steps.find((step) => step.id === id);
    const known = this.#progress.steps[id] ?? {};
    // What an earlier run has finished is not watched once more.
    const isOver = known.done !== undefined && !this.#shown.has(id);
    const { sees = [], decision } = conditions ?? {};
    const clauses =
      decision && 'clauses' in decision ? decision.clauses : undefined;
    this.#current = {
      id,
      conditions,
      action: undefined,
      sees: sees.map(({ condition }, at) =>
        isOver || this.#shown.get(id)?.sees[at]
          ? undefined
          : this.#watchFor(condition, id === MEMORY ? 0 : undefined),
      ),
      clauses:
        isOver || known.decided
          ? []
          : (clauses ?? []).map(({ condition }) => this.#watchFor(condition)),
      hadFaults: this.#run.tap.faults.length > 0,
      grace: undefined,
    };
    this.#watchNextAction(this.#current, known.actions?.length ?? 0);
    if (lenient && (known.actions?.length ?? 0) === 0)
      this.#current.action?.watch.tell({
        what: 'faults',
        before: [],
        after: this.#run.tap.faults,
      });
    const names = new Set(this.#names());
    for (const name of this.#page.keys())
      if (!names.has(name)) this.#page.delete(name);
    this.#settle();
    if (id === MEMORY) this.#lookBack();
  }

  /** Looks at the lines that are kept, some at a time, before those to come. */
  #lookBack(): void {
    if (this.#next === undefined) return;
    this.#next = this.#run.log.first;
    this.#due();
  }

  /** @param from in the middle of a batch, what comes behind its line */
  #watchFor(
    condition: Condition,
    from = this.#behind ?? this.#run.log.end,
  ): Watched {
    const watch = new Watch(condition, sameNumbers, this.#run.proxy);
    return { watch, condition, from };
  }

  #watchNextAction(current: Current, done: number): void {
    const next = current.conditions?.actions[done];
    current.action = next && this.#watchFor(next);
  }

  #watched(): Watched[] {
    if (!this.#current) return [];
    const { action, sees, clauses } = this.#current;
    return [action, ...sees, ...clauses].filter((each) => each !== undefined);
  }

  /** Sees what has come true; follows the lines as long as something waits. */
  #settle(): void {
    if (!this.#current) return;
    const current = this.#current;
    const lasting = this.#lasting(current);
    let changed = false;
    let evidence = current.action?.watch.evidence(lasting);
    while (evidence) {
      changed = true;
      this.#tick(current, evidence);
      evidence = current.action?.watch.evidence(lasting);
    }
    const isReady = this.#isReady(current);
    if (isReady) changed = this.#finish(current) || changed;
    if (isReady || current.id === MEMORY)
      for (const [at, see] of current.sees.entries()) {
        const seen = see?.watch.evidence(lasting);
        if (!seen) continue;
        changed = true;
        current.sees[at] = undefined;
        this.#shownOf(current.id).sees[at] = seen;
      }
    if (this.#isDecidable(current)) changed = this.#decide(current) || changed;
    this.#followLines();
    if (changed) this.emit('change');
  }

  /** The next action is done. */
  #tick(current: Current, evidence: Evidence): void {
    const { id } = current;
    const known = this.#progress.steps[id]?.actions ?? [];
    this.#shownOf(id).ticks[known.length] = evidence;
    this.#note(id, (step) => ({
      ...step,
      actions: [...(step.actions ?? []), now()],
    }));
    this.#watchNextAction(current, known.length + 1);
  }

  /** Whether the *Do* is done; where nothing is ticked, *See* was opened. */
  #isReady({ id, conditions }: Current): boolean {
    const { actions = [], opened } = this.#progress.steps[id] ?? {};
    const wanted = conditions?.actions.length ?? 0;
    return wanted > 0 ? actions.length >= wanted : opened !== undefined;
  }

  /** Whether so much is done that the guess is decided. */
  #isDecidable(current: Current): boolean {
    const { decision } = current.conditions ?? {};
    const after = decision && 'after' in decision ? decision.after : undefined;
    const { actions = [] } = this.#progress.steps[current.id] ?? {};
    if (after !== undefined && actions.length >= after) return true;
    return this.#isReady(current);
  }

  #finish({ id }: Current): boolean {
    if (this.#progress.steps[id]?.done !== undefined) return false;
    this.#note(id, (step) => ({
      ...step,
      opened: step.opened ?? now(),
      done: now(),
    }));
    return true;
  }

  /** The first clause that is true says what the run has shown. */
  #decide(current: Current): boolean {
    const found = this.#clausesOf(current);
    const [agrees] = found;
    if (agrees) return this.#decided(current, 0, agrees);
    if (found.some((each) => each !== undefined))
      current.grace ??= setTimeout(() => this.#contradict(current), GRACE);
    return false;
  }

  #contradict(current: Current): void {
    current.grace = undefined;
    if (this.#current !== current) return;
    const found = this.#clausesOf(current);
    const at = found.findIndex((each) => each !== undefined);
    if (at < 0 || !this.#decided(current, at, found[at]!)) return;
    this.#followLines();
    this.emit('change');
  }

  #clausesOf(current: Current): (Evidence | undefined)[] {
    const lasting = this.#lasting(current);
    return current.clauses.map(({ watch }) => watch.evidence(lasting));
  }

  #decided(current: Current, at: number, evidence: Evidence): boolean {
    clearTimeout(current.grace);
    current.grace = undefined;
    current.clauses = [];
    const { decision, guesses = [] } = current.conditions ?? {};
    if (!decision || !('clauses' in decision)) return false;
    const guess = guesses[decision.clauses[at]!.guess - 1];
    if (guess === undefined) return false;
    this.#shownOf(current.id).decided = evidence;
    const decided = { guess, by: evidence.words, agrees: at === 0, at: now() };
    this.#note(current.id, (step) => ({ ...step, decided }));
    return true;
  }

  #lasting({ hadFaults }: Current): Lasting {
    return { page: this.#page, faults: this.#run.tap.faults, hadFaults };
  }

  // ---- What is kept, and told ----

  #shownOf(id: string): Shown {
    let shown = this.#shown.get(id);
    if (!shown) this.#shown.set(id, (shown = { ticks: [], sees: [] }));
    return shown;
  }

  /** What was written counts, and where it cannot be written it counts, too. */
  #note(id: string, change: (step: StepProgress) => StepProgress): void {
    const step = change(this.#progress.steps[id] ?? {});
    const steps = { ...this.#progress.steps, [id]: step };
    this.#progress = { ...this.#progress, steps };
    this.#write(id, step);
  }

  #write(id: string, step: StepProgress): void {
    const { lesson, file } = this.#run;
    if (this.#held !== undefined) return void this.#unwritten.add(id);
    this.#unwritten.delete(id);
    this.#try(() => noteStep(lesson, id, () => step, file));
  }

  #try(write: () => void): void {
    try {
      write();
      this.#problem = undefined;
    } catch (error) {
      this.#problem = (error as Error).message;
    }
  }

  #names(): string[] {
    const names = this.#current
      ? [
          ...(this.#current.conditions?.actions.flatMap(pageNames) ?? []),
          ...this.#watched().flatMap(({ condition }) => pageNames(condition)),
        ]
      : [];
    const waits = this.#watched().length > 0;
    return waits ? [...new Set(names)].slice(0, MOST_NAMES) : [];
  }

  #stepMessage(id: string): StepMessage {
    const conditions = this.#steps.find((step) => step.id === id);
    const {
      guess,
      actions = [],
      decided,
      opened,
    } = this.#progress.steps[id] ?? {};
    const shown = this.#shown.get(id);
    const { decision } = conditions ?? {};
    return {
      ...(guess !== undefined && { guess }),
      ticks: (conditions?.actions ?? []).map((condition, at) =>
        at < actions.length ? tickOf(condition, shown?.ticks[at]) : null,
      ),
      sees: (conditions?.sees ?? []).map(({ condition }, at) => {
        const seen = shown?.sees[at];
        return seen ? tickOf(condition, seen) : null;
      }),
      ...(decision && {
        decides: 'nothing' in decision ? decision.nothing : true,
      }),
      ...(decided && {
        decided: {
          guess: decided.guess,
          by: decided.by,
          agrees: decided.agrees,
          ...(shown?.decided?.unit !== undefined && {
            unit: shown.decided.unit,
          }),
        },
      }),
      opened: opened !== undefined,
    };
  }
}

function tickOf(
  condition: Condition,
  evidence: Evidence | undefined,
): TickMessage {
  const words = condition.map((atom) => conditionInWords(atom)).join(', and ');
  return {
    words: evidence?.words ?? words,
    ...(evidence?.unit !== undefined && { unit: evidence.unit }),
    now: evidence !== undefined,
  };
}

const now = () => new Date().toISOString();

/** Whether a fault has the numbers that `8s` or `5%,1s` stand for. */
function sameNumbers(fault: Fault, typed: string): boolean {
  try {
    const { values } = parseFault(`${fault.name}=${typed}`);
    return formatFault(fault) === formatFault({ ...fault, values });
  } catch (error) {
    if (error instanceof FaultError) return false;
    throw error;
  }
}
