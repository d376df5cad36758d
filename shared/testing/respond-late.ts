import type { Page } from 'playwright-core';

/**
 * Holds back the response to a page's next request for an address: it says what
 * the server knows then, and the page learns it later.
 *
 * @param glob of the address, as `page.route` takes it
 * @returns `responded` resolves once the server has; `release()` once the page
 *   has the response, and has had its turn to show it
 */
export async function respondLate(page: Page, glob: string) {
  const server = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const fulfilled = Promise.withResolvers<void>();
  await page.route(
    glob,
    async (route) => {
      const response = await route.fetch();
      server.resolve();
      await released.promise;
      await route.fulfill({ response });
      fulfilled.resolve();
    },
    { times: 1 },
  );
  return {
    responded: server.promise,
    async release() {
      released.resolve();
      await fulfilled.promise;
      // What the page asks for now comes after it.
      await page.evaluate(async () => (await fetch(location.href)).text());
    },
  };
}

/**
 * Holds back a page's next request for an address: the server knows nothing of
 * it yet.
 *
 * @param glob of the address, as `page.route` takes it
 * @returns `asked` resolves once the page has sent it; `release()` lets it go,
 *   and resolves once the page has the response
 */
export async function requestLate(page: Page, glob: string) {
  const asked = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  await page.route(
    glob,
    async (route) => {
      asked.resolve();
      await released.promise;
      await route.continue();
    },
    { times: 1 },
  );
  return {
    asked: asked.promise,
    async release() {
      const responded = page.waitForResponse(glob);
      released.resolve();
      await responded;
    },
  };
}
