/** What the shell remembers in this browser, between two visits. */

const lesson = document.documentElement.dataset['lesson'] ?? '';

/** A name for what belongs to this lesson, not to the course. */
export const ofLesson = (name: string): string => `${lesson}:${name}`;

/** Returns what was remembered under a name, or `undefined`. */
export function recall<T>(name: string): T | undefined {
  try {
    const kept = localStorage.getItem(`on-the-wire:${name}`);
    return kept === null ? undefined : (JSON.parse(kept) as T);
  } catch {
    return undefined; // no storage here, or somebody else's words in it
  }
}

/** Remembers a value under a name; `undefined` forgets it. */
export function remember(name: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(`on-the-wire:${name}`);
    else localStorage.setItem(`on-the-wire:${name}`, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing: the shell works, and forgets.
  }
}
