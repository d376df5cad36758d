/** What is broken, as the shell knows it: one truth for all panels. */
import type { FaultsMessage } from '../server/faults-message.ts';

export interface FaultSetter {
  /** What the shell said last. */
  readonly known: FaultsMessage;
  /** Why it did not do what was asked last; empty where it did. */
  readonly error: string;
  /** Asks what is broken: another tab may have changed it. */
  refresh(): Promise<void>;
  /** From here on these faults apply, and no others. */
  set(faults: string[]): Promise<void>;
  /** Cuts all connections now. */
  cut(how: 'rst' | 'fin'): Promise<void>;
  /** Calls back after each answer. */
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
