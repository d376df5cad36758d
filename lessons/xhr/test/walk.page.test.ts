import {
  walkBehind,
  walkThrough,
  type Walk,
} from '@on-the-wire/course/shell/test/walk.ts';

const walk: Walk = {
  async begin(page) {
    await page.getByLabel('rush hour').check({ force: true });
    await page.getByLabel('long polling').check({ force: true });
  },
};
walkThrough('xhr', walk);
walkBehind('xhr', {
  ...walk,
  async signIn(page) {
    await page.locator('#sign-in').click();
    await page.locator('#result', { hasText: '→ 204' }).waitFor();
    await page.locator('#report').click();
    await page.locator('#result', { hasText: '→ 200' }).waitFor();
  },
});
