/** “Why 127.0.0.1, and not localhost?”: what Node does with two addresses. */
import { expect, test } from '@jest/globals';
import { connect, createServer, type LookupFunction } from 'node:net';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { listen } from '@on-the-wire/system/listen.ts';

const closing = closingAfterEach();

/** A name server for which localhost is ::1 first, and then 127.0.0.1. */
const lookup: LookupFunction = (_name, { all }, tell) => {
  const first = { address: '::1', family: 6 };
  const second = { address: '127.0.0.1', family: 4 };
  if (all) tell(null, [first, second]);
  else tell(null, first.address, first.family);
};

test.each([
  [undefined, 'connect'],
  [false, 'ECONNREFUSED'],
])(
  'With autoSelectFamily %s, localhost and a server at 127.0.0.1: %s',
  async (autoSelectFamily, expected) => {
    const server = createServer((socket) => socket.destroy());
    closing.push(() => server.close());
    const { port } = await listen(server);
    const to = { host: 'localhost', port, lookup, autoSelectFamily };
    const socket = connect(to);
    const outcome = await new Promise<string | undefined>((resolve) => {
      socket.on('connect', () => resolve('connect'));
      socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    });
    socket.destroy();
    // Where there is no IPv6, nobody can even try ::1.
    if (outcome !== 'EADDRNOTAVAIL') expect(outcome).toBe(expected);
  },
);
