import { walkThrough } from '@on-the-wire/course/shell/test/walk.ts';

walkThrough('sse', {
  begin: (page) => page.getByLabel('rush hour').check({ force: true }),
});
