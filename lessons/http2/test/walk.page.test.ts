import {
  walkBehind,
  walkThrough,
  type Walk,
} from '@on-the-wire/course/shell/test/walk.ts';

const walk: Walk = {
  begin: (page) => page.getByLabel('rush hour').check({ force: true }),
};
walkThrough('http2', walk);
walkBehind('http2', { ...walk, needsMore: ['nginx'], also: 'nghttpx' });
