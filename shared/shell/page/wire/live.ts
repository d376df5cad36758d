/** The run that goes on now, as the shell tells it. */
import type { Details, Lines, Source } from '../../../view/source.ts';
import { events } from '../events.ts';

export const live: Source = {
  follow(listener) {
    events.addEventListener('lines', ({ data }) =>
      listener(JSON.parse(data) as Lines),
    );
  },
  async details(n) {
    const response = await fetch(`/wire/units/${n}`);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(await response.text());
    const { base64, ...rest } = (await response.json()) as Details & {
      base64?: string;
    };
    const bytes =
      base64 === undefined
        ? undefined
        : Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return { ...rest, bytes };
  },
};
