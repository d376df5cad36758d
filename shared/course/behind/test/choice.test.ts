import { expect, test } from '@jest/globals';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { findLesson } from '../../harness/lessons.ts';
import { chooseProxy } from '../choice.ts';

/** The sentence with which it is refused; its exit code is 2. */
function refusal(lesson: string, name: string, how = {}): string {
  try {
    chooseProxy(findLesson(lesson), name, how);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    expect(error.exitCode).toBe(2);
    return error.message;
  }
  throw new Error(`${name} was not refused.`);
}

test('A name is one of a list, and no other', () => {
  expect(refusal('sse', 'ngnix')).toBe(
    'There is no proxy "ngnix". Did you mean "nginx"? There are: nginx, ' +
      'haproxy, caddy, apache, varnish, nghttpx.',
  );
  for (const name of ['', '../nginx', 'nginx; rm -rf /', 'toString', 'NGINX'])
    expect(refusal('sse', name)).toContain(`There is no proxy "${name}".`);
});

test('What a program cannot do is said in a sentence', () => {
  expect(refusal('sse', 'varnish', { tls: true })).toBe(
    "Debian's Varnish has no TLS: leave --tls out, or take another proxy.",
  );
  expect(refusal('http2', 'varnish')).toBe(
    'The lesson "http2" cannot stand behind Varnish: its servers speak TLS, ' +
      'and Varnish speaks only cleartext with its upstream.',
  );
});

test('A lesson that speaks TLS has a front with TLS, too', () => {
  expect(chooseProxy(findLesson('http2'), 'nginx').tls).toBe(true);
  expect(chooseProxy(findLesson('sse'), 'nginx').tls).toBe(false);
  expect(chooseProxy(findLesson('sse'), 'nginx', { tls: true }).tls).toBe(true);
});
