/** A proxy before a lesson, as the harness starts it and the shell shows it. */
import { EventEmitter } from 'node:events';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { howToInstall } from '@on-the-wire/proxies/find.ts';
import { minimalLines } from '@on-the-wire/proxies/lines.ts';
import type { ProxyProgram } from '@on-the-wire/proxies/programs.ts';
import type { Log } from '@on-the-wire/system/terminal.ts';
import { makeSavedPage } from '@on-the-wire/viewer/saved/saved-page.ts';
import type { HttpResponse } from '@on-the-wire/viewer/server/response.ts';
import type { Tap } from '@on-the-wire/tap/tap.ts';
import type { LessonGroup } from '../harness/lesson-group.ts';
import type { LessonServer } from '../harness/lesson-server.ts';
import type { LessonAddresses } from '../harness/plan-addresses.ts';
import type { BehindMessage } from '../shell/behind-message.ts';
import type { BehindChoice } from './choice.ts';
import { behindFile, makeBehindFile, type BehindFile } from './file.ts';
import { findRecording } from './recording.ts';
import { RunningBehind } from './run-behind.ts';

/** What the shell shows of it. */
export interface ShellBehind extends Pick<
  EventEmitter<{ change: [] }>,
  'on' | 'off'
> {
  message(): BehindMessage;
  /** What it is called in the names of links, if it stands there. */
  link?: string;
  /** The page of our recording, where the program is not installed. */
  recording?(): Promise<HttpResponse>;
}

/**
 * Makes the learner's file where there is none, and starts the programs; where
 * the program is not installed, its recording stands in for it.
 *
 * @param how.closing what ends them is added here
 * @param how.onTaken gets the name of the learner's file in the lesson's folder,
 *   whenever the program has taken what was saved
 * @throws UsageError (1) where the file cannot be written
 */
export async function startBehind(
  lesson: FoundLesson,
  { program, installed, tls, folder }: BehindChoice,
  {
    addresses,
    certificate,
    tap,
    server,
    say,
    sayProxy,
    closing,
    onTaken,
  }: {
    addresses: LessonAddresses;
    certificate: { key: string; cert: string } | undefined;
    tap: Tap;
    server: LessonServer | LessonGroup;
    say: Log;
    sayProxy: Log;
    closing: (() => unknown)[];
    onTaken(file: string): void;
  },
): Promise<ShellBehind> {
  const upstreamTls = lesson.manifest.tls ?? false;
  const lines = minimalLines(program.name, { tls: upstreamTls });
  const file = behindFile(lesson, program.file, folder);
  if (!installed) return recordedBehind(lesson, program, { lines, file });
  makeBehindFile(file, lines);
  const running = new RunningBehind({
    installed,
    proxies: addresses.proxies,
    file,
    tls: tls ? certificate : undefined,
    upstreamTls,
    say,
    sayProxy,
    onTaken: () => onTaken(`workspace/behind/${program.file}`),
  });
  closing.push(() => running.stop());
  followAway(server, tap, program.name, say);
  await running.start();
  return Object.assign(running, { link: program.name });
}

/**
 * Has the tap behind the proxy refuse connections while the lesson restarts:
 * some proxies try again then, which they do not after a reset.
 */
function followAway(
  server: LessonServer | LessonGroup,
  tap: Tap,
  proxy: string,
  say: Log,
): void {
  const before = `${proxy}-`;
  const links = tap.links.filter((link) => link.startsWith(before));
  // Of a group each process says it for itself.
  (server as LessonGroup).on('away', (isAway, name?: string) => {
    for (const link of links)
      if (name === undefined || link === `${before}${name}`)
        tap.setAway(link, isAway).catch((error: Error) => {
          say(`The lesson cannot be reached: ${error.message}`, 'stderr');
        });
  });
}

/** What is shown in the place of a program that is not installed. */
function recordedBehind(
  lesson: FoundLesson,
  program: ProxyProgram,
  { lines, file }: { lines: string; file: BehindFile },
): ShellBehind {
  const recording = findRecording(lesson, program.name);
  const message: BehindMessage = {
    title: program.title,
    file: file.shown,
    content: lines,
    state: 'recorded',
    since: Date.now(),
    howTo: howToInstall(program.name),
    ...(recording && { recordedWith: recording.madeWith }),
  };
  const shown = `${lesson.manifest.title} behind ${program.title}, our recording`;
  return Object.assign(new EventEmitter<{ change: [] }>(), {
    message: () => message,
    ...(recording && {
      recording: async () => ({
        type: 'text/html; charset=utf-8',
        body: await makeSavedPage(recording.file, shown),
        // The page has a policy of its own, which cannot say this.
        headers: { 'Content-Security-Policy': "frame-ancestors 'self'" },
      }),
    }),
  });
}
