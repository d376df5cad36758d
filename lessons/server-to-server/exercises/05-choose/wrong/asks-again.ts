// Wrong: an EventSource asks once more when the answer is over.
// Told: translator: sse would do, and more than is needed

import { choices as ours } from '../solution.ts';

export const choices = () => ({
  ...ours(),
  translator: {
    take: ['sse'],
    rows: ['response-streaming', 'resumes'],
    fault: 'buffer=size:64kB',
  },
});
