/** What the prose shows is what the tree has and the programs say. */
import { join, posix } from 'node:path';
import { checkProseExamples } from './prose-examples.ts';
import type { Finding } from './finding.ts';
import { readPointTarget } from '@on-the-wire/course/texts/point-target.ts';
import { missingControl } from './points.ts';
import { parseMarkdown, type Fence, type Markdown } from './markdown.ts';
import { exists, foldersOf, textOf, textsOfLesson, verbsOf } from './tree.ts';

/** Looks at what is written at the top, about the lessons, and in each. */
export async function checkProse(root: string): Promise<Finding[]> {
  const lessons = await foldersOf(root, 'lessons');
  const scripts = await verbsOf(root);
  const findings = await Promise.all(
    [undefined, ...lessons].map(async (lesson) => {
      const files =
        lesson === undefined
          ? [
              'README.md',
              'CONTRIBUTING.md',
              'lessons/README.md',
              'lessons/TEACHING.md',
            ]
          : await textsOfLesson(root, lesson);
      const found: Finding[] = [];
      for (const file of files) {
        const text = await textOf(root, file);
        if (text === undefined) continue;
        const markdown = parseMarkdown(text);
        const serverFile = join(root, 'lessons', String(lesson), 'server.ts');
        found.push(
          ...(await checkShownFiles(root, file, markdown.fences)),
          ...(await checkLinks(root, file, markdown)),
          ...checkVerbs(file, markdown, scripts),
          ...(await checkProseExamples({
            root,
            file,
            fences: markdown.fences,
            serverFile: lesson === undefined ? undefined : serverFile,
            scripts,
          })),
        );
      }
      return found;
    }),
  );
  return findings.flat();
}

// --- Fences that name a file ---

async function checkShownFiles(
  root: string,
  file: string,
  fences: Fence[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const fence of fences) {
    if (fence.file === undefined) continue;
    const shown = posix.join(posix.dirname(file), fence.file);
    const text = await textOf(root, shown);
    if (text === undefined) {
      findings.push({
        file,
        line: fence.line - 1,
        found: `a fence that shows ${fence.file}`,
        expected: `a file ${shown}`,
        remedy: 'Correct the name, or leave it out.',
      });
      continue;
    }
    const difference = compareWithFile(fence.lines, text.split(/\r?\n/));
    if (!difference) continue;
    const { at, line } = difference;
    findings.push({
      file,
      line: fence.line + at,
      found: fence.lines[at] ?? '',
      expected:
        line === undefined
          ? `a line of ${shown}, which has no such line here`
          : `${shown}:${line.number}: ${line.text}`,
      remedy: `Show what ${fence.file} says; "…" alone in a line leaves lines out.`,
    });
  }
  return findings;
}

/**
 * Looks for the lines of a fence in a file: in one piece, or in several where
 * a line `…` or `// …` says so, in their order. All may be indented less.
 *
 * @returns where they differ: the furthest line of the fence that could be
 *   reached, and what the file has there
 */
function compareWithFile(
  shown: string[],
  lines: string[],
): { at: number; line: { number: number; text: string } | undefined } | void {
  let furthest: { at: number; from: number } = { at: 0, from: -1 };
  const match = (at: number, from: number, indent: number): boolean => {
    if (at === shown.length) return true;
    if (/^(\/\/ )?…$/.test(shown[at]?.trim() ?? '')) {
      if (at === shown.length - 1) return true;
      // Something was left out: the next line stands at least one further down.
      for (let next = from + 1; next < lines.length; next += 1) {
        if (match(at + 1, next, indent)) return true;
      }
      return false;
    }
    if (lines[from] === indented(shown[at] ?? '', indent)) {
      return match(at + 1, from + 1, indent);
    }
    if (at > furthest.at) furthest = { at, from };
    return false;
  };
  const first = shown.find((line) => line.trim() !== '') ?? '';
  const widths = new Set(
    lines
      .filter((line) => line.trimStart() === first.trimStart())
      .map((line) => indentOf(line) - indentOf(first)),
  );
  for (const indent of widths) {
    for (let from = 0; from < lines.length; from += 1) {
      if (match(0, from, indent)) return;
    }
  }
  const { at, from } = furthest;
  const text = lines[from];
  return {
    at,
    line: text === undefined ? undefined : { number: from + 1, text },
  };
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function indented(line: string, by: number): string {
  if (line.trim() === '' || by === 0) return line;
  return by > 0 ? ' '.repeat(by) + line : line.slice(-by);
}

// --- Links ---

async function checkLinks(
  root: string,
  file: string,
  { links, anchors, codes }: Markdown,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { target, line } of links) {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) continue; // somebody else's
    const [path = '', anchor] = target.split('#');
    const point = readPointTarget(target);
    const report = (expected: string) =>
      findings.push({
        file,
        line,
        found: `a link to ${target}`,
        expected,
        remedy: 'Correct the link, or leave it out until there is one.',
      });
    if (point) {
      const missing = await missingControl(root, file, point);
      if (missing) report(missing);
      continue;
    }
    const named = posix.join(posix.dirname(file), decodeURIComponent(path));
    if (path.startsWith('/') || named.startsWith('..')) {
      report('a path inside this tree, relative to this file');
      continue;
    }
    if (path !== '' && !(await exists(join(root, named)))) {
      report(`a file or folder ${named}`);
      continue;
    }
    if (anchor === undefined) continue;
    const lineNumber = /^L(\d+)$/.exec(anchor)?.[1];
    if (lineNumber !== undefined && path !== '') {
      const there = ((await textOf(root, named)) ?? '').split('\n');
      const text = there[Number(lineNumber) - 1];
      // What stands beside such a link is what the reader shall find there.
      const beside = codes
        .filter((code) => code.line === line && code.text !== path)
        .map((code) => code.text);
      if (text === undefined)
        report(`one of the file's ${there.length - 1} lines`);
      else if (beside.length > 0 && !beside.some((each) => text.includes(each)))
        report(`the line with ${beside.join(' or ')}, not: ${text.trim()}`);
      continue;
    }
    const there =
      path === ''
        ? anchors
        : parseMarkdown((await textOf(root, named)) ?? '').anchors;
    if (!there.has(decodeURIComponent(anchor))) {
      report(`a heading with this name: ${[...there].join(', ') || 'none'}`);
    }
  }
  return findings;
}

// --- Verbs ---

/** What pnpm itself understands, as far as the prose uses it. */
const ofPnpm = ['add', 'exec', 'install'];

function checkVerbs(
  file: string,
  { codes, fences }: Markdown,
  scripts: Record<string, string>,
): Finding[] {
  const commands = fences
    .filter(({ language }) => language === '' || language === 'console')
    .flatMap(({ lines, line }) =>
      lines.map((text, index) => ({
        text: text.replace(/^\$ /, ''),
        line: line + index,
      })),
    );
  return [...codes, ...commands].flatMap(({ text, line }) => {
    const verb = /^(?:npx -y )?pnpm ([a-z][a-z:-]*)/.exec(text)?.[1];
    if (verb === undefined || ofPnpm.includes(verb) || verb in scripts)
      return [];
    return [
      {
        file,
        line,
        found: text,
        expected: `one of the verbs: ${Object.keys(scripts).join(', ')}`,
        remedy: 'Correct the verb, or add it to the scripts in package.json.',
      },
    ];
  });
}
