/** What is broken, as the shell knows it: one truth for all panels. */
import type { FaultsMessage } from '../server/faults-message.ts';
import { events } from '../page/events.ts';

/** Reads and sets the faults of a run. */
export interface FaultSetter {
  /** The shell's last message: a response, or one of its event stream. */
  readonly known: FaultsMessage;
  /** How many ms the shell's clock is ahead of this page's. */
  readonly ahead: number;
  /** Why the last request failed; empty where it did not. */
  readonly error: string;
  /** From here on these faults apply, and no others. */
  set(faults: string[]): Promise<void>;
  /** Cuts all connections now. */
  cut(how: 'rst' | 'fin'): Promise<void>;
  /** Calls back after each message, and after a request that failed. */
  onChange(listener: () => void): void;
}

/**
 * Makes the one of a page; its methods never reject: see `error`. What another
 * tab or the terminal changes comes by the shell's event stream.
 */
export function makeFaultSetter(): FaultSetter {
  let known: FaultsMessage = {
    kinds: [],
    presets: [],
    links: [],
    now: [],
    at: Date.now(),
  };
  let ahead = 0;
  let error = '';
  const listeners: (() => void)[] = [];

  function take(message: FaultsMessage): void {
    // A response and the event of the same change may overtake each other.
    if (message.at < known.at && known.kinds.length > 0) return;
    known = message;
    ahead = message.at - Date.now();
  }
  const tell = () => {
    for (const listener of listeners) listener();
  };

  events.addEventListener('faults', ({ data }) => {
    take(JSON.parse(data) as FaultsMessage);
    tell();
  });

  async function request(method: string, path: string, body: object) {
    try {
      const response = await fetch(path, {
        method,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (response.ok) take((await response.json()) as FaultsMessage);
      error = response.ok ? '' : await response.text();
    } catch {
      error = 'The shell did not respond. Is the lesson still running?';
    }
    tell();
  }

  return {
    get known() {
      return known;
    },
    get ahead() {
      return ahead;
    },
    get error() {
      return error;
    },
    set: (faults) => request('PUT', '/wire/faults', { faults }),
    cut: (how) => request('POST', '/wire/cut', { how }),
    onChange: (listener) => void listeners.push(listener),
  };
}
