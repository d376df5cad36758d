import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { localCertificate } from '../certificates.ts';

const DAY = 24 * 60 * 60 * 1000;
const now = Date.now();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certificates-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the certificate for localhost', () => {
  test('is an EC pair for localhost and both loopback addresses, for 365 days', async () => {
    const { cert, key } = await localCertificate(folder, now);
    const parsed = new X509Certificate(cert);
    expect(parsed.publicKey.asymmetricKeyType).toBe('ec');
    expect(parsed.subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
    expect(key).toMatch(/^-----BEGIN PRIVATE[ ]KEY-----\n/);
    const days = (Date.parse(parsed.validTo) - now) / DAY;
    expect(days).toBeCloseTo(365, 3);
  });

  test('is kept until less than a day is left', async () => {
    const first = await localCertificate(folder, now);
    expect(await localCertificate(folder, now + 363.9 * DAY)).toEqual(first);
    const next = await localCertificate(folder, now + 364.1 * DAY);
    expect(next.spki).not.toBe(first.spki);
    expect(await readdir(folder)).toEqual(['localhost.pem']);
  });

  test('is made again where the file is damaged', async () => {
    await writeFile(join(folder, 'localhost.pem'), 'half a certifi');
    const { cert } = await localCertificate(folder, now);
    expect(new X509Certificate(cert).subject).toBe('CN=localhost');
  });

  test('is one and the same for all who ask at the same time', async () => {
    const asked = Array.from({ length: 8 }, () => localCertificate(folder));
    const spki = (await Promise.all(asked)).map((made) => made.spki);
    expect(new Set(spki).size).toBe(1);
  });

  test('serves a client that verifies it', async () => {
    const { key, cert } = await localCertificate(folder);
    const server = tls.createServer({ key, cert }, (socket) =>
      socket.end('ok'),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = tls.connect({ port, host: '127.0.0.1', ca: cert });
    const [bytes] = await once(client, 'data');
    expect(String(bytes)).toBe('ok');
    client.destroy();
    server.close();
  });
});
