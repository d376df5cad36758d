import { afterAll, expect, jest, test } from '@jest/globals';
import { NotInThisEngine } from '@on-the-wire/browser/page.ts';

// The environment reads it when it is loaded: here, for this file alone.
process.env['ONLY_ENGINE'] = 'firefox';
const { default: Environment } = await import('../jest-environment.ts');
const told: string[] = [];
const stderr = jest
  .spyOn(process.stderr, 'write')
  .mockImplementation((text) => Boolean(told.push(String(text))));
afterAll(() => {
  delete process.env['ONLY_ENGINE'];
  stderr.mockRestore();
});

const cannot = new NotInThisEngine('firefox', "hold the page's clock");
const block = (...names: string[]) =>
  names.reduce<{ name: string; parent?: never; tests: never[] }>(
    (parent, name) => ({ name, parent: parent as never, tests: [] }),
    { name: 'ROOT_DESCRIBE_BLOCK', tests: [] },
  );

/** A test as jest has it when it has ended, and what becomes of it. */
function done(...errors: unknown[]) {
  told.length = 0;
  const parent = block('the page', 'late');
  const ended = { name: 'waits', parent, errors, status: 'done' };
  const { handleTestEvent } = Environment.prototype;
  const event = { name: 'test_done', test: ended };
  handleTestEvent(event, { unhandledErrors: [] });
  return { failed: ended.errors.length > 0, status: ended.status, told };
}

test('what a driver cannot do is not run, and one line says so', () => {
  // What follows from it in hooks does not count.
  const after = [new TypeError('no page'), new Error('called here')];
  expect(done([cannot, new Error('called here')], after)).toEqual({
    failed: false,
    status: 'skip',
    told: [
      'Not run in Firefox: the page › late › waits: ' +
        `its driver cannot hold the page's clock.\n`,
    ],
  });
});

test('any other failure stays one', () => {
  const error = [new Error('late'), undefined];
  expect(done(error)).toEqual({ failed: true, status: 'done', told: [] });
  expect(done(error, [cannot])).toMatchObject({ failed: true, told: [] });
  expect(done()).toEqual({ failed: false, status: 'done', told: [] });
});

test.each([
  ['in Chromium, waits a second', true],
  ['in Chromium and WebKitGTK, waits a second', true],
  ['in Chromium and Firefox, waits a second', false],
  ['in Firefox, waits a second', false],
  ['in A, B and C, waits a second', false],
  ['waits a second in Chromium', false],
])('%s: is it about others?', (name, isSkipped) => {
  told.length = 0;
  const begun: { name: string; mode?: string } & Record<string, unknown> = {
    name,
    parent: block('the page'),
    errors: [],
    status: null,
  };
  const event = { name: 'test_start', test: begun as never };
  Environment.prototype.handleTestEvent(event, { unhandledErrors: [] });
  expect(begun.mode).toBe(isSkipped ? 'skip' : undefined);
  expect(told).toEqual(
    isSkipped
      ? [`Not run in Firefox: the page › ${name}: its name says so.\n`]
      : [],
  );
});
