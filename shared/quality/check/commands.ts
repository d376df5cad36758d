/** Which commands in the prose the check runs, and which it does not. */

/** What a command of a `console` fence is to the check. */
export type ProseCommand =
  /** Sends the lesson's server a request; with curl -N it may never end. */
  | { kind: 'ask'; words: string[] }
  /** Prints something and ends. */
  | { kind: 'run'; words: string[] }
  /** Is run somewhere else, or not at all. */
  | { kind: 'exempt'; why: string }
  | { kind: 'unknown'; expected: string; remedy: string };

// The one place that says what is not run, and why.
const exempt: { command: RegExp; why: string }[] = [
  {
    command: /^pnpm lesson \w/,
    why: 'it serves until it is stopped; .ci/run starts it and looks at the page',
  },
  {
    command: /^pnpm exec node lessons\/[\w-]+\/(server|smallest)\.ts$/,
    why: 'it serves until it is stopped; the lesson’s tests send it requests',
  },
  {
    command: /^pnpm (test|check)\b/,
    why: 'a check does not run the gate that it is a part of; .ci/run does',
  },
  {
    command: /^pnpm (soak|bench)\b/,
    why: 'it takes minutes, and its output is never the same',
  },
  {
    command: /^pnpm (new-lesson|exec node scripts\/screenshot\.ts)\b/,
    why: 'it writes files; the tests of the harness and .ci/run use it',
  },
  {
    command: /^(git|cd|npm|pnpm (add|install)) /,
    why: 'it is about the reader’s own machine',
  },
];

/** The flags with which curl writes into a file, alone or among others. */
const intoFile = /^(?:-[a-z]*o|--output|--remote-name)/i;

/**
 * Reads a command as a shell would: words, single and double quotes. Programs
 * are started directly, so that it works without a shell and on Windows.
 *
 * @param scripts the verbs: scripts of the root's package.json
 */
export function parseCommand(
  typed: string,
  scripts: Record<string, string>,
): ProseCommand {
  const text = typed.replace(/^npx -y (?=pnpm )/, '');
  const left = exempt.find(({ command }) => command.test(text));
  if (left) return { kind: 'exempt', why: left.why };
  const words = shellWords(text);
  if (!words) {
    return {
      kind: 'unknown',
      expected: 'words and quotes: the check has no shell',
      remedy: 'Say it without | > & ; ( ) $ or `, as one command.',
    };
  }
  const [program, second, third, ...more] = words;
  if (program === 'curl' && words.some((word) => intoFile.test(word))) {
    return {
      kind: 'unknown',
      expected:
        'a curl that prints what it gets: its file would be left behind here',
      remedy:
        'Leave out -o and -O; show what it prints, or its headers with -I.',
    };
  }
  if (program === 'curl') {
    // With a time limit, and without a progress meter between the lines.
    return { kind: 'ask', words: [...words, '--silent', '--max-time', '8'] };
  }
  if (program === 'pnpm' && second === 'exec' && third === 'node') {
    const asks = more.some((word) => /^https?:\/\/127\.0\.0\.1:/.test(word));
    const kind = asks ? 'ask' : 'run';
    return { kind, words: [process.execPath, ...more] };
  }
  const script = program === 'pnpm' && second && scripts[second]?.split(' ');
  if (script && script[0] === 'node') {
    const rest = third === undefined ? [] : [third, ...more];
    return {
      kind: 'run',
      words: [process.execPath, ...script.slice(1), ...rest],
    };
  }
  return {
    kind: 'unknown',
    expected:
      'curl, npx -y pnpm exec node, or npx -y pnpm with a verb of this project',
    remedy:
      'Use one of these, or say in shared/quality/check/commands.ts what it is.',
  };
}

/** The words of a command, or `undefined` if it needs more than words. */
export function shellWords(text: string): string[] | undefined {
  const words: string[] = [];
  const token = /\s*((?:'[^']*'|"(?:\\.|[^"\\$`])*"|[^\s'"\\|<>&;()$`])+)/gy;
  let end = 0;
  for (const match of text.matchAll(token)) {
    const word = (match[1] ?? '').replaceAll(
      /'([^']*)'|"((?:\\.|[^"\\])*)"/g,
      (_quoted, single?: string, double?: string) =>
        single ?? (double ?? '').replaceAll(/\\([\\"$`])/g, '$1'),
    );
    words.push(word);
    end = match.index + match[0].length;
  }
  return text.slice(end).trim() === '' ? words : undefined;
}
