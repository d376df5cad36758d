import { expect } from '@jest/globals';
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
    // The switch for the rate gets a 204, too: each response has its request.
    const result = page.locator('#result');
    await page.locator('#sign-in').click();
    await result.filter({ hasText: /^POST \/sign-in .*→ 204/ }).waitFor();
    // A train may have left in the meantime: 400. Who is no staff gets 401.
    await page.locator('#report').click();
    await result.filter({ hasText: /^PUT \/delays .*→ [245]/ }).waitFor();
    expect(await result.textContent()).toMatch(/→ (?:200|400) /);
  },
});
