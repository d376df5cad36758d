/** What is said where TLS does not come about. */
import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { duplexPair } from 'node:stream';
import tls from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { createTap } from '../tap.ts';
import { targetTrouble } from '../tls-errors.ts';
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
} from './rig.ts';

afterEach(cleanUp);
const layer = 'TLS';

/** A fatal alert as a record of its own: RFC 8446, 5.1 and 6. */
const alertRecord = (description: number) =>
  Buffer.from([0x15, 3, 3, 0, 2, 2, description]);

describe('of a client, the tap says', () => {
  const tapped = async () =>
    startTap(await startTarget((socket) => socket.end('served'), { layer }), {
      layer,
    });

  async function toldOf(speak: (port: number) => Promise<unknown>) {
    const tap = await tapped();
    const ended = next(tap, 'end');
    const closed = next(tap, 'close');
    await speak(tap.port);
    const { text, ...how } = await ended;
    expect(how).toMatchObject({ direction: 'up', how: 'failed' });
    await closed;
    return text;
  }

  /** Begins a handshake, waits for the certificate, and says this. */
  async function breakOff(port: number, bytes: Buffer): Promise<void> {
    const [here, there] = duplexPair();
    const hello = once(here, 'data');
    tls.connect({ socket: there, maxVersion: 'TLSv1.2' });
    const raw = net.connect({ host: '127.0.0.1', port });
    raw.on('error', () => {});
    atEnd(() => raw.destroy());
    raw.write((await hello)[0] as Buffer);
    await once(raw, 'data');
    raw.write(bytes);
  }

  test('that fetch may not trust it', async () => {
    const text = await toldOf((port) =>
      fetch(`https://127.0.0.1:${port}/`).catch(() => {}),
    );
    expect(text).toBe(
      'the client closed the connection during the TLS handshake: perhaps it does ' +
        "not trust the tap's certificate",
    );
  });

  test('that plain HTTP was sent', async () => {
    const text = await toldOf((port) =>
      fetch(`http://127.0.0.1:${port}/`).catch(() => {}),
    );
    expect(text).toBe(
      'the client sent a plain HTTP request to a port that speaks TLS: open ' +
        'it with https:, not http:',
    );
  });

  test('that a proxy was looked for', async () => {
    const text = await toldOf(async (port) => {
      const raw = net.connect({ host: '127.0.0.1', port });
      atEnd(() => raw.destroy());
      raw.on('error', () => {}).write('CONNECT a:443 HTTP/1.1\r\n\r\n');
      await endOf(raw);
    });
    expect(text).toMatch(/^the client sent a plain HTTP request/);
  });

  test('that it left without a word', async () => {
    const text = await toldOf(async (port) => {
      const raw = net.connect({ host: '127.0.0.1', port });
      await once(raw, 'connect');
      raw.end();
    });
    expect(text).toBe(
      'the client closed the connection before the TLS handshake',
    );
  });

  test('that it knows only old versions', async () => {
    const text = await toldOf(async (port) => {
      const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1' } as const;
      const ciphers = 'DEFAULT@SECLEVEL=0';
      const client = tls.connect({ host: '127.0.0.1', port, ...old, ciphers });
      client.on('error', () => {});
      await endOf(client);
    });
    expect(text).toBe('the client offers only versions of TLS older than 1.2');
  });

  test('by ALPN, what it could have had', async () => {
    const text = await toldOf(async (port) => {
      const asks = { ALPNProtocols: ['h2', 'h3'] };
      const client = tls.connect({ host: '127.0.0.1', port, ...asks });
      client.on('error', () => {});
      await endOf(client);
    });
    expect(text).toBe(
      'the client offered by ALPN nothing that the server speaks; the server ' +
        'speaks http/1.1',
    );
  });

  test.each([
    ['unknown_ca', 48],
    ['bad_certificate', 42],
    ['certificate_unknown', 46],
    ['certificate_expired', 45],
  ])(
    'that it does not trust the certificate: %s',
    async (name, description) => {
      const text = await toldOf((port) =>
        breakOff(port, alertRecord(description)),
      );
      expect(text).toBe(
        "the client does not trust the tap's certificate: it ended the " +
          `TLS handshake with the alert ${name}`,
      );
    },
  );

  test('another alert by its name', async () => {
    const text = await toldOf((port) => breakOff(port, alertRecord(80)));
    expect(text).toBe(
      'the client ended the TLS handshake with the alert internal_error',
    );
  });

  test('once, what would help a client that does not trust it', async () => {
    const port = await startTarget((socket) => socket.end(), { layer });
    const tap = createTap({
      target: { host: '127.0.0.1', port },
      tls: await localCertificate(),
      hints: { distrust: 'Trust it so.' },
    });
    atEnd(() => tap.close());
    await tap.listen();
    const texts: (string | undefined)[] = [];
    for (let times = 0; times < 3; times += 1) {
      const ended = next(tap, 'end');
      await breakOff(tap.port, alertRecord(48));
      texts.push((await ended).text);
    }
    const short = expect.stringMatching(/with the alert unknown_ca$/);
    const long = expect.stringMatching(/unknown_ca\. Trust it so\.$/);
    expect(texts).toEqual([long, short, short]);
  });
});

describe('of a target, the tap says', () => {
  /** What is told of the first connection to a target. */
  async function toldOf(port: number, host = 'localhost') {
    const tap = createTap({
      target: { host, port },
      tls: await localCertificate(),
    });
    atEnd(() => tap.close());
    await tap.listen();
    const ended = next(tap, 'end', ({ direction }) => direction === 'down');
    const { client } = await connect(tap.port, { layer, protocols: [] });
    client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await all(client);
    return (await ended).text;
  }

  test('that HTTP is spoken where TLS was expected', async () => {
    const port = await listen(http.createServer());
    expect(await toldOf(port)).toBe(
      `expected TLS from localhost:${port}, found something else. If it ` +
        'speaks plain text, give the tap http: instead of https:',
    );
  });

  test('so of an address of IPv6, in its brackets', async () => {
    const error = Object.assign(new Error(), {
      code: 'ERR_SSL_WRONG_VERSION_NUMBER',
    });
    expect(targetTrouble(error, { host: '::1', port: 5 }, undefined)).toMatch(
      /^expected TLS from \[::1\]:5, found/,
    );
  });

  test('that anything else is spoken where TLS was expected', async () => {
    const port = await startTarget((socket) => socket.pipe(socket));
    expect(await toldOf(port)).toMatch(/^expected TLS from .* found something/);
  });

  test('that it closes', async () => {
    const port = await startTarget((socket) =>
      socket.once('data', () => socket.end()),
    );
    expect(await toldOf(port, '127.0.0.1')).toMatch(
      /^127\.0\.0\.1:\d+ closed the connection during the TLS handshake\. Either it speaks plain text .*\. It was sent no name \(SNI\), as the target is an address: give the tap a name instead$/,
    );
  });

  test.each([
    ['unrecognized_name', 112, ': it has no certificate for localhost'],
    [
      'internal_error',
      80,
      ': some servers send it if they have no certificate for localhost',
    ],
    [
      'handshake_failure',
      40,
      ': it found no cipher suite or parameters that both support, requires a certificate of the client, or has none for localhost',
    ],
    [
      'protocol_version',
      70,
      ': it accepts no version of TLS that the tap offers, 1.2 or 1.3',
    ],
    ['access_denied', 49, ''],
  ])('which alert it sent: %s', async (name, description, meaning) => {
    const port = await startTarget((socket) =>
      socket.once('data', () => socket.end(alertRecord(description))),
    );
    expect(await toldOf(port)).toBe(
      `localhost:${port} ended TLS with the alert ${name}${meaning}`,
    );
  });

  test('that it wants a certificate, though the handshake was over', async () => {
    const server = tls.createServer({
      ...(await localCertificate()),
      requestCert: true,
      rejectUnauthorized: true,
    });
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    atEnd(() => server.close());
    const { port } = server.address() as AddressInfo;
    expect(await toldOf(port)).toBe(
      `localhost:${port} ended TLS with the alert certificate_required: ` +
        'it requires a certificate of the client, and the tap has none',
    );
  });
});
