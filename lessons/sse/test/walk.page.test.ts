import {
  walkBehind,
  walkThrough,
  type Walk,
} from '@on-the-wire/course/shell/test/walk.ts';

const walk: Walk = {
  begin: (page) => page.getByLabel('rush hour').check({ force: true }),
};
walkThrough('sse', walk);
walkBehind('sse', {
  ...walk,
  also: 'varnish',
  async signIn(page) {
    await page.locator('#sign-in').click();
    await page.locator('#role', { hasText: 'staff' }).waitFor();
  },
});
