import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer, request } from 'node:https';
import { request as requestInClear } from 'node:http';
import { expect, test } from '@jest/globals';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import type { Request, Response } from '../exchange.ts';
import { isStaff, signIn } from '../staff.ts';

const closing = closingAfterEach();

const handle = (asked: Request, response: Response) => {
  if (asked.method === 'POST') signIn(asked, response);
  else response.end(String(isStaff(asked)));
};

/** Serves it, in clear or over TLS; returns what asks it. */
async function serve(encrypted: boolean) {
  const server = encrypted
    ? createSecureServer(await localCertificate(), handle)
    : createServer(handle);
  const { port } = await listen(server);
  closing.push(() => server.close());
  return async (method: string, headers: Record<string, string> = {}) => {
    const ask = encrypted ? request : requestInClear;
    const asked = ask({
      port,
      host: '127.0.0.1',
      method,
      headers,
      agent: false,
      rejectUnauthorized: false,
    }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    let text = '';
    for await (const piece of answer.setEncoding('utf8')) text += piece;
    const [cookie = ''] = answer.headers['set-cookie'] ?? [];
    return { status: answer.statusCode, text, cookie };
  };
}

const known = '[0-9a-f-]{36}';

test.each([
  [false, `^staff=${known}; HttpOnly; SameSite=Strict; Path=/$`],
  [
    true,
    `^staff=${known}; HttpOnly; SameSite=None; Secure; Partitioned; Path=/$`,
  ],
])('the cookie that is set, over TLS: %s', async (encrypted, cookie) => {
  const ask = await serve(encrypted);
  const signed = await ask('POST');
  expect(signed).toMatchObject({ status: 204, text: '' });
  expect(signed.cookie).toMatch(new RegExp(cookie));
  const [pass] = signed.cookie.split(';');
  expect((await ask('GET', { Cookie: pass! })).text).toBe('true');
  expect((await ask('GET', { Cookie: `a=b; ${pass}` })).text).toBe('true');
  expect((await ask('GET', { Cookie: `x${pass}` })).text).toBe('false');
  expect((await ask('GET')).text).toBe('false');
});

test.each([
  ['http://board.example', 'SameSite=Strict'],
  ['https://board.example', 'SameSite=None; Secure; Partitioned'],
])('in clear, for a page of %s, the cookie has %s', async (origin, words) => {
  const ask = await serve(false);
  const { cookie } = await ask('POST', { Origin: origin });
  expect(cookie).toContain(`; HttpOnly; ${words}; Path=/`);
});

test.each([
  ['none', true],
  ['same-origin', true],
  ['same-site', true],
  ['cross-site', false],
])('a request that the browser says is %s is staff: %s', async (site, is) => {
  const ask = await serve(true);
  const [pass] = (await ask('POST')).cookie.split(';');
  const headers = { 'Sec-Fetch-Site': site };
  const asked = await ask('GET', { ...headers, Cookie: pass! });
  expect(asked.text).toBe(String(is));
  // Nor can it sign anybody in.
  const signed = await ask('POST', headers);
  expect(signed.status).toBe(is ? 204 : 403);
  expect(signed.cookie !== '').toBe(is);
});
