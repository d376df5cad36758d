// Right, and different: three stages, valid, expired and over, each of which
// ends by a wait that can be aborted; no message looks at a clock.

import { setTimeout as wait } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { Guest, Message } from '../solution.ts';

const day = 86_400_000; // ms

export function converse(
  client: WebSocket,
  { permission, graceMs, take, carryOut }: Guest,
) {
  let stage: 'passenger' | 'valid' | 'expired' | 'over' = 'passenger';
  let running = new AbortController();
  const tell = (kind: string, more: object) =>
    client.send(JSON.stringify({ kind, ...more }));

  // A timer cannot wait for so long: day after day it can.
  async function waitFor(ms: number, { signal }: AbortController) {
    for (let rest = ms; rest > 0; rest -= day)
      await wait(Math.min(rest, day), undefined, { signal });
  }

  async function begin(ms: number) {
    running.abort();
    const own = (running = new AbortController());
    stage = 'valid';
    try {
      await waitFor(ms, own);
      stage = 'expired';
      await waitFor(graceMs, own);
      stage = 'over';
      client.close(3000, 'Die Erlaubnis ist abgelaufen');
    } catch {
      // Renewed, or gone.
    }
  }

  if (permission) {
    void begin(permission.ms);
    tell('expires', { inMs: permission.ms });
  }
  client.on('close', () => running.abort());
  client.on('message', (data: Buffer) => {
    if (stage === 'over') return;
    const message = JSON.parse(String(data)) as Message;
    const { kind: of } = message;
    if (of === 'renew') return renew(message['ticket']);
    if (stage === 'valid') return carryOut(message);
    const why = stage === 'expired' ? 'expired' : 'only for staff';
    tell('refused', { of, why });
  });

  function renew(ticket: unknown) {
    const fresh = take(ticket);
    const isTheirs = permission && fresh?.user === permission.user;
    if (!isTheirs) return tell('error', { message: `No ticket: ${ticket}` });
    void begin(fresh.ms);
    tell('renewed', { inMs: fresh.ms });
  }
}
