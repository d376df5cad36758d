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
      about: 'questions that were answered: a request, a ping',
    },
    { name: 'Bytes up', value: number(up), about: 'to the server' },
    { name: 'Bytes down', value: number(down), about: 'from the server' },
    {
      name: 'Payload',
      value: `${number(payload)}${share(payload)}`,
      about: 'what somebody wanted to send',
    },
    {
      name: 'Overhead',
      value: `${number(overhead)}${share(overhead)}`,
      about: 'heads, framing, names of fields',
    },
    {
      name: 'Updates',
      value: number(updates),
      about: 'events, messages and bodies from the server',
    },
    {
      name: 'Bytes per update',
      value: updates === 0 ? '–' : number(Math.round(all / updates)),
      about: 'all bytes of the run, both ways, for each',
    },
  ];
}

/** What the counts leave out, in sentences. */
export const notCounted =
  'Beneath are IP, TCP and, where it is used, TLS: some 60 to 100 bytes more for each message, whatever the protocol. The tap does not see them.';
