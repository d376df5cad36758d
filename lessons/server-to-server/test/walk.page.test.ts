import {
  walkBehind,
  walkThrough,
  type Walk,
} from '@on-the-wire/course/shell/test/walk.ts';

const walk: Walk = {
  begin: async () => {},
};
walkThrough('server-to-server', walk);
walkBehind('server-to-server', walk);
