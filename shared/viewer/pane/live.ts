/** The run that goes on now, from the shell's event stream. */
import type { Details, Lines, Source } from '../source.ts';
import { events } from '../page/events.ts';
import { fromBase64 } from './base64.ts';

const listeners: ((lines: Lines) => void)[] = [];

events.addEventListener('lines', ({ data }) => {
  const lines = JSON.parse(data) as Lines;
  for (const listener of listeners) listener(lines);
});

/** `follow` is for what begins with the page: it gets later lines alone. */
export const live: Source = {
  isLive: true,
  follow(listener) {
    listeners.push(listener);
  },
  async details(n) {
    const response = await fetch(`/wire/units/${n}`);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(await response.text());
    const { base64, ...rest } = (await response.json()) as Details & {
      base64?: string;
    };
    return {
      ...rest,
      bytes: base64 === undefined ? undefined : fromBase64(base64),
    };
  },
};
