/** A `console` fence: its commands are run, and their output is compared. */
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { parseCommand } from '../commands.ts';
import type { Finding } from '../finding.ts';
import type { Fence } from '../markdown.ts';
import { fillIn } from '../what-varies.ts';
import type { CheckedLesson } from './checked-lesson.ts';
import { differences, follow, playFor } from './compare-output.ts';
import type { ProseExamples } from './examples.ts';
import { ReceivedLines } from './received-lines.ts';

/**
 * @param openServer starts the lesson's server where it is not yet running
 * @returns a finding for each command whose output differs
 */
export async function checkConsole(
  { root, file, scripts, timeoutMs }: Required<ProseExamples>,
  fence: Fence,
  openServer: () => Promise<CheckedLesson>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { text, line, output } of commandsOf(fence)) {
    const report = (found: string, expected: string, remedy: string) =>
      findings.push({ file, line, found, expected, remedy });
    const command = parseCommand(text, scripts);
    if (command.kind === 'unknown') {
      report(`$ ${text}`, command.expected, command.remedy);
    } else if (command.kind === 'exempt') {
      if (output.length > 0) {
        report(
          `output below $ ${text}, which is not run here: ${command.why}`,
          'no output that nobody compares',
          'Show it in a fence without "console", or not at all.',
        );
      }
    } else if (command.kind === 'ask') {
      const lesson = await openServer();
      const server = await lesson.request({ what: 'open' });
      const expected = fillIn([text, ...output].join('\n'), server).split('\n');
      const filled = parseCommand(expected.shift() ?? '', scripts);
      if (filled.kind !== 'ask') continue; // the port is no other command
      const play = await playFor(lesson, server, [], expected);
      const source = startCommand(root, filled.words);
      const streams = filled.words.includes('-N') ? play : undefined;
      const { comparison, said } = await follow(
        source,
        expected,
        timeoutMs,
        streams,
      );
      source.stop();
      findings.push(...differences(file, line + 1, output, comparison, said));
    } else {
      const source = startCommand(root, command.words);
      const { comparison, said } = await follow(source, output, timeoutMs);
      source.stop();
      findings.push(...differences(file, line + 1, output, comparison, said));
    }
  }
  return findings;
}

/** The commands of a fence, each with the output below it. */
function commandsOf({ lines, line: first }: Fence): {
  text: string;
  /** Where the command's last line stands. */
  line: number;
  output: string[];
}[] {
  const commands: { text: string; line: number; output: string[] }[] = [];
  let goesOn = false;
  for (const [index, text] of lines.entries()) {
    const last = commands.at(-1);
    if (goesOn && last) {
      last.text = last.text.slice(0, -1) + text.trimStart();
      last.line = first + index;
    } else if (text.startsWith('$ ')) {
      commands.push({ text: text.slice(2), line: first + index, output: [] });
    } else {
      last?.output.push(text);
      continue;
    }
    goesOn = text.endsWith('\\');
  }
  // Empty lines after a command are not its output.
  for (const { output } of commands) while (output.at(-1) === '') output.pop();
  return commands;
}

function startCommand(root: string, words: string[]): ReceivedLines {
  const [program = '', ...args] = words;
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (text) => (complaints += String(text)));
  const source = new ReceivedLines(() => child.kill('SIGKILL'));
  child.stdout.on('data', (bytes: Buffer) => source.take(bytes));
  child.on('error', (error) => source.end(error.message));
  child.on('close', () => source.end(complaints));
  return source;
}
