/** The station, from which a gateway fetches what the broker has left out. */
import type { Snapshot, Update } from '@on-the-wire/shared/board/update.ts';
import { request, type createAgent } from './request.ts';
import type { Fetch } from './copy.ts';
import { Deadline } from './deadline.ts';
import { createBudget, retry } from './retry.ts';

export function fetchFrom(
  station: string,
  agent: ReturnType<typeof createAgent>,
): Fetch {
  const budget = createBudget();
  const get = async (path: string) => {
    const deadline = new Deadline(2_000);
    const attempt = () => request(`${station}${path}`, deadline, { agent });
    const { status, body } = await retry(attempt, { deadline, budget });
    if (status === 200) return JSON.parse(body) as unknown;
    if (status === 404) return undefined;
    throw new Error(`${path}: ${status}`);
  };
  return {
    updates: async (after) =>
      (await get(`/updates?after=${encodeURIComponent(after)}`)) as
        Update[] | undefined,
    board: async () => (await get('/board')) as Snapshot,
  };
}
