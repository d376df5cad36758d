/** What a comment says of where a number comes from must be so. */
import { join, posix } from 'node:path';
import {
  filesOfTests,
  findTests,
  flagsOfJest,
  splitAtDashes,
} from '../runner/run-tests.ts';
import { shellWords } from './commands.ts';
import type { Finding } from './finding.ts';
import { reckon } from './reckon.ts';
import { exists, filesOf, textOf, verbsOf } from './tree.ts';

/** A comment, where it stands, and the block whose numbers it is about. */
export interface NumberSource {
  root: string;
  file: string;
  /** The block, as it is written. */
  block: string;
  comment: { text: string; line: number };
}

/** What was expected and what to do, where something does not hold. */
type Refusal = { expected: string; remedy: string };

/** Looks at one comment: its kind, a colon, and what it says. */
export async function checkNumberSource(
  source: NumberSource,
): Promise<Finding[]> {
  const { file, comment } = source;
  const [, kind = '', said = ''] =
    /^(measured|set in|source|reckoned)\s*:\s*([^]*)$/.exec(comment.text) ?? [];
  const check = kinds[kind];
  const refusal = check
    ? await check(said.trim(), source)
    : {
        expected: 'a colon after its first words: measured: …',
        remedy: 'Write it as the others.',
      };
  return refusal
    ? [{ file, line: comment.line, found: comment.text, ...refusal }]
    : [];
}

const kinds: Record<
  string,
  (said: string, source: NumberSource) => Promise<Refusal | undefined>
> = {
  measured: checkCommand,
  'set in': checkPlace,
  source: async (said) =>
    said.split(/\s+/).length >= 2
      ? undefined
      : {
          expected: 'a name by which the source can be found',
          remedy: 'Say who wrote what, and when.',
        },
  reckoned: async (said, { block }) => checkSum(said, block),
};

// --- measured ---

/** A command that exists; after a semicolon what to look at. */
async function checkCommand(
  said: string,
  source: NumberSource,
): Promise<Refusal | undefined> {
  const { root } = source;
  const [typed = '', ...more] = said.split(/;\s/);
  const words = shellWords(typed.replace(/^npx -y (?=pnpm )/, ''));
  const [program = '', second = '', ...rest] = words ?? [];
  const scripts = await verbsOf(root);
  const refuse = (expected: string): Refusal => ({
    expected,
    remedy:
      'Write the command that measures it, and what to look at after “; ”.',
  });
  if (/^findings\/[\w-]+\.sh$/.test(program) || program === 'sh') {
    const script = program === 'sh' ? second : program;
    if (await exists(join(root, script))) return undefined;
    return refuse(`a file ${script}`);
  }
  if (program === 'curl') return undefined;
  const isNode = program === 'node';
  if (isNode || (program === 'pnpm' && second === 'exec')) {
    const script = [second, ...rest].find((word) => /\.[cm]?[jt]s$/.test(word));
    if (script !== undefined && (await exists(join(root, script))))
      return undefined;
    return refuse(`a file of this tree: ${script ?? 'node scripts/….ts'}`);
  }
  if (program !== 'pnpm' || scripts[second] === undefined)
    return refuse(
      `npx -y pnpm with one of the verbs (${Object.keys(scripts).join(', ')}) or exec node, findings/….sh, or curl`,
    );
  if (second === 'test')
    return checkTests(rest, more.join('; '), source, refuse);
  const unknown = await unknownOption(root, second, rest);
  if (unknown !== undefined)
    return refuse(`an option of ${second}: ${unknown} is none`);
  const name = rest.find((word) => !word.startsWith('-'));
  if (
    second === 'lesson' &&
    name !== undefined &&
    !(await exists(join(root, 'lessons', name)))
  )
    return refuse(`a lesson: lessons/${name} is none`);
  if (second === 'exercise' && name !== undefined) {
    const [lesson, number = rest[1] ?? ''] = name.split('/');
    const folder = `lessons/${lesson}/exercises/`;
    const isThere = (await filesOf(root)).some(
      (path) =>
        path.startsWith(`${folder}0${number}-`) ||
        path.startsWith(`${folder}${number}`),
    );
    if (!isThere) return refuse(`an exercise: ${name} is none`);
  }
  const at = rest.findIndex((word) => /^--only(?==|$)/.test(word));
  if (second === 'compare' && at >= 0) {
    const list = /=(.*)/.exec(rest[at] ?? '')?.[1] ?? rest[at + 1] ?? '';
    const ids = await idsToCompare(root, rest);
    const none = list.split(',').find((id) => !ids.includes(id));
    if (none !== undefined)
      return refuse(`--only of ${ids.join(', ')}: ${none} is none of them`);
  }
  return undefined;
}

/** An option that the verb's script does not name, if it names any. */
async function unknownOption(
  root: string,
  verb: string,
  words: string[],
): Promise<string | undefined> {
  const script = `scripts/${verb.replace(':', '-')}.ts`;
  const text = (await textOf(root, script)) ?? '';
  if (!text.includes('.option(') && !text.includes('new Option('))
    return undefined;
  return words
    .filter((word) => word.startsWith('--') && word !== '--')
    .map((word) => word.split('=')[0] ?? '')
    .find((option) => !new RegExp(`['\`\\s,]${option}(?![\\w-])`).test(text));
}

/** What `compare --only` knows: the ways, the rows of a table, or proxies. */
async function idsToCompare(root: string, words: string[]): Promise<string[]> {
  const where = words.includes('--claims')
    ? /^shared\/compare\/claims\/rows\//
    : words.includes('--proxies')
      ? /^shared\/compare\/proxies\/(?:columns\/|subjects\.ts$)/
      : /^shared\/compare\/transports\/transports\.ts$/;
  const files = (await filesOf(root)).filter((file) => where.test(file));
  const texts = await Promise.all(files.map((file) => textOf(root, file)));
  return texts.flatMap((text) =>
    [...(text ?? '').matchAll(/^ {2,4}(?:id: |plain\()'([^']+)'/gm)].map(
      ([, id = '']) => id,
    ),
  );
}

/**
 * `test NAME -- words -t words`: there are such files, and in one of them the
 * name after -t stands, and what is quoted after the semicolon.
 */
async function checkTests(
  words: string[],
  more: string,
  { root }: NumberSource,
  refuse: (expected: string) => Refusal,
): Promise<Refusal | undefined> {
  const { own, flags } = splitAtDashes(words);
  let files: string[];
  try {
    const folders = findTests(own, root);
    flagsOfJest(folders, flags, root);
    const first = flags.findIndex((flag) => flag.startsWith('-'));
    const parts = first < 0 ? flags : flags.slice(0, first);
    files = filesOfTests(folders, root).filter(
      (file) => parts.length === 0 || parts.some((part) => file.includes(part)),
    );
  } catch (error) {
    return refuse((error as Error).message);
  }
  const names = [...more.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name);
  const at = flags.findIndex((flag) => /^(-t|--testNamePattern)$/.test(flag));
  const wanted = at >= 0 ? flags[at + 1] : undefined;
  const texts = await Promise.all(files.map((file) => textOf(root, file)));
  const all = texts.join('\n').replaceAll(/\\(['"`])/g, '$1');
  for (const name of wanted === undefined ? names : [...names, wanted])
    if (!all.includes(name) && !(name === wanted && matches(all, name)))
      return refuse(`“${name}” in ${files.join(', ')}`);
  return undefined;
}

function matches(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return false;
  }
}

// --- set in ---

/** What a number may be multiplied by where a program writes it. */
const scales = [
  1,
  1e3,
  1024,
  1e6,
  1024 ** 2,
  60,
  60e3,
  3600,
  3600e3,
  1e-3,
  1e-6,
];

/** A file of ours, beside the text, in its lesson, or from the root. */
async function checkPlace(
  said: string,
  { root, file, block }: NumberSource,
): Promise<Refusal | undefined> {
  const [name = '', constant] = said.split(/[;,]\s*/);
  const lesson = /^lessons\/[^/]+\//.exec(file)?.[0] ?? '';
  const places = [posix.dirname(file), lesson, ''].map((folder) =>
    posix.join(folder, name),
  );
  let text: string | undefined;
  for (const place of places) text ??= await textOf(root, place);
  if (text === undefined)
    return {
      expected: `a file: ${[...new Set(places)].join(', ')}`,
      remedy: 'Correct its name.',
    };
  if (
    constant !== undefined &&
    /^\w+$/.test(constant) &&
    !text.includes(constant)
  )
    return {
      expected: `${constant} in ${name}`,
      remedy: 'Name what the number is called there, or only the file.',
    };
  const there = new Set(
    [...text.matchAll(/\d[\d_]*(?:\.\d+)?(?:e\d+)?/gi)].map(([digits]) =>
      Number(digits.replaceAll('_', '')),
    ),
  );
  const numbers = numbersOf(block);
  const isThere = numbers.some((number) =>
    scales.some((scale) => there.has(Number((number * scale).toPrecision(12)))),
  );
  if (isThere || numbers.length === 0) return undefined;
  return {
    expected: `in ${name} one of the numbers ${numbers.join(', ')}, in any unit`,
    remedy: 'Say the same in both places, or name the file that says it.',
  };
}

/** The numbers of a text; those written out count as far as they are read. */
function numbersOf(text: string): number[] {
  const words: Record<string, number> = {
    half: 0.5,
    two: 2,
    three: 3,
    four: 4,
    five: 5,
    six: 6,
    seven: 7,
    eight: 8,
    nine: 9,
    ten: 10,
    eleven: 11,
    twelve: 12,
    thirteen: 13,
    fourteen: 14,
    fifteen: 15,
    twenty: 20,
    thirty: 30,
    forty: 40,
    fifty: 50,
    sixty: 60,
    hundred: 100,
    thousand: 1000,
    million: 1e6,
    second: 1,
    minute: 1,
    hour: 1,
  };
  const digits = [...text.matchAll(/\d[\d,]*(?:\.\d+)?/g)].map(([found]) =>
    Number(found.replaceAll(',', '')),
  );
  const spelled = [...text.toLowerCase().matchAll(/[a-z]+/g)].flatMap(
    ([word]) => words[word] ?? [],
  );
  return [...new Set([...digits, ...spelled])];
}

// --- reckoned ---

function checkSum(said: string, block: string): Refusal | undefined {
  const { wrong, numbers } = reckon(said);
  if (wrong !== undefined)
    return {
      expected: wrong,
      remedy: 'Write a sum that comes out: 57 = 10,000 × 715 × 8 / 1e6',
    };
  const here = numbersOf(block);
  if (numbers.some((number) => here.includes(number))) return undefined;
  return {
    expected: `one of its numbers (${numbers.join(', ')}) in the text before it`,
    remedy: 'Say the same in both places.',
  };
}
