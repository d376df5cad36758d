/** What stands beside the bytes of a connection. */
import { expect, test } from '@jest/globals';
import { text as bytesOf } from './cuts.ts';
import { withoutSecrets } from '../masking/connection.ts';

test('In what somebody wrote on a packet secrets are masked, too', () => {
  const words = (value: string): string[] => [
    `sign-in with password=${value}`,
    `GET http://${value}@a.example/?token=${value}&a=b`,
    'fault slicer: pieces of 1 to 3 bytes',
    'chosen: up, byte 7, layer 0',
  ];
  const comments = words('abc').map((text) => ({ time: 0, text }));
  const masked = withoutSecrets({
    id: 1,
    realPort: 80,
    secure: false,
    start: 0,
    reads: [],
    ends: [],
    comments,
  });
  expect(masked.comments.map(({ text }) => text)).toEqual(words('***'));
});

test('In MQTT also in names of clients and topics', () => {
  const block = (value: string): string =>
    `\0${String.fromCharCode(value.length)}${value}`;
  const packet = (type: number, rest: string): string =>
    String.fromCharCode(type, rest.length) + rest;
  const packets = (value: string): string =>
    packet(
      0x10,
      `${block('MQTT')}\x04\x06\0\x3c${block(`a?token=${value}`)}` +
        block(`b?token=${value}`) +
        block(`token=${value}`),
    ) + packet(0x30, `${block(`c?token=${value}&d=e`)}hello`);
  const bytes = bytesOf(packets('abc'));
  const { reads } = withoutSecrets({
    id: 1,
    realPort: 1883,
    secure: false,
    start: 0,
    reads: [{ direction: 'up', time: 0, bytes }],
    ends: [],
    comments: [],
  });
  expect(new TextDecoder().decode(reads[0]!.bytes)).toBe(packets('***'));
});
