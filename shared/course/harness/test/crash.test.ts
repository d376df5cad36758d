import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { describeCrash, explainCrash } from '../crash.ts';
import { rowsOf } from '@on-the-wire/wire/test/rows.ts';
import { startProcess } from '../lesson-process.ts';
import { portsFor, scratch } from './scratch-lesson.ts';

const { lesson, remove } = scratch();
afterAll(remove);

const { folder } = lesson('crash ü', {
  'syntax.ts': 'const a = 1;\nconst = 2;\n',
  'imports.ts': "// './syntax.ts' is broken\nimport './syntax.ts';\n",
  'enum.ts': '\nconst a: number = 1;\nenum Color {\n  Red,\n}\n',
  'unclosed.ts': 'function f() {\n',
  // Below each, a line that is innocent.
  'property.ts':
    'class Bell {\n\tconstructor(private tone: string) {}\n' +
    '  ring() { return this.tone; }\n}\nnew Bell("a").ring();\n',
  'one-line.ts': '\nenum Tone { A }\nexport class A { messageIn() {} }\n',
  'wide.ts':
    'const 駅 = "🚆 e\u0301"; namespace X { export const a = 駅; }\nX.a;\n',
  'cast.ts': 'const a = <string>"x";\nexport class A {}\n',
  'import-equals.ts': 'import fs = require("fs");\nexport class A {}\n',
  'module.ts': '\nmodule Y { export const b = 1 }\nexport class A {}\n',
  'decorator.ts': 'const d = () => {};\nclass A {\n  @d f() {}\n}\nd();\n',
  'await.ts': 'export function f() {\n  await 1;\n}\n',
  'comma.ts': 'export function f( {\n  return 1;\n}\n',
  'octal.ts': 'const a = 1;\nconst b = 010;\nexport class A {}\n',
  'deeper.ts': "import './property.ts';\n",
  'ours.ts': 'export const a = 1;\n',
  'theirs.ts': 'export const b = 1;\n',
  'server.ts': "import { a } from './ours.ts';\na;\n",
  'several.ts': 'await Promise.any([Promise.reject(new Error("a"))]);\n',
  'throws.ts':
    'function f(): void {\n\tthrow new TypeError("bad\\n\\nthing");\n}\n' +
    'setTimeout(() => f(), 1);\n',
  'rejects.ts':
    'async function f() {\n  await 1;\n  throw new RangeError("far");\n}\nf();\n',
  'rejects-text.ts': 'Promise.reject("no error");\n',
  'throws-text.ts': 'throw "no error";\n',
  'inside-node.ts': 'import fs from "node:fs";\nfs.readFileSync("nope");\n',
  'in-colours.ts':
    'import fs from "node:fs";\nprocess.env.FORCE_COLOR = "1";\nfs.readFileSync("nope");\n',
  'no-file.ts': "// nope.ts\nimport { a } from './nope.ts';\na();\n",
  'no-package.ts': "import 'no-such-package';\n",
  'no-export.ts': "import { nope } from 'node:fs';\nnope();\n",
  'in-package.ts': "import { f } from 'wrong';\n\nf();\n",
  'node_modules/wrong/package.json': '{"type":"module","main":"index.js"}',
  'node_modules/wrong/index.js': 'export const f = () => {\n  g();\n};\n',
  'exit.ts': 'console.error("about to give up");\nprocess.exit(3);\n',
  'nothing.ts': '\n',
  'waits.ts': '\nawait new Promise(() => {});\n',
  'killed.ts': 'process.kill(process.pid, "SIGKILL");\n',
});

async function crashOf(file: string, flags: string[] = []) {
  const printed: string[] = [];
  const port = await portsFor(1);
  const { ended } = startProcess({
    folder,
    file,
    port,
    flags,
    onLine: (_from, line) => printed.push(line),
  });
  return { crash: explainCrash(await ended, folder, file), printed };
}

describe('A crash', () => {
  // Windows has no signals.
  const killed =
    process.platform === 'win32'
      ? 'killed.ts ended with exit code 1'
      : 'killed.ts was ended by SIGKILL';
  test.each(
    rowsOf(`
      imports.ts | SyntaxError: Unexpected token \`=\`. Expected yield, an identifier, [ or { | syntax.ts:2:7
      enum.ts | SyntaxError: TypeScript enum is not supported in strip-only mode | enum.ts:3
      unclosed.ts | SyntaxError: Expected '}', got '<eof>' | unclosed.ts:1
      property.ts | SyntaxError: TypeScript parameter property is not supported in strip-only mode | property.ts:2:22
      deeper.ts | SyntaxError: TypeScript parameter property is not supported in strip-only mode | property.ts:2:22
      one-line.ts | SyntaxError: TypeScript enum is not supported in strip-only mode | one-line.ts:2:1
      wide.ts | SyntaxError: TypeScript namespace declaration is not supported in strip-only mode | wide.ts:1:20
      cast.ts | SyntaxError: The angle-bracket syntax for type assertions, \`<T>expr\`, is not supported in type strip mode. Instead, use the 'as' syntax: \`expr as T\`. | cast.ts:1:11
      import-equals.ts | SyntaxError: TypeScript import equals declaration is not supported in strip-only mode | import-equals.ts:1:1
      module.ts | SyntaxError: \`module\` keyword is not supported. Use \`namespace\` instead. | module.ts:2:1
      decorator.ts | SyntaxError: Node runs no decorators | decorator.ts:3:3
      await.ts | SyntaxError: await isn't allowed in non-async function | await.ts:2:3
      comma.ts | SyntaxError: Expected ',', got 'numeric literal' | comma.ts:2:10
      octal.ts | SyntaxError: Legacy octal literals are not available when targeting ECMAScript 5 and higher | octal.ts:2:11
      several.ts | AggregateError: All promises were rejected | several.ts:1:35
      throws.ts | TypeError: bad | throws.ts:2:2
      rejects.ts | RangeError: far | rejects.ts:3:9
      rejects-text.ts | Unhandled rejection: "no error" | nowhere
      throws-text.ts | no error | nowhere
      inside-node.ts | Error: ENOENT: no such file or directory, open 'nope' | inside-node.ts:2:4
      in-colours.ts | Error: ENOENT: no such file or directory, open 'nope' | in-colours.ts:3:4
      no-file.ts | Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'nope.ts' imported from no-file.ts | no-file.ts:2:22
      no-package.ts | Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'no-such-package' imported from no-package.ts | no-package.ts:1:9
      no-export.ts | SyntaxError: The requested module 'node:fs' does not provide an export named 'nope' | no-export.ts:1:10
      in-package.ts | ReferenceError: g is not defined | in-package.ts:3:1
      exit.ts | exit.ts ended with exit code 3 | nowhere
      nothing.ts | nothing.ts ended by itself | nowhere
      waits.ts | waits.ts waits for ever at an await of its top level | waits.ts:2:1
      killed.ts | ${killed} | nowhere
    `),
  )('of %s is told by message and place', async (file, message, place) => {
    const { crash, printed } = await crashOf(file);
    const { details } = crash;
    expect(crash.message).toBe(message);
    const { file: at, line, column } = crash;
    const told = [at ?? 'nowhere', line, column];
    expect(told.filter((part) => part !== undefined).join(':')).toBe(place);
    // Node's own report is not printed, but kept whole. All else is printed.
    expect(printed.filter(Boolean)).toEqual(
      file === 'exit.ts' ? ['about to give up'] : [],
    );
    expect(details).not.toContain('\u001b');
    if (message.includes(': ')) expect(details).toMatch(/\n {4,}at .+:\d+/);
  });

  test('names the file that lacks a name, and not the one that it stands for', async () => {
    const url = (file: string) => pathToFileURL(join(folder, file)).href;
    const instead = { [url('ours.ts')]: url('theirs.ts') };
    process.env['INSTEAD_OF'] = JSON.stringify(instead);
    const redirect = new URL('../../exercise/redirect.ts', import.meta.url);
    const { crash } = await crashOf('server.ts', [`--import=${redirect.href}`]);
    delete process.env['INSTEAD_OF'];
    const { message, file } = crash;
    expect({ message, file }).toEqual({
      message: 'SyntaxError: theirs.ts does not export a',
      file: 'theirs.ts',
    });
  });

  test('is shown with the source line and a caret below its place', () => {
    const place = { file: 'throws.ts', line: 2, column: 8 };
    const crash = { message: 'TypeError: bad', ...place, details: '' };
    expect(describeCrash(crash, folder)).toEqual([
      'TypeError: bad',
      '  at throws.ts:2:8',
      '',
      '  \tthrow new TypeError("bad\\n\\nthing");',
      '  \t      ^',
    ]);
  });
});
