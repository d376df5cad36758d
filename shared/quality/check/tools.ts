/** Runs tools that others maintain, and turns their messages into findings. */
import { join } from 'node:path';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { asSaidOfEdits, makeAnswerFiles } from './answer-files.ts';
import type { Finding } from './finding.ts';

const configs = [
  'tsconfig.json',
  'tsconfig.dom.json',
  'tsconfig.browser-test.json',
];

/** Types: the code of Node, of pages, and of tests that reach into a page. */
export async function checkTypes(root: string): Promise<Finding[]> {
  const answers = await makeAnswerFiles(root);
  const findings = await Promise.all(
    configs.map((config) =>
      runTool(root, {
        tool: 'typescript/bin/tsc',
        args: ['-p', config, '--pretty', 'false'],
        line: /^(?<file>[^(]+)\((?<line>\d+),\d+\): error (?<what>.*)$/,
        expected: `types that fit together, under ${config}`,
        remedy: () => 'Fix the type; do not silence the error.',
      }),
    ),
  );
  return asSaidOfEdits(root, findings.flat(), answers);
}

/** Mistakes that can be seen without running anything. */
export async function checkLint(root: string): Promise<Finding[]> {
  const answers = await makeAnswerFiles(root);
  const findings = await runTool(root, {
    tool: 'oxlint/bin/oxlint',
    // It looks at what Git ignores only where that is named.
    args: ['--format', 'unix', '.', ...answers.keys()],
    line: /^(?<file>[^:]+):(?<line>\d+):\d+: (?<what>.*)$/,
    expected: 'code that keeps the rules in .oxlintrc.json',
    remedy: () => 'Fix it, or say beside it why the rule does not fit here.',
  });
  return asSaidOfEdits(root, findings, answers);
}

/** Whether everything is written as prettier writes it. */
export async function checkFormat(root: string): Promise<Finding[]> {
  const answers = await makeAnswerFiles(root);
  const look = (paths: string[], remedy: (file: string) => string) =>
    runTool(root, {
      tool: 'prettier/bin/prettier.cjs',
      args: ['--list-different', ...paths],
      line: /^(?:\[error\] )?(?<file>[\w./@-]+\.\w+)(?:: (?<what>.*))?$/,
      expected: 'the format of prettier',
      remedy,
    });
  const cache = ['--cache', '--cache-strategy', 'content'];
  // What Git ignores is looked at only where another list is given.
  const others = ['--ignore-path', '.prettierignore'];
  const [all, edits] = await Promise.all([
    look([...cache, '.'], (file) => `Run pnpm exec prettier --write ${file}`),
    answers.size === 0
      ? []
      : look(
          [...others, ...answers.keys()],
          (file) =>
            `Write the edit as this prints it: pnpm exec prettier ${others.join(' ')} ${file}`,
        ),
  ]);
  return [...all, ...(await asSaidOfEdits(root, edits, answers))];
}

interface Tool {
  /** Below node_modules of the root. */
  tool: string;
  args: string[];
  /** A complaint: groups `file`, `what`, and `line` if it has one. */
  line: RegExp;
  expected: string;
  remedy(file: string): string;
}

async function runTool(
  root: string,
  { tool, args, line, expected, remedy }: Tool,
): Promise<Finding[]> {
  const { code, output } = await run(root, [
    join(root, 'node_modules', tool),
    ...args,
  ]);
  if (code === 0) return [];
  const findings: Finding[] = [];
  for (const text of output.split('\n')) {
    const groups = line.exec(text)?.groups;
    if (groups) {
      const { file = '', what } = groups;
      findings.push({
        file: file.replaceAll('\\', '/'),
        line: groups['line'] ? Number(groups['line']) : undefined,
        found: what || 'another format',
        expected,
        remedy: remedy(file),
      });
    } else if (text.startsWith(' ')) {
      // What a complaint says in further lines.
      const last = findings.at(-1);
      if (last) last.found += `\n${text.trim()}`;
    }
  }
  if (findings.length > 0) return findings;
  return [
    {
      file: '.',
      found: `${tool} ended with ${code}:\n${output.trim()}`,
      expected,
      remedy: 'Read what it says; pnpm install may help.',
    },
  ];
}

function run(
  root: string,
  args: string[],
): Promise<{ code: number | string | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (text) => (output += String(text)));
    child.stderr.on('data', (text) => (output += String(text)));
    child.on('error', ({ message }) => resolve({ code: message, output }));
    child.on('close', (code, signal) =>
      resolve({ code: code ?? signal, output }),
    );
  });
}
