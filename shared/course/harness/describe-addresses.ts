/** What is printed when a lesson has started: where everything is. */
import { styleText } from 'node:util';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { sshForwarding } from '@on-the-wire/system/over-ssh.ts';
import { defaultPort } from '@on-the-wire/system/ports.ts';
import type { LessonAddresses } from './plan-addresses.ts';

/**
 * @param shellUrl where the shell is; undefined where there is none
 * @param how.file what was started
 * @param how.portWasChosen whether somebody has typed it: then it is no news
 *   that others are in use
 * @param how.stream where it will be printed: it may have no colours
 * @returns a line each
 */
export function describeAddresses(
  { manifest }: FoundLesson,
  { shellPort, lessonPort, lessonUrl, further, plan }: LessonAddresses,
  shellUrl: string | undefined,
  {
    file,
    portWasChosen,
    stream,
  }: { file: string; portWasChosen: boolean; stream: NodeJS.WritableStream },
): string[] {
  const bold = (text: string) => styleText('bold', text, { stream });
  const { title, question, tls = false, addresses = [] } = manifest;
  const lines = ['', `  ${bold(title)}`, `  ${question}`, ''];
  if (shellUrl) {
    lines.push(`  Lesson   ${bold(shellUrl)}`, `  Page     ${lessonUrl}`);
  } else {
    // curl does not know the certificate of this machine.
    const curl = tls ? 'curl -N -i -k' : 'curl -N -i';
    lines.push(`  Running  ${file}, at ${lessonUrl}`);
    lines.push(`  Try      ${curl} ${lessonUrl}`);
  }
  for (const { name: other, url } of further)
    lines.push(`  Also     ${url} (${other})`);
  for (const note of plan?.notes ?? []) lines.push(`  Note     ${note}`);
  const ssh = sshForwarding([
    ...(shellUrl ? [shellPort] : []),
    lessonPort,
    ...further.map(({ publicPort }) => publicPort),
  ]);
  if (ssh) lines.push(`  Over ssh ${ssh}`);
  lines.push('  Stop     Ctrl+C', '');
  if (!portWasChosen && shellPort !== defaultPort) {
    const usual = defaultPort + 1;
    const ports =
      further.length === 0
        ? `Port ${defaultPort} or ${usual}`
        : `One of the ports ${defaultPort} to ${usual + addresses.length}`;
    lines.push(
      `  ${ports} is in use: ` +
        `where README.md says ${usual}, take ${lessonPort}.`,
      '',
    );
  }
  return lines;
}
