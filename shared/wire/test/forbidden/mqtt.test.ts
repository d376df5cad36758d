/** What MQTT 3.1.1 forbids is named, and nothing else. */
import { expect, test } from '@jest/globals';
import { mqttDecoder } from '../../mqtt/decoder.ts';
import type { Direction } from '../../unit.ts';
import { bytes, decode, text, type Step } from '../cuts.ts';
import { problemsIn } from './judge.ts';

/** Type and flags, then the rest; its length is put between. */
function packet(first: string, ...parts: (string | Uint8Array)[]): Uint8Array {
  const body = bytes(...parts);
  return bytes(first, Uint8Array.of(body.length), body);
}

const NAME = bytes('0004', text('MQTT'), '04');
const CONNECT = packet('10', NAME, '02 0000 0001', text('a'));
const CONNACK = packet('20', '0000');

type PacketCase = [
  title: string,
  section: string,
  from: Direction,
  ...sent: Uint8Array[],
];

const topic = (name: string, ...rest: string[]): Uint8Array =>
  bytes(Uint8Array.of(0, Buffer.from(name).length), text(name), ...rest);

const CASES: PacketCase[] = [
  ['a message', '', 'up', packet('30', topic('a/b'), '6869')],
  ['a message once more', '', 'up', packet('3a', topic('a'), '0001')],
  ['filters', '', 'up', packet('82', '0001', topic('a/+/#', '02'))],
  ['all topics', '', 'up', packet('82', '0001', topic('#', '00'))],
  ['answers', '', 'down', packet('90', '0001 00 80')],
  ['the end', '', 'up', packet('c0'), packet('e0')],
  ['CONNECT twice', '3.1', 'up', CONNECT],
  ['CONNECT of a server', '2.2.1', 'down', packet('c0')],
  ['a response of a client', '2.2.1', 'up', packet('d0')],
  ['flags', '2.2.2', 'up', packet('80', '0001', topic('a', '00'))],
  ['QoS 3', '3.3.1.2', 'up', packet('36', topic('a'), '0001')],
  ['DUP without QoS', '3.3.1.1', 'up', packet('38', topic('a'))],
  ['no topic', '4.7.3', 'up', packet('30', topic(''))],
  ['a wildcard in a topic', '3.3.2.1', 'up', packet('30', topic('a/+'))],
  ['NUL in a topic', '1.5.3', 'up', packet('30', topic('a\0'))],
  ['a topic that is not UTF-8', '1.5.3', 'up', packet('30', '0001 ff')],
  ['identifier 0', '2.3.1', 'up', packet('32', topic('a'), '0000')],
  ['identifier 0 in an acknowledgement', '2.3.1', 'down', packet('40', '0000')],
  [
    'an acknowledgement that is too long',
    '3.4',
    'down',
    packet('40', '000100'),
  ],
  ['SUBSCRIBE to nothing', '3.8.3', 'up', packet('82', '0001')],
  ['QoS 3 asked for', '3.8.3', 'up', packet('82', '0001', topic('a', '03'))],
  ['a wrong filter', '4.7.1', 'up', packet('82', '0001', topic('a#', '00'))],
  ['# in the middle', '4.7.1', 'up', packet('82', '0001', topic('#/a', '00'))],
  ['UNSUBSCRIBE from nothing', '3.10.3', 'up', packet('a2', '0001')],
  ['an unknown return code', '3.9.3', 'down', packet('90', '0001 03')],
  ['PINGREQ with bytes', '3.12', 'up', packet('c0', '00')],
  ['PINGRESP with bytes', '3.13', 'down', packet('d0', '00')],
  ['DISCONNECT with bytes', '3.14', 'up', packet('e0', '00')],
  ['a packet after DISCONNECT', '3.14.4', 'up', packet('e0'), packet('c0')],
  ['a packet that is too short', '2.2.3', 'down', packet('40', '00')],
];

function problemsOf(steps: Step[]): string[] {
  return problemsIn(decode(mqttDecoder, steps));
}

test.each(CASES)('%s', (_, section, from, ...sent) => {
  const problems = problemsOf([
    ['up', CONNECT],
    ['down', CONNACK],
    [from, bytes(...sent)],
  ]);
  expect(problems).toEqual(
    section === '' ? [] : [expect.stringMatching(`\\(MQTT, ${section}\\)$`)],
  );
});

test.each([
  ['a flag in reserve', '3.1.2.3', packet('10', NAME, '03 0000', topic('a'))],
  ['QoS without a will', '3.1.2.6', packet('10', NAME, '0a 0000', topic('a'))],
  ['a will of QoS 3', '3.1.2.6', packet('10', NAME, '1e 0000', topic('a'))],
  [
    'a password alone',
    '3.1.2.9',
    packet('10', NAME, '42 0000', topic('a'), topic('b')),
  ],
  ['no identifier', '3.1.3.1', packet('10', NAME, '00 0000', topic(''))],
  ['no user name', '3.1.3', packet('10', NAME, '82 0000', topic('a'))],
  [
    'more than it says',
    '3.1.3',
    packet('10', NAME, '02 0000', topic('a'), '00'),
  ],
])('CONNECT with %s', (_, section, sent) => {
  expect(problemsOf([['up', sent]])).toEqual([
    expect.stringMatching(`\\(MQTT, ${section}\\)$`),
  ]);
});

test.each([
  ['a flag in reserve', '3.2.2.1', '0200'],
  ['a session, and refused', '3.2.2.2', '0105'],
  ['an unknown code', '3.2.2.3', '0006'],
])('CONNACK with %s', (_, section, body) => {
  const steps: Step[] = [
    ['up', CONNECT],
    ['down', packet('20', body)],
  ];
  expect(problemsOf(steps)).toEqual([
    expect.stringMatching(`\\(MQTT, ${section}\\)$`),
  ]);
});

test('a server that begins with another packet', () => {
  const steps: Step[] = [
    ['up', CONNECT],
    ['down', packet('d0')],
  ];
  expect(problemsOf(steps)).toEqual([
    'expected CONNACK as the first packet, found PINGRESP (MQTT, 3.2)',
  ]);
});
