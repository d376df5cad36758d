import { describe, expect, test } from '@jest/globals';
import { resolve } from 'node:path';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { parseTarget } from '../tap-target.ts';

function refusal(text: string): string {
  try {
    parseTarget(text);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).exitCode).toBe(2);
    return (error as Error).message;
  }
  throw new Error(`"${text}" is a target`);
}

describe('a target', () => {
  test.each([
    ['3000', 'plain', 'localhost', 3000, ''],
    [':3000', 'plain', 'localhost', 3000, ''],
    ['3000/app', 'plain', 'localhost', 3000, '/app'],
    [' localhost:3000 ', 'plain', 'localhost', 3000, ''],
    ['LocalHost:3000', 'plain', 'localhost', 3000, ''],
    ['//host.test:1', 'plain', 'host.test', 1, ''],
    ['127.1:3000', 'plain', '127.0.0.1', 3000, ''],
    ['0:3000', 'plain', '127.0.0.1', 3000, ''],
    ['0.0.0.0:3000', 'plain', '127.0.0.1', 3000, ''],
    ['*:3000', 'plain', '127.0.0.1', 3000, ''],
    ['[::]:3000', 'plain', '::1', 3000, ''],
    ['[::1]:3000', 'plain', '::1', 3000, ''],
    ['[0:0:0:0:0:0:0:1]:3000', 'plain', '::1', 3000, ''],
    [
      'localhost:5173/@vite/client',
      'plain',
      'localhost',
      5173,
      '/@vite/client',
    ],
    ['http://localhost', 'plain', 'localhost', 80, ''],
    ['http://unix:3000/a', 'plain', 'unix', 3000, '/a'],
    ['http://3000', 'plain', 'localhost', 3000, ''],
    ['HTTP://localhost:3000', 'plain', 'localhost', 3000, ''],
    ['http:localhost:3000', 'plain', 'localhost', 3000, ''],
    ['http:/localhost:3000', 'plain', 'localhost', 3000, ''],
    ['http://localhost:80', 'plain', 'localhost', 80, ''],
    ['http://[::1]:3000', 'plain', '::1', 3000, ''],
    ['http://a.test:8080/path?x#y', 'plain', 'a.test', 8080, '/path?x#y'],
    ['http://a.localhost:3000/', 'plain', 'a.localhost', 3000, '/'],
    ['http://bücher.test:8080', 'plain', 'xn--bcher-kva.test', 8080, ''],
    ['https://a.test', 'TLS', 'a.test', 443, ''],
    ['ws://localhost:3000/chat', 'plain', 'localhost', 3000, '/chat'],
    ['wss://a.test', 'TLS', 'a.test', 443, ''],
    ['h2c://localhost:3000', 'plain', 'localhost', 3000, ''],
    ['grpc://localhost:50051', 'plain', 'localhost', 50_051, ''],
    ['grpcs://localhost:50051', 'TLS', 'localhost', 50_051, ''],
    ['mqtt://localhost', 'plain', 'localhost', 1883, ''],
    ['mqtts://localhost', 'TLS', 'localhost', 8883, ''],
    ['redis://localhost', 'plain', 'localhost', 6379, ''],
    ['redis://:pw@localhost/0', 'plain', 'localhost', 6379, '/0'],
    ['rediss://localhost:6380', 'TLS', 'localhost', 6380, ''],
    ['postgres://app:pw@localhost/db', 'plain', 'localhost', 5432, '/db'],
    ['postgresql://localhost:5433', 'plain', 'localhost', 5433, ''],
    ['tcp://localhost:9', 'plain', 'localhost', 9, ''],
    ['tls://localhost:9', 'TLS', 'localhost', 9, ''],
  ] as const)(
    '%s is spoken to in %s at %s, %i',
    (text, by, host, port, path) => {
      const target = parseTarget(text);
      expect(target).toMatchObject({ host, port, path });
      expect(target.isEncrypted).toBe(by === 'TLS');
      expect(target.socket).toBeUndefined();
    },
  );

  test.each([
    ['/tmp/x.sock', '/tmp/x.sock', undefined, ''],
    ['./x.sock', resolve('x.sock'), undefined, ''],
    ['../x.sock', resolve('../x.sock'), undefined, ''],
    ['unix:/tmp/x.sock', '/tmp/x.sock', undefined, ''],
    ['unix:///tmp/x.sock', '/tmp/x.sock', undefined, ''],
    ['unix:x.sock', resolve('x.sock'), undefined, ''],
    ['http+unix://%2Ftmp%2Fx.sock/v1/info', '/tmp/x.sock', 'http', '/v1/info'],
    ['http://unix:/tmp/x.sock:/v1?x', '/tmp/x.sock', 'http', '/v1?x'],
    ['ws+unix:/tmp/x.sock:/chat', '/tmp/x.sock', 'ws', '/chat'],
    ['ws+unix:///tmp/x.sock', '/tmp/x.sock', 'ws', ''],
  ])('%s is the Unix socket %s', (text, socket, scheme, path) => {
    const { INIT_CWD: before } = process.env;
    delete process.env['INIT_CWD'];
    try {
      const target = parseTarget(text);
      expect(target).toMatchObject({ socket, scheme, path, mayBeHttp: true });
    } finally {
      if (before !== undefined) process.env['INIT_CWD'] = before;
    }
  });
});

describe('what is no target', () => {
  const expected =
    'expected an address with a port, such as http://localhost:5173, ' +
    'localhost:1883 or 3000.';
  const port = (text: string) =>
    `its port is "${text}"; expected a whole number from 1 to 65535.`;
  const brackets =
    'an IPv6 address stands in brackets, and its port behind them: [::1]:3000.';

  test.each([
    ['', expected],
    ['nonsense', expected],
    ['localhost', expected],
    ['localhost:', expected],
    ['http://', expected],
    ['http:///path', expected],
    ['tcp://localhost', expected],
    ['grpc://localhost', expected],
    ['local host:3000', expected],
    ['mongodb://a:1,b:2/db', expected],
    ['jdbc:mysql://localhost:3306', expected],
    ['0', port('0')],
    ['localhost:0', port('0')],
    ['localhost:65536', port('65536')],
    ['99999', port('99999')],
    ['localhost:-1', port('-1')],
    ['localhost:1e3', port('1e3')],
    ['localhost:http', port('http')],
    ['localhost: 80', port(' 80')],
    ['::1', brackets],
    ['::1:3000', brackets],
    ['http://[fe80::1%25eth0]:3000', 'an address with a zone (%) cannot be'],
    ['[fe80::1%eth0]:3000', 'an address with a zone (%) cannot be reached'],
    ['ftp://localhost:21', 'the scheme ftp: is not known. Known are http, '],
    ['https+unix:///tmp/x.sock', 'the scheme https+unix: is not known.'],
  ])('%j: %s', (text, sentence) => {
    expect(refusal(text)).toContain(`"${text}" is no target: ${sentence}`);
  });
});

describe('a password', () => {
  const secret = 'Zq7Xw9Kv2';

  test.each([
    `postgres://me:${secret}@localhost:5432/db`,
    `postgres://me:%5A${secret}%40@localhost:5432/db`,
    `postgres://${secret}@localhost:5432`,
    `redis://:${secret}@localhost`,
    `me:${secret}@localhost:3000`,
    `http://me:${secret}@localhost:3000/`,
    `http://localhost:3000/?password=${secret}`,
    `http://localhost:3000/?pass%77ord=${secret}`,
    `http://localhost:3000/?x=1&api_key=${secret}#top`,
    `http://localhost:3000/#access_token=${secret}`,
    `postgres://localhost/db?password=${secret}`,
    `http+unix://%2Ftmp%2Fx.sock/?token=${secret}`,
  ])('in %s is not shown', (text) => {
    const { shown } = parseTarget(text);
    expect(shown).not.toContain(secret);
    expect(shown).toContain('*'.repeat(secret.length));
  });

  const behind = 'it has an @ behind its host. In a password, write / as %2F';

  test.each([
    [`postgres://me:p/${secret}@localhost:5432`, behind],
    [`postgres://me:p?${secret}@localhost:5432`, behind],
    [`postgres://me:1#${secret}@localhost:5432`, behind],
    [`postgres://me:p@ss/${secret}@localhost:5432`, behind],
    [`http://me:p@${secret}/x@localhost:5432`, behind],
    [`me:${secret}/x@localhost:5432`, 'expected an address with a port'],
    [`http://me:${secret}/x@localhost:5432`, 'expected an address with a port'],
    [`ftp://me:${secret}@localhost:21`, 'the scheme ftp: is not known'],
    [`jdbc:postgresql://me:${secret}@localhost:1`, 'expected an address'],
    [`me ${secret}@localhost`, 'expected an address with a port'],
    [`me:${secret}@localhost:99999`, 'its port is "99999"'],
    [`http:\\\\me:${secret}@localhost:1`, 'expected an address with a port'],
  ])('in %s is not repeated', (text, sentence) => {
    const told = refusal(text);
    expect(told).not.toContain(secret);
    expect(told).toContain(sentence);
  });
});
