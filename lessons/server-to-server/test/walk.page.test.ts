import { walkThrough } from '@on-the-wire/course/shell/test/walk.ts';

walkThrough('server-to-server', {
  begin: async () => {},
});
