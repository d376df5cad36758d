import { playSteps } from '@on-the-wire/course/conditions/test/play-steps.ts';

playSteps('websocket', {
  changes: {
    // Step 3 adds an empty line, step 6 has the updates compressed.
    'server.ts': (text) =>
      `${text.replace('deflate: false', 'deflate: true')}\n`,
  },
});
