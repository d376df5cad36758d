import { playSteps } from '@on-the-wire/course/conditions/test/play-steps.ts';

playSteps('websocket', {
  changes: {
    // Step 3 adds an empty line.
    'server.ts': (text) => `${text}\n`,
  },
});
