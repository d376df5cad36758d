/** What stands beside the bytes of a connection. */
import { expect, test } from '@jest/globals';
import { withoutSecrets } from '../mask-connection.ts';

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
