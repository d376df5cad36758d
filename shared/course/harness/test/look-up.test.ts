import { describe, expect, test } from '@jest/globals';
import { addressesOf } from '../look-up.ts';

/** A system that knows these names. */
const knows = (names: Record<string, string[]>) => (name: string) =>
  name in names
    ? Promise.resolve(names[name]!.map((address) => ({ address })))
    : Promise.reject(new Error(`getaddrinfo ENOTFOUND ${name}`));

describe('the addresses that may be dialled', () => {
  test.each([
    ['localhost', ['::1'], ['::1', '127.0.0.1']],
    ['localhost', ['127.0.0.1'], ['127.0.0.1', '::1']],
    ['localhost', ['127.0.0.1', '::1'], ['127.0.0.1', '::1']],
    // Not every name of this machine is at one of these two.
    ['app.test', ['127.0.1.1'], ['127.0.1.1']],
    // What is not on this machine is left out.
    ['app.test', ['192.0.2.1', '127.0.0.1'], ['127.0.0.1']],
    ['app.localhost', ['192.0.2.1'], ['127.0.0.1', '::1']],
  ])('of %s, which is %j: %j', async (name, found, expected) => {
    const resolve = knows({ [name]: found });
    expect(await addressesOf(name, { resolve })).toEqual(expected);
  });

  test.each(['app.localhost', 'a.b.LOCALHOST', 'localhost.'])(
    'of %s, which the system does not know: both of this machine',
    async (name) => {
      expect(await addressesOf(name, { resolve: knows({}) })).toEqual([
        '127.0.0.1',
        '::1',
      ]);
    },
  );

  test('of a name that is not on this machine: none, and it says where', async () => {
    const resolve = knows({ 'app.test': ['192.0.2.1', '2001:db8::1'] });
    await expect(addressesOf('app.test', { resolve })).rejects.toThrow(
      '"app.test" is 192.0.2.1, 2001:db8::1, which is not this machine',
    );
    expect(await addressesOf('app.test', { resolve, remote: true })).toEqual([
      '192.0.2.1',
      '2001:db8::1',
    ]);
  });

  test('of a name that only looks like one: what the system says', async () => {
    await expect(
      addressesOf('notlocalhost', { resolve: knows({}) }),
    ).rejects.toThrow('getaddrinfo ENOTFOUND notlocalhost');
  });
});
