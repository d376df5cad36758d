import { playSteps } from '@on-the-wire/course/conditions/test/play-steps.ts';

playSteps('sse', {
  changes: {
    'news.ts': (text) =>
      text.replace('event: kind, id, data', 'event: kind, data'),
  },
});
