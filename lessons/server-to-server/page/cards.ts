/**
 * A card for each process: what it says about itself in `/status`. The page
 * knows no more of it: what is on the wire between them, it cannot see.
 */

/** What `/status` of a process says; undefined if there was no response. */
export type Status = Record<string, number | boolean | string> | undefined;

const count = (value: unknown) =>
  Math.floor(Number(value ?? 0)).toLocaleString('en');
const plural = (value: unknown, noun: string) =>
  `${count(value)} ${noun}${Number(value) === 1 ? '' : 's'}`;

/** How many requests went out, and how many connections that took. */
const reuse = ({ requests, connections }: any) =>
  `${plural(requests, 'request')} over ${plural(connections, 'connection')}`;

const gateway = {
  upstreams: reuse,
  failed: ({ failures }: any) => `${count(failures)} failed`,
  broker: ({ connected }: any) => (connected ? 'connected' : 'not connected'),
  gaps: ({ gaps }: any) => `${count(gaps)} filled`,
  ignored: ({ ignored }: any) => `${count(ignored)} ignored`,
};

/** What stands at `<process>-<name>`. */
const processes: Record<string, Record<string, (s: object) => string>> = {
  operators: {
    station: reuse,
    feed: ({ written }: any) => `${plural(written, 'text')} written`,
    failed: ({ failed }: any) => `${count(failed)} failed`,
    waiting: ({ waiting }: any) => `${count(waiting)} waiting`,
    retries: ({ retriesLeft }: any) => `${count(retriesLeft)} left`,
  },
  station: {
    loudspeaker: ({ spoken }: any) => `${count(spoken)} spoken`,
  },
  gateway,
  gateway2: gateway,
  broker: {
    gateways: ({ connected }: any) => `${count(connected)} connected`,
  },
};

/** Shows the newest status of a process on its card. */
export function showOnCard(name: string, status: Status) {
  const says = document.getElementById(`${name}-says`)!;
  says.textContent = status ? 'responds' : 'no response';
  says.closest('section')!.toggleAttribute('data-gone', !status);
  if (!status) return;
  for (const [line, tell] of Object.entries(processes[name]!)) {
    const value = document.getElementById(`${name}-${line}`)!;
    const text = tell(status);
    const isNew = text !== value.textContent;
    value.parentElement!.toggleAttribute('data-lively', isNew);
    value.textContent = text;
  }
}
