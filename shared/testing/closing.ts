import { afterEach } from '@jest/globals';

/** A list of what is called when a test has ended, the last first. */
export function closingAfterEach(): (() => unknown)[] {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });
  return closing;
}
