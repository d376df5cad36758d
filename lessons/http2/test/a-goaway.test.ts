import { once } from 'node:events';
import { connect } from 'node:http2';
import { expect, test } from '@jest/globals';
import { listen } from '@on-the-wire/system/listen.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { createServer } from '../server.ts';

const closing = closingAfterEach();

test('a request that runs at GOAWAY is finished, a later one refused', async () => {
  const { server, close } = createServer({ deadline: 60_000 });
  closing.push(close);
  const { origin } = await listen(server);
  const session = connect(origin, { rejectUnauthorized: false });
  closing.push(() => session.destroy());

  const path = { ':method': 'POST', ':path': '/dictation' };
  const running = session.request(path);
  running.write('before, ');
  await once(server, 'request');
  const closed = close(); // sends GOAWAY
  await once(session, 'goaway');

  const later = session.request(path);
  await expect(once(later, 'response')).rejects.toThrow('GOAWAY');
  running.end('after');
  expect((await running.toArray()).join('')).toMatch(/before, .*after/s);
  await closed;
});
