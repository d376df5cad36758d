/** The lessons of the home page, and how far the learner is with each. */
import type { FoundExercise } from '@on-the-wire/course/exercise/exercises.ts';
import {
  nextOf,
  standingOf,
  type Standing,
} from '@on-the-wire/course/exercise/terminal/list.ts';
import { standingWords } from '@on-the-wire/course/way/message.ts';
import {
  describeStop,
  exercisesOf,
  whereStopped,
  type Known,
} from '@on-the-wire/course/way/standing.ts';
import {
  findSideTrips,
  type SideTrip,
} from '@on-the-wire/course/texts/side-trips.ts';
import { tutorialSteps } from '@on-the-wire/course/way/steps.ts';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { escapeHtml } from '@on-the-wire/viewer/server/escape-html.ts';
import { asTyped, pnpm } from '@on-the-wire/system/as-typed.ts';

/** What runs now, by the name of a lesson or an exercise's id. */
type Running = ReadonlyMap<string, string>;

/**
 * Makes one item of a list for each lesson.
 *
 * @param known of the learner
 * @param running what runs now
 * @returns HTML
 */
export function lessonsHtml(known: Known, running: Running): string {
  const next = nextOf(known.exercises, known.progress);
  const stop = whereStopped(known);
  return known.lessons
    .map((lesson) =>
      lessonHtml(lesson, known, running, {
        next,
        isOpen: stop?.lesson.name === lesson.name,
      }),
    )
    .join('\n');
}

/**
 * Where the learner stopped, with one button.
 *
 * @returns HTML; nothing where nothing was begun
 */
export function stopHtml(known: Known): string {
  const stop = whereStopped(known);
  if (!stop) return '';
  const { lesson, step, exercise, last, when } = stop;
  const isExercise = last === 'exercise' && exercise !== undefined;
  const what = isExercise ? exercise.id : lesson.name;
  const date = when
    ? ` <span class="soft">${new Date(when).toLocaleDateString('en-GB', {
        day: 'numeric',
        month: 'long',
      })}</span>`
    : '';
  const button = startButton({
    what,
    title: isExercise ? exercise.title : lesson.manifest.title,
    words: `Go on with ${isExercise ? exercise.id : lesson.manifest.title}`,
    ...(!isExercise && step && { hash: step.id }),
  });
  return (
    `<p>${escapeHtml(describeStop(stop))}${date}</p>` +
    `<p class="begin">${button}${commandHtml(what)}</p>`
  );
}

function lessonHtml(
  lesson: FoundLesson,
  known: Known,
  running: Running,
  { next, isOpen }: { next: FoundExercise | undefined; isOpen: boolean },
): string {
  const { name, manifest } = lesson;
  const { title, question, minutes } = manifest;
  const exercises = exercisesOf(known, lesson);
  const standings = exercises.map((each) => standingOf(each, known.progress));
  const done = standings.filter((standing) => standing === 'done').length;
  const items = exercises.map((exercise, index) =>
    exerciseHtml(exercise, standings[index]!, {
      isNext: exercise === next,
      isRunning: running.has(exercise.id),
    }),
  );
  const all =
    exercises.length === 0
      ? ''
      : `<details${isOpen ? ' open' : ''}><summary>Exercises: ${done} of ${exercises.length} done` +
        `<span class="marks" aria-hidden="true">${standings
          .map((standing) => `<i data-standing="${standing}"></i>`)
          .join('')}</span></summary><ol>${items.join('')}</ol></details>`;
  return `<li class="card" data-lesson="${escapeHtml(name)}">
  <div>
    <h3>${escapeHtml(title)}</h3>
    <p class="question">${escapeHtml(question)}</p>
    <p class="soft">${minutes} min${stepsDone(lesson, known)}</p>
    <p class="begin">
      ${startButton({
        what: name,
        title,
        words: running.has(name) ? 'Running: open' : 'Start',
      })}${commandHtml(name)}
    </p>
    ${findSideTrips(lesson.folder)
      .map((trip) => tripHtml(lesson, trip))
      .join('\n    ')}
  </div>
  ${all}
</li>`;
}

/** The lesson's shell shows it; its own command starts what it needs, too. */
function tripHtml({ name }: FoundLesson, trip: SideTrip): string {
  return (
    `<p class="begin trip">${startButton({
      what: name,
      title: trip.title,
      words: `Side trip: ${trip.title}`,
      hash: trip.name,
    })}${typedHtml(asTyped(trip.command))} ` +
    `<span class="soft">${trip.minutes} min, optional</span></p>`
  );
}

function stepsDone(lesson: FoundLesson, { visits }: Known): string {
  const noted = visits[lesson.name];
  if (!noted) return '';
  const steps = tutorialSteps(lesson);
  const done = steps.filter(({ id }) => noted.steps[id]?.done).length;
  return `, ${done} of ${steps.length} steps done`;
}

function exerciseHtml(
  { id, title, minutes }: FoundExercise,
  standing: Standing,
  { isNext, isRunning }: { isNext: boolean; isRunning: boolean },
): string {
  return (
    `<li data-standing="${standing}"><p><code>${escapeHtml(id)}</code> ` +
    `${escapeHtml(title)} ` +
    `<span class="soft">${minutes} min, ${standingWords[standing]}</span>` +
    `${isNext ? '<span class="next">next</span>' : ''}</p>` +
    `<p class="begin">${startButton({
      what: id,
      title: `${id} ${title}`,
      words: isRunning ? 'Running: open' : 'Start',
    })}${commandHtml(id)}</p></li>`
  );
}

/** @param part.what the name of a lesson, or an exercise's id */
function startButton({
  what,
  title,
  words,
  hash,
}: {
  what: string;
  title: string;
  words: string;
  hash?: string;
}): string {
  const name = words.includes(title) ? words : `${words} ${title}`;
  return (
    `<button type="button" data-start="${escapeHtml(what)}" ` +
    `data-title="${escapeHtml(title)}"` +
    `${hash ? ` data-hash="${escapeHtml(hash)}"` : ''} ` +
    `aria-label="${escapeHtml(name)}, in its own tab">` +
    `${escapeHtml(words)} <span aria-hidden="true">↗</span></button>`
  );
}

function commandHtml(what: string): string {
  const verb = what.includes('/') ? 'exercise' : 'lesson';
  return typedHtml(`${pnpm} ${verb} ${what}`);
}

function typedHtml(typed: string): string {
  const command = escapeHtml(typed);
  return (
    `<span class="typed"><code>${command}</code>` +
    `<button type="button" class="copy" data-copy="${command}" ` +
    `aria-label="Copy ${command}">Copy</button></span>`
  );
}
