/** The counts of a run in words, for the shell and for the terminal. */
import { number } from '@on-the-wire/wire/text.ts';
import type { Counts } from './source.ts';

/** The name of each count, its number as text, and what it counts. */
export function countsInWords(
  counts: Counts,
): { name: string; value: string; about: string }[] {
  const { connections, roundTrips, up, down, payload, updates } = counts;
  const all = up + down;
  const overhead = all - payload;
  const share = (part: number) =>
    all === 0 ? '' : ` (${Math.round((part / all) * 100)} %)`;
  return [
    {
      name: 'Connections',
      value: number(connections),
      about: 'opened in this run',
    },
    {
      name: 'Round trips',
      value: number(roundTrips),
      about: 'requests and pings that got their response',
    },
    { name: 'Bytes up', value: number(up), about: 'to the server' },
    { name: 'Bytes down', value: number(down), about: 'from the server' },
    {
      name: 'Payload',
      value: `${number(payload)}${share(payload)}`,
      about: 'content: bodies, events, messages',
    },
    {
      name: 'Overhead',
      value: `${number(overhead)}${share(overhead)}`,
      about: 'start lines, headers, framing, field names',
    },
    {
      name: 'Updates',
      value: number(updates),
      about: 'events, messages and bodies from the server',
    },
    {
      name: 'Bytes per update',
      value: updates === 0 ? '–' : number(Math.round(all / updates)),
      about: 'all bytes of the run, both directions, for each update',
    },
  ];
}

/** What the counts leave out, in sentences. */
export const notCounted =
  'Not counted is what the layers below add: IP and TCP 40 to 72 bytes for each packet, TLS some 22 bytes for each record. The tap does not see them.';
