import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { madeUpTree, type Files } from '@on-the-wire/testing/made-up-tree.ts';
import { execFile } from '@on-the-wire/system/programs/start.ts';
import { answersOf, expand, expandAll } from '../answers/answers.ts';

const exercise = 'lessons/talk/exercises/01-say-it';
const edits = (...names: string[]) =>
  names
    .map(
      (name) =>
        `## ${name}\n\nIt says ${name}.\n\n` +
        (name.startsWith('wrong') ? 'Told: `No`\n\n' : '') +
        `\`\`\`diff\n-say();\n+say('${name}');\n\`\`\`\n`,
    )
    .join('\n');

async function folderWith(files: Files) {
  const solution = "import '../../say.ts';\nsay();\n";
  const all = { [`${exercise}/solution.ts`]: solution, ...files };
  const root = await madeUpTree(all);
  return { root, folder: join(root, exercise) };
}

test('answers are files and edits, the wrong ones first', async () => {
  const { folder } = await folderWith({
    [`${exercise}/wrong/mute.ts`]: '// Wrong: is mute.\n// Told: Silence\n',
    [`${exercise}/right/aloud.ts`]: '// Right, and different: aloud.\n',
    [`${exercise}/answers.md`]: edits('right/sung', 'wrong/late', 'wrong/zzz'),
  });
  const answers = answersOf(folder);
  expect(answers.map(({ path, told }) => [path, told])).toEqual([
    ['wrong/late.ts', 'No'],
    ['wrong/mute.ts', 'Silence'],
    ['wrong/zzz.ts', 'No'],
    ['right/aloud.ts', undefined],
    ['right/sung.ts', undefined],
  ]);
  expect(answers.map(({ edit }) => edit?.name)).toEqual([
    'late',
    undefined,
    'zzz',
    undefined,
    'sung',
  ]);
});

test('an edit is expanded as deep as the solution, once', async () => {
  const { root, folder } = await folderWith({
    [`${exercise}/answers.md`]: edits('wrong/late'),
  });
  const [late] = answersOf(folder);
  const file = expand(folder, late!);
  expect(file).toBe(join(root, 'lessons/talk/.answers/01-say-it/late.ts'));
  expect(await readFile(file, 'utf8')).toBe(
    "import '../../say.ts';\nsay('wrong/late');\n",
  );
  const { mtimeMs, ino } = await stat(file);
  expand(folder, late!);
  expect(await stat(file)).toMatchObject({ mtimeMs, ino });
  // Another solution makes another file of it.
  await writeFile(join(folder, 'solution.ts'), 'say();\nsayMore();\n');
  expand(folder, late!);
  expect(await readFile(file, 'utf8')).toBe("say('wrong/late');\nsayMore();\n");
});

test('what was made of an edit that is gone goes, too', async () => {
  const { root, folder } = await folderWith({
    [`${exercise}/answers.md`]: edits('wrong/late', 'right/sung'),
  });
  const made = join(root, 'lessons/talk/.answers/01-say-it');
  expandAll(folder);
  expect(await readdir(made)).toEqual(['late.ts', 'sung.ts']);
  // One that cannot be made is told by another check.
  const broken = edits('right/sung', 'wrong/late').replace('-say', '-sing');
  await writeFile(join(folder, 'answers.md'), broken);
  expect(expandAll(folder)).toEqual([
    expect.objectContaining({ file: join(made, 'late.ts') }),
  ]);
  expect(await readdir(made)).toEqual(['late.ts']);
});

test('an edit that cannot be read or made is told with its line', async () => {
  const text = edits('wrong/late');
  const { folder } = await folderWith({ [`${exercise}/answers.md`]: text });
  const [late] = answersOf(folder);
  await writeFile(join(folder, 'solution.ts'), 'sing();\n');
  expect(() => expand(folder, late!)).toThrow(
    /answers\.md:8: wrong\/late, its hunk: .* never: solution\.ts has no line "say\(\);"; expected .*\. Copy them/,
  );
  await writeFile(join(folder, 'answers.md'), text.replace('Told', 'told'));
  expect(() => answersOf(folder)).toThrow(
    /answers\.md:1: wrong\/late has no line "Told:"; expected /,
  );
});

test('several processes expand at once, and none reads half a file', async () => {
  const names = Array.from({ length: 30 }, (_, n) => `wrong/late-${n}`);
  const { root, folder } = await folderWith({
    [`${exercise}/solution.ts`]: `say();\n${'// more\n'.repeat(100_000)}`,
    [`${exercise}/answers.md`]: edits(...names),
    'one.ts': `import { readFileSync } from 'node:fs';
import { answersOf, expand } from '${new URL('../answers/answers.ts', import.meta.url).href}';
const folder = process.argv[2];
for (const answer of answersOf(folder)) {
  const text = readFileSync(expand(folder, answer), 'utf8');
  const { length } = text.split('\\n');
  if (length !== 100_002) throw new Error(\`\${answer.name}: \${length} lines\`);
}
`,
  });
  const run = () => execFile(process.execPath, [join(root, 'one.ts'), folder]);
  await Promise.all([run(), run(), run()]);
  const made = await readdir(join(root, 'lessons/talk/.answers/01-say-it'));
  expect(made).toHaveLength(30);
});
