/** What becomes asterisks in bodies of a certain type, and what stays. */
import { expect, test } from '@jest/globals';
import { maskBody } from '../masking/body.ts';
import { text } from './cuts.ts';

function masked(type: string, value: string): string {
  const bytes = text(value);
  maskBody(bytes, { type, codings: [] }, {});
  return new TextDecoder().decode(bytes);
}

test('An event keeps its lines, wherever a secret is in it', () => {
  const events = (value: string): string =>
    `: see /?token=${value}\nid: 7\ndata:{"a":1,\ndata: "token":\n` +
    `data:"${value}"}\r\n\r\nevent: token\ndata: a\n\n`;
  expect(masked('text/event-stream', events('abc'))).toBe(events('***'));
});

test('A part is known by its own name, not by one in the name of its file', () => {
  const part = (parameters: string, value: string): string =>
    `--x\r\nContent-Disposition: form-data; ${parameters}\r\n\r\n${value}\r\n`;
  const parts = (value: string): string =>
    part('filename="a; name=b"; NAME = "user[password]"', value) +
    part('name=token', value) +
    part('filename="; name=token"; name="a"', 'stays') +
    '--x--\r\n';
  expect(masked('multipart/form-data; boundary=x', parts('abc'))).toBe(
    parts('***'),
  );
});

test('HTML: what forms send back, and what scripts are given', () => {
  const page = (value: string): string =>
    `<meta name="csrf-token" content="${value}"><meta content=${value} name=x-token>` +
    `<form><input type="password" id=a><input value='${value}' name=_csrf>` +
    `<input name="user" value="Visible"></form><p accesskey="k" data-api-key="${value}">` +
    `<script>window.csrfToken = "${value}"; let token=next(a, "b")</script>` +
    `<style>a[href="b"] { color: red }</style>`;
  expect(masked('text/html; charset=utf-8', page('abc'))).toBe(page('***'));
});
