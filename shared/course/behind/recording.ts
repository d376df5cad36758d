/** Our recordings of lessons behind proxies: what a run was, both sides. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { readPcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';

/** What the comment begins with that names the program and the day. */
const MADE_WITH = 'recorded with ';

/** A recording, and what it was made with. */
export interface BehindRecording {
  /** pcapng, as `saveRun` makes it. */
  file: Uint8Array;
  /** "nginx 1.22.1 (Debian), on 2026-11-29" */
  madeWith: string;
}

/** Where the recording of a lesson behind a program is kept. */
export const recordingFile = ({ folder }: FoundLesson, proxy: string): string =>
  join(folder, 'recordings', `${proxy}.pcapng`);

/** The comment that says what it was made with. */
export const madeWithComment = (title: string, day: string): string =>
  `${MADE_WITH}${title}, on ${day}`;

/** @returns undefined where there is none */
export function findRecording(
  lesson: FoundLesson,
  proxy: string,
): BehindRecording | undefined {
  const path = recordingFile(lesson, proxy);
  if (!existsSync(path)) return undefined;
  const file = readFileSync(path);
  const comments = readPcapng(file).connections.flatMap(
    (each) => each.comments,
  );
  const told = comments.find(({ text }) => text.startsWith(MADE_WITH));
  return { file, madeWith: told?.text.slice(MADE_WITH.length) ?? '' };
}
