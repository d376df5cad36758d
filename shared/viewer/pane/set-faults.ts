/** What is broken, as the shell knows it: one truth for all panels. */
import type { FaultsMessage } from '../server/faults-message.ts';

/** Reads and sets the faults of a run. */
export interface FaultSetter {
  /** The shell's last response. */
  readonly known: FaultsMessage;
  /** Why the last request failed; empty where it did not. */
  readonly error: string;
  /** Reads what is broken: another tab may have changed it. */
  refresh(): Promise<void>;
  /** From here on these faults apply, and no others. */
  set(faults: string[]): Promise<void>;
  /** Cuts all connections now. */
  cut(how: 'rst' | 'fin'): Promise<void>;
  /** Calls back after each response. */
  onResponse(listener: () => void): void;
}

/** Makes the one of a page; its methods never reject: see `error`. */
export function makeFaultSetter(): FaultSetter {
  let known: FaultsMessage = { kinds: [], presets: [], links: [], now: [] };
  let error = '';
  const listeners: (() => void)[] = [];

  async function request(method: string, path: string, body?: object) {
    try {
      const response = await fetch(path, {
        method,
        ...(body && {
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        }),
      });
      if (response.ok) known = (await response.json()) as FaultsMessage;
      error = response.ok ? '' : await response.text();
    } catch {
      error = 'The shell did not respond. Is the lesson still running?';
    }
    for (const listener of listeners) listener();
  }

  return {
    get known() {
      return known;
    },
    get error() {
      return error;
    },
    refresh: () => request('GET', '/wire/faults'),
    set: (faults) => request('PUT', '/wire/faults', { faults }),
    cut: (how) => request('POST', '/wire/cut', { how }),
    onResponse: (listener) => void listeners.push(listener),
  };
}
