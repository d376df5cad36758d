/**
 * In the gate a test that fails is tried once more, and both outcomes are
 * printed: what fails now and then must be found by `pnpm soak`, which never
 * tries again, and not by whoever hands in something else.
 */
import { jest } from '@jest/globals';

if (process.env['CI'])
  jest.retryTimes(2, { logErrorsBeforeRetry: true, waitBeforeRetry: 500 });
