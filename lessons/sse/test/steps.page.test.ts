import { playSteps } from '@on-the-wire/course/conditions/test/play-steps.ts';

playSteps('sse', {
  changes: {
    'news.ts': (text) =>
      text.replace('event: kind, id, data', 'event: kind, data'),
  },
  also: {
    'step-7/3': (_page, lesson) => lesson.locator('#question').fill('overload'),
  },
});

// In the same file: both save files of the lesson, and one must end first.
playSteps('sse', {
  trip: 'deploy',
  drainMs: 2_000,
  changes: {
    'server.ts': (text) =>
      text.includes('jitter: 0.5,')
        ? text.replace('jitter: 0.5,', 'jitter: 0,')
        : text.replace('jitter: 0,', 'jitter: 0.5,'),
  },
});
