/** Lists in the prose and in package.json that repeat what the tree has. */
import { join } from 'node:path';
import type { Finding } from './finding.ts';
import { parseMarkdown, type Fence, type MarkdownTable } from './markdown.ts';
import {
  exists,
  foldersOf,
  packageJson,
  textOf,
  verbsOf,
  type PackageJson,
} from './tree.ts';

/**
 * Looks at the table of README.md, at the tree of CONTRIBUTING.md, and at the
 * verbs.
 */
export async function checkReadmeLists(root: string): Promise<Finding[]> {
  const readme = await textOf(root, 'README.md');
  const verbs = await verbsOf(root);
  const scripts = (await packageJson(root, ''))?.scripts ?? {};
  const findings = [
    ...(await missingScripts(root, verbs)),
    ...(await missingInLessons(root, scripts)),
  ];
  if (readme === undefined) {
    findings.push({
      file: 'README.md',
      found: 'no such file',
      expected: 'what the course is, how to start it, its lessons',
      remedy: 'Write it.',
    });
    return findings;
  }
  const { tables, fences } = parseMarkdown(readme);
  findings.push(...checkClone(fences, await packageJson(root, '')));
  findings.push(...(await checkLessons(root, tables)));
  const contributing = (await textOf(root, 'CONTRIBUTING.md')) ?? '';
  const drawn = parseMarkdown(contributing).fences;
  findings.push(...(await checkTree(root, drawn, Object.keys(verbs))));
  return findings;
}

// --- The verbs ---

async function missingScripts(
  root: string,
  scripts: Record<string, string>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [verb, command] of Object.entries(scripts)) {
    const expected = `node scripts/verb.cjs ${verb}`;
    const report = (found: string, wanted: string) =>
      findings.push({
        file: 'package.json',
        found,
        expected: wanted,
        remedy: 'A verb is one short script of its own name.',
      });
    if (command !== expected) report(`"${verb}": "${command}"`, expected);
    const file = `scripts/${verb.replace(':', '-')}.ts`;
    if (command === expected && !(await exists(join(root, file))))
      report(`the verb ${verb}`, `a file ${file}`);
  }
  return findings;
}

/** pnpm looks for a verb in the nearest package.json only. */
async function missingInLessons(
  root: string,
  scripts: Record<string, string>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const verbs = ['lesson', 'test'].filter((verb) => scripts[verb]);
  for (const name of await foldersOf(root, 'lessons')) {
    const own = (await packageJson(root, `lessons/${name}`))?.scripts ?? {};
    for (const verb of verbs) {
      const expected = `node ../../scripts/verb.cjs ${verb}`;
      if (own[verb] === expected) continue;
      findings.push({
        file: `lessons/${name}/package.json`,
        found: `"${verb}": ${JSON.stringify(own[verb]) ?? 'nothing'}`,
        expected: `"${verb}": "${expected}"`,
        remedy: 'What is typed in the folder of a lesson works there, too.',
      });
    }
  }
  return findings;
}

// --- How to get it ---

/** To clone it takes the address that package.json has, if it has one. */
function checkClone(
  fences: Fence[],
  { repository }: PackageJson = {},
): Finding[] {
  const url = typeof repository === 'string' ? repository : repository?.url;
  const address =
    url?.replace(/^git\+/, '') ?? '<the address of this repository>';
  const expected = `git clone ${address} `;
  const lines = fences.flatMap((fence) => fence.lines);
  const found = lines.find((line) => line.startsWith('git clone '));
  if (found?.startsWith(expected)) return [];
  return [
    {
      file: 'README.md',
      found: found ?? 'no git clone',
      expected: `${expected}…, as in "repository" of package.json`,
      remedy: 'Say the same in both places.',
    },
  ];
}

// --- The table of lessons ---

async function checkLessons(
  root: string,
  tables: MarkdownTable[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const report = (
    line: number | undefined,
    found: string,
    expected: string,
    remedy: string,
  ) => findings.push({ file: 'README.md', line, found, expected, remedy });

  const rows = tables
    .flatMap((table) => table.rows)
    .flatMap((row) => {
      const link = row.links.find((target) => target.startsWith('lessons/'));
      const name = link?.split('/')[1];
      return name ? [{ ...row, name }] : [];
    });
  const names = await foldersOf(root, 'lessons');
  for (const { name, line } of rows) {
    if (!names.includes(name)) {
      report(
        line,
        `a lesson ${name}`,
        `one of those that exist: ${names.join(', ')}`,
        'A lesson is listed when it exists, not before.',
      );
    }
  }

  const orders: number[] = [];
  for (const name of names) {
    const manifest = (await packageJson(root, `lessons/${name}`))?.lesson ?? {};
    const { title = '', question = '', order = 0, minutes = 0 } = manifest;
    const wanted = [String(order), title, question, String(minutes)];
    const row = rows.find((candidate) => candidate.name === name);
    if (!row) {
      report(
        undefined,
        `no row with a link to lessons/${name} in a table`,
        wanted.join(' | '),
        'Add the lesson to the table.',
      );
    } else if (wanted.some((text) => !row.cells.includes(text))) {
      report(
        row.line,
        row.cells.join(' | '),
        `${wanted.join(' | ')}, as in lessons/${name}/package.json`,
        'Say the same in both places.',
      );
    } else orders[rows.indexOf(row)] = order;
  }
  const given = orders.filter((order) => order !== undefined);
  if (given.join() !== given.toSorted((a, b) => a - b).join()) {
    report(
      rows[0]?.line,
      `lessons in the order ${given.join(', ')}`,
      'the order of reading',
      'Sort the table.',
    );
  }
  return findings;
}

// --- The tree ---

interface Node {
  path: string;
  line: number;
  /** What is said of it. */
  words: string;
}

async function checkTree(
  root: string,
  fences: Fence[],
  verbs: string[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const fence = fences.find(({ lines }) =>
    lines.some((l) => /^[├└]── /.test(l)),
  );
  const report = (line: number | undefined, found: string, expected: string) =>
    findings.push({
      file: 'CONTRIBUTING.md',
      line,
      found,
      expected,
      remedy: 'Draw what there is: a folder appears with its content.',
    });
  if (!fence) {
    report(undefined, 'no tree', 'a fence with ├── and └──: where things are');
    return findings;
  }

  const nodes = nodesOf(fence);
  for (const { path, line, words } of nodes) {
    if (!(await exists(join(root, path)))) {
      report(line, path, 'a file or folder that exists');
    }
    const said = /the verbs: (.*)/.exec(words)?.[1]?.split(', ').sort();
    if (said && said.join() !== verbs.toSorted().join()) {
      report(line, said.join(', '), verbs.join(', '));
    }
  }
  // Wherever the tree shows what is in a folder, it shows all of its folders.
  const opened = new Set(nodes.map(({ path }) => parentOf(path)));
  for (const folder of opened) {
    const drawn = nodes.find(({ path }) => path === folder);
    for (const name of await foldersOf(root, folder)) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (nodes.some((node) => node.path === path)) continue;
      report(
        drawn?.line ?? fence.line,
        `no ${path}/`,
        `all of ${folder || '.'}`,
      );
    }
  }
  return findings;
}

/** The lines of a drawn tree, each with its whole path. */
function nodesOf({ lines, line: first }: Fence): Node[] {
  const parents: string[] = [];
  return lines.flatMap((text, index) => {
    const [, before, name, words = ''] =
      /^((?:│ {3}| {4})*)[├└]── (\S+)\s*(.*)$/.exec(text) ?? [];
    if (before === undefined || name === undefined) return [];
    const depth = before.length / 4;
    parents.splice(depth, Infinity, name.replace(/\/$/, ''));
    return [{ path: parents.join('/'), line: first + index, words }];
  });
}

function parentOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}
