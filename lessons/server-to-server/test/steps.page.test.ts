import { playSteps } from '@on-the-wire/course/conditions/test/play-steps.ts';

playSteps('server-to-server', {
  changes: {
    'idempotency.ts': (text) =>
      text.replace('if (known) return known.done;', ''),
    'operators.ts': (text) => `${text}\n`,
  },
  also: {
    // The learner reloads the page.
    'step-6/0': async (page, lesson) => {
      await Promise.all([
        page.waitForEvent('framenavigated', (frame) => frame === lesson),
        lesson.evaluate(() => location.reload()),
      ]);
    },
  },
});
