/** What is printed when a lesson has started: where everything is. */
import { styleText } from 'node:util';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { forwardedUrl } from '@on-the-wire/system/forwarded.ts';
import { sshForwarding } from '@on-the-wire/system/over-ssh.ts';
import { defaultPort } from '@on-the-wire/system/ports.ts';
import type { BehindMessage } from '../shell/behind-message.ts';
import type { LessonAddresses } from './plan-addresses.ts';

/**
 * @param shellUrl where the shell is; undefined where there is none
 * @param how.file what was started
 * @param how.portWasChosen whether somebody has typed it: then it is no news
 *   that others are in use
 * @param how.behind the proxy before it, if there is one
 * @param how.stream where it will be printed: it may have no colours
 * @returns a line each
 */
export function describeAddresses(
  { manifest }: FoundLesson,
  { shellPort, lessonPort, lessonUrl, tls, further, plan }: LessonAddresses,
  shellUrl: string | undefined,
  {
    file,
    portWasChosen,
    behind,
    stream,
  }: {
    file: string;
    portWasChosen: boolean;
    behind?: BehindMessage;
    stream: NodeJS.WritableStream;
  },
): string[] {
  const bold = (text: string) => styleText('bold', text, { stream });
  const { title, question, addresses = [] } = manifest;
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
  if (behind)
    lines.push(
      `  Behind   ${behind.howTo ?? `${behind.title}, with ${behind.file}`}`,
    );
  for (const note of plan?.notes ?? []) lines.push(`  Note     ${note}`);
  const ssh = sshForwarding([
    ...(shellUrl ? [shellPort] : []),
    lessonPort,
    ...further.map(({ publicPort }) => publicPort),
  ]);
  if (ssh) lines.push(`  Over ssh ${ssh}`);
  const forwarded = forwardedUrl(shellUrl ?? lessonUrl);
  if (forwarded) {
    lines.push(`  Forward  ${bold(forwarded)}`);
    if (tls)
      lines.push(
        `           The forwarder must speak TLS to port ${lessonPort}, and ends ` +
          'HTTP/2 itself:',
        '           to see it on the wire, start the lesson on your own machine.',
      );
  }
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
