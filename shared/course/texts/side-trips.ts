/**
 * Side trips: what a lesson has beside its tutorial, for those who want more.
 * Each has a folder `side-trips/NAME/` in its lesson, with a README.md that asks
 * one thing, has one thing to run, and rounds with the labels of a step.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One side trip of a lesson. */
export interface SideTrip {
  /** Of its folder; in the shell the id of its text. */
  name: string;
  title: string;
  minutes: number;
  /** What starts it: `npx -y pnpm lesson sse --behind nginx`. */
  command: string;
  /** From the lesson's folder, with slashes: `side-trips/NAME/README.md`. */
  file: string;
  text: string;
}

/**
 * Reads the side trips of a lesson, by their names. What a text lacks is empty:
 * `pnpm check` says so.
 *
 * @param folder of the lesson
 */
export function findSideTrips(folder: string): SideTrip[] {
  const all = join(folder, 'side-trips');
  if (!existsSync(all)) return [];
  return readdirSync(all)
    .sort()
    .flatMap((name) => {
      const file = `side-trips/${name}/README.md`;
      const path = join(folder, file);
      if (!existsSync(path)) return [];
      const text = readFileSync(path, 'utf8');
      const [, title = name, minutes] =
        /^# (.+?)(?: \((\d+) min\))?$/m.exec(text) ?? [];
      const [, command = ''] =
        /^\*\*Start it\.\*\*.*?`([^`]+)`/m.exec(text) ?? [];
      return [
        { name, title, minutes: Number(minutes ?? 0), command, file, text },
      ];
    });
}

/** Where a shell shows it: a path of its address, such as `/#behind-a-proxy`. */
export const sideTripPath = (name: string): string => `/#${name}`;

/** Stands before the ids of its steps: all texts of a lesson are one document. */
export const sideTripPrefix = (name: string): string => `${name}-`;
