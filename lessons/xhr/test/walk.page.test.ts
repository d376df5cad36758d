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
    // A train may have left in the meantime: 400. Without the cookie: 401.
    await page.locator('#report').click();
    const responded = result.filter({ hasText: /^PUT \/delays .*→ [245]/ });
    const text = (await responded.textContent())!;
    if (text.includes('→ 401')) throw new Error(text);
  },
});
