// Asks two questions at once in the terminal that it runs in, and says the
// outcome: in raw mode if it is told so, as an exercise has it.
import { askInTerminal, Consent } from '../consent.ts';
import type { IncomingMessage } from 'node:http';

const { stdin } = process;
if (process.argv[2] === 'raw') stdin.setRawMode(true).resume();
const asking = new Consent(askInTerminal);
const request = {
  headers: { forwarded: 'for=x' },
  socket: { localPort: 4000 },
} as unknown as IncomingMessage;
const outcomes = await Promise.allSettled(
  (['start', 'progress', 'start'] as const).map((wish) =>
    asking.need(wish, request),
  ),
);
console.log(outcomes.map(({ status }) => status).join(' '));
if (process.argv[2] === 'raw') stdin.setRawMode(false).pause();
