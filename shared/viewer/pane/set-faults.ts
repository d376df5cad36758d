/** What is broken, as the shell knows it: one truth for all panels. */
import type { FaultsMessage } from '../server/faults-message.ts';

export interface FaultSetter {
  /** The shell's last response. */
  readonly known: FaultsMessage;
  /** Why the last request failed; empty where it did not. */
  readonly error: string;
  /** Asks what is broken: another tab may have changed it. */
  refresh(): Promise<void>;
  /** From here on these faults apply, and no others. */
  set(faults: string[]): Promise<void>;
  /** Cuts all connections now. */
  cut(how: 'rst' | 'fin'): Promise<void>;
  /** Calls back after each response. */
  onAnswer(listener: () => void): void;
}

export function makeFaultSetter(): FaultSetter {
  let known: FaultsMessage = { kinds: [], presets: [], links: [], now: [] };
  let error = '';
  const listeners: (() => void)[] = [];

  async function ask(method: string, path: string, body?: object) {
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
      error = 'The shell did not answer. Is the lesson still running?';
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
    refresh: () => ask('GET', '/wire/faults'),
    set: (faults) => ask('PUT', '/wire/faults', { faults }),
    cut: (how) => ask('POST', '/wire/cut', { how }),
    onAnswer: (listener) => void listeners.push(listener),
  };
}
