import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { localCertificate } from '../../certificates/certificates.ts';
import {
  all,
  atEnd,
  cleanUp,
  connect,
  endOf,
  listen,
  next,
  startTap,
  startTarget,
  take,
  watch,
} from './rig.ts';

afterEach(cleanUp);
const layer = 'TLS';

/** A target that says which protocol was agreed on. */
function sayProtocol(protocols: string[]) {
  return startTarget(
    (socket) =>
      socket.end(String((socket as { alpnProtocol?: unknown }).alpnProtocol)),
    { layer, protocols },
  );
}

describe('with TLS, the tap', () => {
  test.each([
    [['h2', 'http/1.1'], ['h2', 'http/1.1'], 'h2'],
    [['h2', 'http/1.1'], ['http/1.1'], 'http/1.1'],
    [['http/1.1', 'h2'], ['h2', 'http/1.1'], 'http/1.1'],
    [['http/1.1'], ['h2', 'http/1.1'], 'http/1.1'],
  ])(
    'offers %j as the target does: a client of %j speaks %s',
    async (offered, asked, chosen) => {
      const tap = await startTap(await sayProtocol(offered), { layer });
      const opened = next(tap, 'open');
      const { client, protocol } = await connect(tap.port, {
        layer,
        protocols: asked,
      });
      expect(protocol).toBe(chosen);
      expect((await all(client)).text).toBe(chosen);
      expect(await opened).toMatchObject({ encrypted: true, protocol: chosen });
    },
  );

  test('learns anew what is offered, when it is told to', async () => {
    const tap = await startTap(await sayProtocol(['http/1.1']), { layer });
    expect(await tap.learnProtocols()).toEqual(['http/1.1']);
    tap.target = { ...tap.target, port: await sayProtocol(['h2', 'http/1.1']) };
    expect(await tap.learnProtocols()).toEqual(['h2', 'http/1.1']);
    const { protocol } = await connect(tap.port, { layer, protocols: ['h2'] });
    expect(protocol).toBe('h2');
  });

  test('carries HTTP/2 of two strangers', async () => {
    const pair = await localCertificate();
    const server = http2.createSecureServer(pair);
    server.on('stream', (stream, headers) => stream.end(headers[':path']));
    const tap = await startTap(await listen(server as unknown as net.Server), {
      layer,
    });
    const session = http2.connect(`https://localhost:${tap.port}`, {
      ca: pair.cert,
    });
    atEnd(() => session.destroy());
    const [one, two] = ['/one', '/two'].map((path) =>
      session.request({ ':path': path }),
    );
    expect((await all(one!)).text).toBe('/one');
    expect((await all(two!)).text).toBe('/two');
    expect(tap.recording.connections()).toHaveLength(1);
  });

  test('tells when a client does not trust it', async () => {
    const tap = await startTap(await sayProtocol(['http/1.1']), { layer });
    await tap.learnProtocols();
    const ended = next(tap, 'end');
    const closed = next(tap, 'close');
    const raw = net.connect({ host: '127.0.0.1', port: tap.port });
    await once(raw, 'connect');
    raw.write('this is no ClientHello');
    expect(await ended).toMatchObject({ direction: 'up', how: 'failed' });
    await closed;
    raw.destroy();
  });

  test('resets the client where the target does not speak TLS', async () => {
    const tap = await startTap(
      await startTarget((socket) => socket.end('no TLS here')),
      { layer },
    );
    const { ends } = watch(tap);
    const { client } = await connect(tap.port, { layer, protocols: [] });
    expect(await endOf(client)).toBe('ECONNRESET');
    expect(ends).toEqual(['down refused']);
  });
});

describe.each(['plain', 'TLS'])('a target that is down, %s:', (spoken) => {
  test('the client is reset, the tap says why, and tries again next time', async () => {
    const gone = net.createServer();
    const port = await listen(gone);
    gone.close();
    await once(gone, 'close');
    const tap = await startTap(port, { layer: spoken });
    const ended = next(tap, 'end');
    const closed = next(tap, 'close');
    const raw = net.connect({ host: '127.0.0.1', port: tap.port });
    expect(await endOf(raw)).toBe('ECONNRESET');
    expect(await ended).toMatchObject({
      connection: 1,
      direction: 'down',
      how: 'refused',
      text: `connect ECONNREFUSED 127.0.0.1:${port}`,
    });
    await closed;
    expect(tap.connections).toBe(0);
    const back = await startTarget((socket) => socket.end('back'), {
      layer: spoken as 'plain',
    });
    tap.target = { host: '127.0.0.1', port: back };
    const { client } = await connect(tap.port, { layer: spoken as 'plain' });
    expect(await take(client, 4)).toBe('back');
  });
});

describe('close()', () => {
  test.each(['plain', 'TLS'] as const)(
    'ends every connection, %s, and frees the port',
    async (spoken) => {
      const tap = await startTap(
        await startTarget((socket) => socket.write('hello'), { layer: spoken }),
        { layer: spoken },
      );
      const { port } = tap;
      const clients = await Promise.all(
        Array.from({ length: 5 }, () => connect(port, { layer: spoken })),
      );
      await Promise.all(clients.map(({ client }) => take(client, 5)));
      const ends = clients.map(({ client }) => endOf(client));
      expect(tap.connections).toBe(5);
      await tap.close();
      expect(tap.connections).toBe(0);
      expect(await Promise.all(ends)).toEqual(Array(5).fill('ECONNRESET'));
      const again = net.connect({ host: '127.0.0.1', port });
      const [error] = await once(again, 'error');
      expect(error).toMatchObject({ code: 'ECONNREFUSED' });
      await tap.close();
    },
  );

  test('works while faults hold bytes, and before it ever listened', async () => {
    const tap = await startTap(
      await startTarget((socket) => socket.write('hello')),
      { faults: ['silence', 'idle=1min', 'bandwidth', 'reset=after:1min'] },
    );
    const struck = next(tap, 'fault');
    await connect(tap.port);
    await struck;
    await tap.close();
    const { createTap } = await import('../tap.ts');
    await createTap({ target: { host: '127.0.0.1', port: 1 } }).close();
  });
});
