import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { duplexPair } from 'node:stream';
import tls from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
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

  test('learns again what is offered, when it is told to', async () => {
    const tap = await startTap(await sayProtocol(['http/1.1']), { layer });
    expect(await tap.learnProtocols()).toEqual(['http/1.1']);
    tap.target = { ...tap.target, port: await sayProtocol(['h2', 'http/1.1']) };
    expect(await tap.learnProtocols()).toEqual(['h2', 'http/1.1']);
    const { protocol } = await connect(tap.port, { layer, protocols: ['h2'] });
    expect(protocol).toBe('h2');
  });

  test('carries HTTP/2 between programs that are not ours', async () => {
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

  /** What is heard of a client that breaks off its handshake. */
  async function breakOff(speak: (raw: net.Socket) => Promise<void>) {
    const tap = await startTap(await sayProtocol(['http/1.1']), { layer });
    await tap.learnProtocols();
    const opened = next(tap, 'open');
    const ended = next(tap, 'end');
    const closed = next(tap, 'close');
    const raw = net.connect({ host: '127.0.0.1', port: tap.port });
    await once(raw, 'connect');
    const port = raw.localPort;
    await speak(raw);
    const { text, ...how } = await ended;
    expect(how).toMatchObject({ direction: 'up', how: 'failed' });
    expect(await opened).toMatchObject({ client: { port } });
    await closed;
    raw.destroy();
    return text;
  }

  test('tells when a client does not trust it', async () => {
    const text = await breakOff(async (raw) => {
      const [here, there] = duplexPair();
      const hello = once(here, 'data');
      tls.connect({ socket: there, maxVersion: 'TLSv1.2' });
      raw.write((await hello)[0] as Buffer);
      await once(raw, 'data'); // the certificate
      // A fatal alert, certificate_unknown: RFC 5246, 7.2.
      raw.write(Buffer.from('1503030002022e', 'hex'));
    });
    expect(text).toBe(
      "the client does not trust the tap's certificate: it ended the TLS " +
        'handshake with the alert certificate_unknown',
    );
  });

  test('tells when a client speaks no TLS', async () => {
    const text = await breakOff(async (raw) => {
      raw.write('this is no ClientHello');
    });
    expect(text).toBe(
      'the client sent something other than TLS to a port that speaks TLS',
    );
  });

  test('does not wait for a client that left during the handshake', async () => {
    const tap = await startTap(await sayProtocol(['http/1.1']), { layer });
    await tap.learnProtocols();
    const ended = next(tap, 'end');
    const closed = next(tap, 'close');
    const raw = net.connect({ host: '127.0.0.1', port: tap.port });
    raw.on('error', () => {});
    await once(raw, 'connect');
    raw.end();
    expect(await ended).toMatchObject({ direction: 'up', how: 'failed' });
    await closed;
  });

  test('lets go of a client that leaves right after the handshake', async () => {
    const tap = await startTap(await sayProtocol(['http/1.1']), { layer });
    const closed = next(tap, 'close');
    // With TLS 1.2 its handshake is over before it looks at the certificate.
    const client = tls.connect({
      host: '127.0.0.1',
      port: tap.port,
      maxVersion: 'TLSv1.2',
    });
    expect(await endOf(client)).toBe('DEPTH_ZERO_SELF_SIGNED_CERT');
    await closed;
    expect(tap.connections).toBe(0);
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
