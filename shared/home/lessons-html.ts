/** The lessons of the home page, and how far the learner is with each. */
import type { FoundExercise } from '@on-the-wire/course/exercise/exercises.ts';
import {
  nextOf,
  standingOf,
  type Standing,
} from '@on-the-wire/course/exercise/terminal/list.ts';
import type { Progress } from '@on-the-wire/course/exercise/progress.ts';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { escapeHtml } from '@on-the-wire/viewer/server/escape-html.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';

const words: Record<Standing, string> = {
  done: 'done',
  broken: 'passed once, no longer does',
  begun: 'begun',
  open: 'not begun',
};

/**
 * Makes one item of a list for each lesson.
 *
 * @param exercises of all lessons
 * @param progress what the learner has done of them
 * @returns HTML
 */
export function lessonsHtml(
  lessons: FoundLesson[],
  exercises: FoundExercise[],
  progress: Progress,
): string {
  const next = nextOf(exercises, progress);
  return lessons
    .map((lesson) =>
      lessonHtml(
        lesson,
        exercises.filter((each) => each.lesson.name === lesson.name),
        progress,
        next,
      ),
    )
    .join('\n');
}

function lessonHtml(
  { name, manifest }: FoundLesson,
  exercises: FoundExercise[],
  progress: Progress,
  next: FoundExercise | undefined,
): string {
  const { title, question, minutes } = manifest;
  const standings = exercises.map((each) => standingOf(each, progress));
  const done = standings.filter((standing) => standing === 'done').length;
  const items = exercises.map((exercise, index) => {
    const standing = standings[index]!;
    const isNext = exercise === next ? '<span class="next">next</span>' : '';
    return (
      `<li data-standing="${standing}"><code>${escapeHtml(exercise.id)}</code> ` +
      `${escapeHtml(exercise.title)} ` +
      `<span class="soft">${exercise.minutes} min, ${words[standing]}</span>` +
      `${isNext}</li>`
    );
  });
  const all =
    exercises.length === 0
      ? ''
      : `<details><summary>Exercises: ${done} of ${exercises.length} done` +
        `<span class="marks" aria-hidden="true">${standings
          .map((standing) => `<i data-standing="${standing}"></i>`)
          .join('')}</span></summary><ol>${items.join('')}</ol></details>`;
  return `<li class="card">
  <h3>${escapeHtml(title)}</h3>
  <p class="question">${escapeHtml(question)}</p>
  <p class="soft">${minutes} min</p>
  <p class="begin">
    <button type="button" data-start="${escapeHtml(name)}" aria-label="Start ${escapeHtml(title)}">Start</button>
    <code>${pnpm} lesson ${escapeHtml(name)}</code>
  </p>
  ${all}
</li>`;
}
