import { walkThrough } from '@on-the-wire/course/shell/test/walk.ts';

walkThrough('http2', {
  begin: (page) => page.getByLabel('rush hour').check({ force: true }),
});
