import { describe, expect, test } from '@jest/globals';
import { citationsIn } from '../citations.ts';

const short = (text: string) =>
  citationsIn(text).map(
    ({ standard, section, isUnified }) =>
      `${standard}${section ? `, ${section}` : ''}${isUnified ? '' : ' (!)'}`,
  );

describe('a citation is read', () => {
  test.each([
    ['as RFC 9110, 7.6.1 says', ['RFC 9110, 7.6.1']],
    ['(RFC 9110, 15)', ['RFC 9110, 15']],
    [
      'RFC 9110, 7.6.1, 9.3 and 11.7.2.',
      ['RFC 9110, 7.6.1', 'RFC 9110, 9.3', 'RFC 9110, 11.7.2'],
    ],
    ['RFC 6455, 5.2 to 5.5.', ['RFC 6455, 5.2', 'RFC 6455, 5.5']],
    ['RFC 7541, 5.2 and appendix B', ['RFC 7541, 5.2', 'RFC 7541, appendix B']],
    [
      'HTML, 9.2.5; Fetch, 4.8; MQTT, 3.3.1.2',
      ['HTML, 9.2.5', 'Fetch, 4.8', 'MQTT, 3.3.1.2'],
    ],
    ['HPACK, [RFC 7541](https://x.org/rfc7541), and more', ['RFC 7541']],
    ['[RFC 7541](https://x.org/rfc7541), 5.2', ['RFC 7541, 5.2']],
    ['RFC 9112,\n6.3', ['RFC 9112, 6.3']],
    ['CONNECT once (MQTT, 3.1)', ['MQTT, 3.1']],
    ['MQTT 5, 2.2.2', ['MQTT 5, 2.2.2']],
  ])('%s', (text, expected) => {
    expect(short(text)).toEqual(expected);
  });
});

describe('another form is read, and told apart', () => {
  test.each([
    ['RFC 9112 6.3', ['RFC 9112, 6.3 (!)']],
    ['RFC9112, 6.3', ['RFC 9112, 6.3 (!)']],
    ['RFC 9110, section 5.6.7', ['RFC 9110, 5.6.7 (!)']],
    ['RFC 9110 §5.6', ['RFC 9110, 5.6 (!)']],
    ['RFC 9113, sections 4.1 and 6', ['RFC 9113, 4.1 (!)', 'RFC 9113, 6 (!)']],
    ['WHATWG HTML, 9.2.5', ['HTML, 9.2.5 (!)']],
    ['Fetch 3.3.3', ['Fetch, 3.3.3 (!)']],
    ['MQTT 3.1.1, section 2.2.3', ['MQTT, 2.2.3 (!)']],
    ['MQTT 2.2.3', ['MQTT, 2.2.3 (!)']],
  ])('%s', (text, expected) => {
    expect(short(text)).toEqual(expected);
  });
});

test.each([
  'MQTT 3.1.1 and MQTT 5; a page of HTML; `fetch`, 5 times; the URL, 2 of them',
  'HTML 5, and Streams, 12 of them.',
  'MQTT 3.1, 3.1.1 and 5',
  'MQTT 3.1: its packets',
  'In RFCs, 15 of them.',
])('no citation: %s', (text) => {
  expect(short(text)).toEqual([]);
});
