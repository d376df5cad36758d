/** Names at a forwarder: each is compared whole, with the port it stands for. */
import type { IncomingMessage } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import {
  assert,
  constantFrom,
  property,
  string,
  stringMatching,
} from 'fast-check';
import { forwardedBy, refuseHost, refuseOrigin } from '../server/guard.ts';

const port = 4000;
const name = 'board-4000.forwarder.test';
const own = ['127.0.0.1:4000', 'localhost:4000', '[::1]:4000', name];

afterEach(() => {
  for (const variable of Object.keys(forwarded)) delete process.env[variable];
  delete process.env['ALLOWED_HOSTS'];
});

const forwarded = {
  CODESPACE_NAME: 'board',
  GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN: 'forwarder.test',
};
const asCodespace = () => void Object.assign(process.env, forwarded);

const request = (headers: Record<string, string>) =>
  ({ headers, socket: { localPort: port } }) as unknown as IncomingMessage;

/** Whether it may do what only the shell's own page may. */
const mayChange = (headers: Record<string, string>) =>
  refuseHost(request(headers)) === undefined &&
  refuseOrigin(request(headers)) === undefined;

/** What looks like the name, and is another one. */
const alike = constantFrom(
  (text: string) => `${text}.`,
  (text: string) => `.${text}`,
  (text: string) => `${text}:443`,
  (text: string) => `${text}:4000`,
  (text: string) => `${text}:80`,
  (text: string) => `${text}/`,
  (text: string) => ` ${text}`,
  (text: string) => `${text} `,
  (text: string) => `${text}, evil.example`,
  (text: string) => `evil.example, ${text}`,
  (text: string) => `me@${text}`,
  (text: string) => `${text}@evil.example`,
  (text: string) => `evil.${text}`,
  (text: string) => `evil-${text}`,
  (text: string) => `${text}.evil.example`,
  (text: string) => text.replace('4000', '4001'),
  (text: string) => text.replace('4000', '04000'),
  (text: string) => text.replace('4000', '40000'),
  (text: string) => text.replace('-4000', ''),
  (text: string) => text.replace('board', '*'),
  (text: string) => text.slice(1),
  (text: string) => text.slice(0, -1),
  (text: string) => text.replace('.', '\u3002'),
  (text: string) => text.replace('o', '\u043e'),
  (text: string) => text.replace('-', '\u2010'),
  (text: string) => text.slice(text.indexOf('.') + 1),
);

describe('The names of a port', () => {
  test('are refused where nothing forwards it', () => {
    expect(refuseHost(request({ host: name }))).toContain(
      `addressed as "${name}"`,
    );
    expect(mayChange({ host: own[0]!, origin: `https://${name}` })).toBe(false);
  });

  test('are refused where they are only alike', () => {
    asCodespace();
    expect(refuseHost(request({ host: name }))).toBeUndefined();
    assert(
      property(alike, alike, (one, two) => {
        for (const host of [one(name), two(one(name))])
          if (!own.includes(host.toLowerCase())) {
            expect(refuseHost(request({ host }))).toContain('Refused');
            expect(mayChange({ host: name, origin: `https://${host}` })).toBe(
              false,
            );
          }
      }),
      { numRuns: 500 },
    );
  });

  test('are those alone, whatever is sent', () => {
    asCodespace();
    const pieces = stringMatching(
      /^(?:(?:evil|board|forwarder|test|localhost|127\.0\.0\.1|-4000|:4000|-4001|[.:@/*-]){1,6})$/,
    );
    for (const texts of [string(), pieces])
      assert(
        property(texts, (host) => {
          const isOwn = own.includes(host.toLowerCase());
          expect(refuseHost(request({ host })) === undefined).toBe(isOwn);
        }),
        { numRuns: 2_000 },
      );
  });

  test('are compared in small letters, as all hosts are', () => {
    asCodespace();
    const host = name.toUpperCase();
    expect(mayChange({ host, origin: `https://${name}` })).toBe(true);
  });

  test('are those of the option, each for its own port', () => {
    process.env['ALLOWED_HOSTS'] = 'a.example=4000,b.example=4001';
    expect(refuseHost(request({ host: 'a.example' }))).toBeUndefined();
    expect(refuseHost(request({ host: 'b.example' }))).toContain(
      '127.0.0.1:4000 or localhost:4000, and as a.example.',
    );
  });
});

describe('A page may ask', () => {
  const site = { 'sec-fetch-site': 'same-origin' };

  test.each([
    ['Host kept', { host: name, origin: `https://${name}` }],
    ['Host rewritten', { host: 'localhost:4000', origin: `https://${name}` }],
    ['Origin rewritten', { host: name, origin: 'http://localhost:4000' }],
    ['Origin rewritten', { host: name, origin: 'https://localhost:4000' }],
    ['both', { host: 'localhost:4000', origin: 'http://localhost:4000' }],
    ['no Origin', { host: name }],
  ])('by a forwarder: %s', (_how, headers) => {
    asCodespace();
    expect(mayChange({ ...headers, ...site })).toBe(true);
    for (const other of ['cross-site', 'same-site', 'nonsense'])
      expect(mayChange({ ...headers, 'sec-fetch-site': other })).toBe(false);
  });

  test.each([
    ['without TLS', `http://${name}`],
    ['of another port', 'https://board-4001.forwarder.test'],
    ['of the forwarder itself', 'https://forwarder.test'],
    ['with a port', `https://${name}:443`],
    ['with a slash', `https://${name}/`],
    ['with a user', `https://me@${name}`],
    ['in capitals', `HTTPS://${name.toUpperCase()}`],
    ['of nobody', 'null'],
    ['of a stranger', 'https://evil.example'],
    ['of the reader’s own machine', 'https://127.0.0.1:4000'],
    ['of another port there', 'http://localhost:4001'],
  ])('but not with an Origin %s', (_what, origin) => {
    asCodespace();
    for (const host of own)
      expect(mayChange({ host, origin, ...site })).toBe(false);
  });

  test('but not with an Origin of localhost that the browser does not vouch for', () => {
    asCodespace();
    const origin = 'http://localhost:4000';
    expect(mayChange({ host: name, origin })).toBe(false);
    expect(mayChange({ host: name, origin, 'sec-fetch-site': 'none' })).toBe(
      false,
    );
  });
});

test.each([
  [{ host: name }, name],
  [{ host: 'localhost:4000', origin: `https://${name}` }, name],
  [{ host: 'localhost:4000', 'x-forwarded-for': '::1' }, 'x-forwarded-for'],
  [{ host: 'localhost:4000', forwarded: 'for=x' }, 'forwarded'],
  [{ host: 'localhost:4000', origin: 'http://localhost:4000' }, undefined],
])('Of %j it is told that it came by %s', (headers, by) => {
  asCodespace();
  expect(forwardedBy(request(headers))).toBe(by);
});
