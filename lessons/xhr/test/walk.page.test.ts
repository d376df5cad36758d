import { walkThrough } from '@on-the-wire/course/shell/test/walk.ts';

walkThrough('xhr', {
  async begin(page) {
    await page.getByLabel('rush hour').check({ force: true });
    await page.getByLabel('long polling').check({ force: true });
  },
});
