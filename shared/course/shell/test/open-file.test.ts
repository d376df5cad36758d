import { realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { findEditor } from '../editor.ts';
import { listLessonFiles, placeOfListed } from '../lesson-files.ts';
import { fakeEditor } from './fake-editor.ts';
import { stage } from './stage.ts';

const files = {
  'README.md': '# Bells\n',
  'server.ts': 'one\ntwo\n',
  'page/a b.ts': '',
  '.env': 'SECRET=1',
  'node_modules/a/index.js': 'secret',
};

type Stage = Awaited<ReturnType<typeof stage>>;

/** A POST as no page could send it: any header. */
function post(
  { port }: Stage,
  body: unknown,
  headers: Record<string, string> = {},
  path = '/files/open',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const method = path === '/editor' ? 'GET' : 'POST';
    request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: text.trim() }),
      );
    })
      .on('error', reject)
      .end(method === 'GET' ? undefined : JSON.stringify(body));
  });
}

describe('a file of the lesson', () => {
  let editor: Awaited<ReturnType<typeof fakeEditor>>;
  let shell: Stage;
  let starts = 0;

  beforeAll(async () => {
    editor = await fakeEditor();
    shell = await stage(files, undefined, { VISUAL: editor.path });
    await writeFile(join(shell.root, 'outside.ts'), 'secret');
    // A junction, so that Windows asks for no privilege.
    await symlink(shell.root, join(shell.folder, 'out'), 'junction');
  });
  afterAll(async () => {
    await shell.end();
    await editor.end();
  });

  /** Opens what may be opened, and looks whether that was all. */
  async function opensThisOnly() {
    expect(await post(shell, { file: 'server.ts', line: 2 })).toEqual({
      status: 200,
      text: '{"name":"code"}',
    });
    starts += 1;
    const told = await editor.told(starts);
    expect(told).toHaveLength(starts);
    const folder = await realpath(shell.folder);
    expect(told.at(-1)).toEqual([
      '-r',
      '-g',
      `${join(folder, 'server.ts')}:2:1`,
    ]);
  }

  test('opens at its line, in the editor of the terminal', opensThisOnly);

  test('is one argument, whatever is in its name', async () => {
    await post(shell, { file: 'page/a b.ts' });
    starts += 1;
    const told = await editor.told(starts);
    expect(told.at(-1)?.at(-1)).toMatch(/a b\.ts:1:1$/);
    expect(told.at(-1)).toHaveLength(3);
  });

  test.each([
    '../outside.ts',
    'out/outside.ts',
    'page/../server.ts',
    './server.ts',
    '/server.ts',
    'server.ts:1',
    'server.ts\0',
    'server.ts; echo',
    '$(echo).ts',
    '--help',
    '.env',
    'node_modules/a/index.js',
    'page',
    '',
    'C:\\bells\\server.ts',
    'C:server.ts',
    '\\\\host\\share\\server.ts',
    '//host/share/server.ts',
    'page\\a b.ts',
    'file:///server.ts',
    12,
    null,
    ['server.ts'],
  ])('is not %j', async (file) => {
    const { status, text } = await post(shell, { file });
    expect(text).toMatch(/list of files has no/);
    expect(status).toBe(404);
  });

  test.each([0, -1, 1.5, '1', '1;', null])('has no line %j', async (line) => {
    const { status } = await post(shell, { file: 'server.ts', line });
    expect(status).toBe(400);
  });

  test.each([
    ['Host', 'course.example'],
    ['Host', 'localhost.example:80'],
    ['Origin', 'http://course.example'],
    ['Origin', 'null'],
    ['Sec-Fetch-Site', 'cross-site'],
    ['Sec-Fetch-Site', 'same-site'],
  ])('is opened for no other page: %s: %s', async (name, value) => {
    const body = { file: 'server.ts', line: 1 };
    const { status, text } = await post(shell, body, { [name]: value });
    expect(text).toMatch(/^Refused: /);
    expect(status).toBe(403);
  });

  test.each(['Forwarded', 'X-Forwarded-Host', 'X-Forwarded-For'])(
    'is not opened through a proxy that says %s',
    async (name) => {
      const headers = { [name]: 'host=course.example' };
      const refused = await post(shell, { file: 'server.ts' }, headers);
      expect(refused.status).toBe(403);
      expect(refused.text).toContain('Open the file by hand.');
      const { text } = await post(shell, undefined, headers, '/editor');
      expect(JSON.parse(text)).toEqual({ why: refused.text });
    },
  );

  test('was the only one that was opened', opensThisOnly);
});

describe('the list of files', () => {
  let shell: Stage;
  beforeAll(async () => {
    shell = await stage(files);
    await symlink(shell.root, join(shell.folder, 'out'), 'junction');
  });
  afterAll(() => shell.end());

  test('has no hidden ones, nothing installed, and no links', async () => {
    expect(await listLessonFiles(shell.folder)).toEqual([
      'README.md',
      'page/a b.ts',
      'server.ts',
    ]);
  });

  test('has one no longer when it has become a link that leads out', async () => {
    const file = join(shell.folder, 'page');
    const here = await realpath(join(file, 'a b.ts'));
    expect(await placeOfListed(shell.folder, 'page/a b.ts')).toBe(here);
    await rm(file, { recursive: true });
    await writeFile(join(shell.root, 'a b.ts'), 'secret');
    await symlink(shell.root, file, 'junction');
    expect(await placeOfListed(shell.folder, 'page/a b.ts')).toBeUndefined();
  });
});

describe('the editor', () => {
  const none = async () => undefined;
  const program = process.execPath;
  const name = process.platform === 'win32' ? /^node$/i : /^node$/;

  test.each([
    ['LAUNCH_EDITOR', { LAUNCH_EDITOR: program, VISUAL: 'vim' }],
    ['VISUAL', { VISUAL: `"${program}" --wait`, EDITOR: 'nano' }],
    ['EDITOR', { VISUAL: 'vim', EDITOR: program }],
  ])('is the one with a window, of %s', async (_variable, environment) => {
    expect(await findEditor(environment, none)).toMatchObject({
      kind: 'window',
      name: expect.stringMatching(name),
    });
  });

  test('is else one that runs, if it has a window', async () => {
    expect(await findEditor({}, async () => '/opt/code')).toEqual({
      kind: 'window',
      name: 'code',
      command: '"/opt/code"',
    });
    expect(await findEditor({}, async () => 'vim')).toMatchObject({
      kind: 'none',
    });
  });

  test.each([
    [{ VISUAL: 'vim' }, 'VISUAL names vim, which needs a terminal of its own'],
    [
      { EDITOR: '/usr/bin/nano -w' },
      'EDITOR names nano, which needs a terminal',
    ],
    [{ VISUAL: 'emacs -nw' }, 'VISUAL names emacs, which needs a terminal'],
    [{ VISUAL: 'no-such-editor' }, 'no-such-editor, which is no program here'],
    [{}, 'No editor is known here'],
  ])('is none: %j', async (environment, why) => {
    const found = await findEditor({ PATH: '', ...environment }, none);
    expect(found).toEqual({
      kind: 'none',
      why: expect.stringContaining(why),
    });
    expect(found).toEqual({
      kind: 'none',
      why: expect.stringContaining('Set VISUAL to an editor with a window'),
    });
  });

  test('is looked for, and that it is none is said', async () => {
    const shell = await stage(files, undefined, { VISUAL: 'vim' });
    const { text } = await post(shell, undefined, {}, '/editor');
    const { why } = JSON.parse(text) as { why: string };
    expect(why).toMatch(/^VISUAL names vim/);
    expect(await post(shell, { file: 'server.ts' })).toEqual({
      status: 409,
      text: why,
    });
    await shell.end();
  });

  test('that runs is found among the processes', async () => {
    // Which one runs here nobody knows; that it is looked for fails nowhere.
    expect(['window', 'none']).toContain(
      (await findEditor({ ...process.env, VISUAL: '' })).kind,
    );
  });
});
