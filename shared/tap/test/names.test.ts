/** The tap dials addresses, and keeps the name. */
import { once } from 'node:events';
import net, { type AddressInfo, type LookupFunction } from 'node:net';
import os from 'node:os';
import tls from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { createTap, isLoopback, type Target } from '../tap.ts';
import { all, atEnd, cleanUp, connect, endOf, next } from './rig.ts';

afterEach(cleanUp);
const layer = 'TLS';

/** A name that stands for these addresses. */
const standsFor =
  (...addresses: string[]): LookupFunction =>
  (_host, _options, callback) =>
    callback(
      null,
      addresses.map((address) => ({
        address,
        family: net.isIP(address),
      })),
    );

async function listenAt(server: net.Server, address: string): Promise<number> {
  server.on('connection', (socket) => socket.on('error', () => {}));
  server.listen(0, address);
  await once(server, 'listening');
  atEnd(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A tap in front of a target, with TLS if it has a certificate. */
async function tapBefore(target: Target, pair?: { key: string; cert: string }) {
  const tap = createTap({ target, ...(pair && { tls: pair }) });
  atEnd(() => tap.close());
  await tap.listen();
  return tap;
}

/** A key, and a certificate for a name that its own key has signed. */
async function certificateFor(name: string) {
  const { private: key, cert } = await generate(
    [{ name: 'commonName', value: name }],
    {
      keyType: 'ec',
      algorithm: 'sha256',
      extensions: [
        { name: 'subjectAltName', altNames: [{ type: 2, value: name }] },
      ],
    },
  );
  return { key, cert };
}

/** A server with TLS that says the name it was asked for, if it knows it. */
function namedServer(
  pair: { key: string; cert: string },
  knows: (name: string) => boolean,
) {
  const asked: string[] = [];
  const server = tls.createServer(
    {
      ...pair,
      SNICallback: (name, done) => {
        asked.push(name);
        if (knows(name)) done(null, tls.createSecureContext(pair));
        else done(new Error(`no certificate for ${name}`));
      },
    },
    (socket) => {
      socket.on('error', () => {});
      socket.end(String(socket.servername));
    },
  );
  server.on('tlsClientError', () => {});
  return { server, asked };
}

describe('this machine is', () => {
  test.each([
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['::ffff:10.0.0.1', false],
    ['10.0.0.1', false],
    ['0.0.0.0', false],
    ['localhost', false], // a name is no address
    ['127.example.org', false],
  ])('%s: %s', (address, local) => expect(isLoopback(address)).toBe(local));
});

describe('the tap', () => {
  const hasIPv6 = Object.values(os.networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .some(({ address }) => address === '::1');
  test.each([
    ['127.0.0.1', ['::1', '127.0.0.1']],
    ...(hasIPv6 ? ([['::1', ['127.0.0.1', '::1']]] as const) : []),
  ])(
    'reaches a server that listens at %s only, of the addresses %j',
    async (address, addresses) => {
      const server = net.createServer((socket) => socket.end('here'));
      const port = await listenAt(server, address);
      const lookup = standsFor(...addresses);
      const tap = await tapBefore({ host: 'app.test', port, lookup });
      const { client } = await connect(tap.port);
      expect((await all(client)).text).toBe('here');
    },
  );

  test('says of each address why nobody is reached there', async () => {
    const server = net.createServer();
    const port = await listenAt(server, '127.0.0.1');
    server.close();
    const lookup = standsFor('127.0.0.1', '::1');
    const tap = await tapBefore({ host: 'app.test', port, lookup });
    const ended = next(tap, 'end');
    const { client } = await connect(tap.port);
    await endOf(client);
    expect(await ended).toMatchObject({
      direction: 'down',
      how: 'refused',
      text: expect.stringMatching(
        // Without IPv6 it has another word for the second.
        new RegExp(
          `^connect ECONNREFUSED 127.0.0.1:${port}, connect E[A-Z]+ ::1:${port}`,
        ),
      ),
    });
  });

  test('asks with TLS for the name, also when it asks for the protocols', async () => {
    const pair = await localCertificate();
    const { server, asked } = namedServer(pair, (name) => name === 'app.test');
    const port = await listenAt(server, '127.0.0.1');
    const lookup = standsFor('127.0.0.1');
    const tap = await tapBefore({ host: 'app.test', port, lookup }, pair);
    await tap.learnProtocols();
    expect(asked).toEqual(['app.test']);
    const { client } = await connect(tap.port, { layer, protocols: [] });
    expect((await all(client)).text).toBe('app.test');
    expect(asked).toEqual(['app.test', 'app.test']);
  });

  test('asks with TLS for no name where the target is an address', async () => {
    const pair = await localCertificate();
    const { server, asked } = namedServer(pair, () => true);
    const port = await listenAt(server, '127.0.0.1');
    const tap = await tapBefore({ host: '127.0.0.1', port }, pair);
    const { client } = await connect(tap.port, { layer, protocols: [] });
    expect((await all(client)).text).toBe('false');
    expect(asked).toEqual([]);
  });

  test('says so where a server closes on a name that it does not know', async () => {
    const pair = await localCertificate();
    const { server } = namedServer(pair, () => false);
    const port = await listenAt(server, '127.0.0.1');
    const lookup = standsFor('127.0.0.1');
    const tap = await tapBefore({ host: 'app.test', port, lookup }, pair);
    const ended = next(tap, 'end');
    const { client } = await connect(tap.port, { layer, protocols: [] });
    expect(await endOf(client)).toBe('ECONNRESET');
    expect((await ended).text).toBe(
      `app.test:${port} closed the connection during the TLS handshake. ` +
        'Either it speaks plain text (then give the tap http: instead of ' +
        'https:), or it has no certificate for app.test',
    );
  });

  // An address of this machine that others reach too stands for another one.
  const elsewhere = Object.values(os.networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;
  const onNetwork = elsewhere === undefined ? describe.skip : describe;

  onNetwork('where the address is not of this machine alone', () => {
    /** What a client hears from a server with this certificate, by a name. */
    async function hear(
      pair: { key: string; cert: string },
      host: string,
      address = elsewhere!,
    ) {
      const { server } = namedServer(pair, () => true);
      const port = await listenAt(server, address);
      const lookup = standsFor(address);
      const tap = await tapBefore(
        { host, port, lookup },
        await localCertificate(),
      );
      const ended = next(tap, 'end');
      const { client } = await connect(tap.port, { layer, protocols: [] });
      const { text } = await all(client);
      return { heard: text, told: (await ended).text, at: `${host}:${port}` };
    }

    /** For the rest of the test Node trusts this certificate. */
    function trust(cert: string): void {
      const before = tls.getCACertificates('default');
      tls.setDefaultCACertificates([...before, cert]);
      atEnd(() => tls.setDefaultCACertificates(before));
    }

    test('takes a certificate for the name', async () => {
      const pair = await certificateFor('app.test');
      trust(pair.cert);
      expect(await hear(pair, 'app.test')).toMatchObject({
        heard: 'app.test',
        told: undefined,
      });
    });

    test('refuses a certificate for another name, and says both', async () => {
      const pair = await certificateFor('other.test');
      trust(pair.cert);
      const { heard, told, at } = await hear(pair, 'app.test');
      expect(heard).toBe('');
      expect(told).toBe(
        `the certificate of ${at} is not for app.test, but for DNS:other.test`,
      );
    });

    test('refuses one for a name where the target is an address', async () => {
      const pair = await certificateFor('other.test');
      trust(pair.cert);
      const { told, at } = await hear(pair, elsewhere!);
      expect(told).toBe(
        `the certificate of ${at} is not for ${elsewhere}, but for DNS:other.test`,
      );
    });

    test('refuses a certificate that nobody vouches for', async () => {
      const { heard, told, at } = await hear(
        await certificateFor('app.test'),
        'app.test',
      );
      expect(heard).toBe('');
      expect(told).toMatch(
        new RegExp(
          `^the certificate of ${at} is not trusted: self-signed certificate.*NODE_EXTRA_CA_CERTS$`,
        ),
      );
    });

    test('asks for neither on this machine', async () => {
      const pair = await certificateFor('other.test');
      const { heard } = await hear(pair, 'app.test', '127.0.0.1');
      expect(heard).toBe('app.test');
    });
  });
});
