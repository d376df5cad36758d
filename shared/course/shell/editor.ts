/**
 * The learner's editor: which it is, and how a file is opened in it. Only the
 * environment of the terminal decides which program is started; of a request
 * nothing but a name that was in our own list of files gets to it.
 *
 * The package launch-editor knows how each editor wants to be told a line. On
 * Linux and macOS it starts the program itself, without a shell. On Windows it
 * starts it with `cmd.exe`: it puts `^` before `& | < > , ; = ^`, quotes what has
 * a blank or a `^`, and refuses `%` and line breaks. Our names have none of
 * these characters; the folder of the clone may.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execFile } from '@on-the-wire/system/programs/start.ts';

/** The editor, or why there is none. */
export type Editor =
  | {
      kind: 'window';
      /** As it is shown: `code`. */
      name: string;
      /** As it stands in the environment: `code --wait`. */
      command: string;
    }
  | {
      kind: 'none';
      /** In whole sentences, with what can be done. */
      why: string;
    };

/** In this order. */
const variables = ['LAUNCH_EDITOR', 'VISUAL', 'EDITOR'] as const;

/** Those that draw in the terminal that they are started from. */
const inTerminal = new Set(
  'ed ex hx helix joe kak mcedit micro nano ne nvim pico vi vim'.split(' '),
);

/** What the terminals of editors set, and the command of each. */
const ofTerminals: Record<string, string | undefined> = {
  vscode: 'code',
  zed: 'zed',
};

const advice =
  'Set VISUAL to an editor with a window of its own, such as VISUAL=code, ' +
  'and start the lesson again.';

/**
 * Finds the editor that the environment names, or one that runs.
 *
 * @param environment of the terminal
 * @param detect finds one that runs
 */
export async function findEditor(
  environment: NodeJS.ProcessEnv = process.env,
  detect: (
    environment: NodeJS.ProcessEnv,
  ) => Promise<string | undefined> = runningEditor,
): Promise<Editor> {
  const reasons: string[] = [];
  for (const variable of variables) {
    const command = environment[variable]?.trim();
    if (!command) continue;
    const { program, quoted } = read(command);
    const name = nameOf(program);
    if (needsTerminal(name, command, environment))
      reasons.push(
        `${variable} names ${name}, which needs a terminal of its own, and this ` +
          'server cannot give it one.',
      );
    else if (!isProgram(program, environment))
      reasons.push(`${variable} names ${name}, which is no program here.`);
    else return { kind: 'window', name, command: quoted };
  }
  const own = ofTerminals[environment['TERM_PROGRAM'] ?? ''];
  if (own !== undefined && isProgram(own, environment))
    return { kind: 'window', name: own, command: own };
  const running = await detect(environment);
  if (running && !needsTerminal(nameOf(running), running, environment))
    return {
      kind: 'window',
      name: nameOf(running),
      command: read(`"${running}"`).quoted,
    };
  reasons[0] ??=
    'No editor is known here: neither VISUAL nor EDITOR names one.';
  return { kind: 'none', why: [...reasons, advice].join(' ') };
}

/**
 * Opens a file in an editor.
 *
 * @param file an absolute path, of a file that is there
 * @param line from 1
 * @returns why it has failed at once; undefined if it has not
 */
export async function openInEditor(
  { command }: Extract<Editor, { kind: 'window' }>,
  file: string,
  line: number,
): Promise<string | undefined> {
  const { default: launchEditor } = await import('launch-editor');
  return new Promise((resolve) => {
    // One that works goes on for hours, so no one can wait for its end.
    setTimeout(resolve, SOON, undefined);
    launchEditor(`${file}:${line}:1`, command, (_file, message) =>
      resolve(message ?? 'it could not be started'),
    );
  });
}

/** ms within which a program that cannot be started fails. */
const SOON = 500;

/** The program of a command, and the command so that its path is one word. */
function read(command: string): { program: string; quoted: string } {
  // launch-editor takes a backslash for an escape, and Windows takes both.
  const text =
    process.platform === 'win32' ? command.replaceAll('\\', '/') : command;
  if (existsSync(text)) return { program: text, quoted: `"${text}"` };
  const [, double, single, bare = ''] =
    /^(?:"([^"]+)"|'([^']+)'|(\S+))/.exec(text) ?? [];
  return { program: double ?? single ?? bare, quoted: text };
}

function nameOf(program: string): string {
  return basename(program.replaceAll('\\', '/')).replace(
    /\.(?:app|bat|cmd|exe)$/i,
    '',
  );
}

function needsTerminal(
  name: string,
  command: string,
  { DISPLAY, WAYLAND_DISPLAY }: NodeJS.ProcessEnv,
): boolean {
  if (name !== 'emacs') return inTerminal.has(name);
  const hasWindows =
    process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY);
  return !hasWindows || /\s(?:-nw|-t|--no-window-system)\b/.test(command);
}

function isProgram(program: string, environment: NodeJS.ProcessEnv): boolean {
  const {
    PATH = '',
    Path = PATH,
    PATHEXT = '.com;.exe;.bat;.cmd',
  } = environment;
  const endings =
    process.platform === 'win32' ? ['', ...PATHEXT.split(';')] : [''];
  const folders = /[\\/]/.test(program) ? [''] : Path.split(delimiter);
  return folders.some((folder) =>
    endings.some((ending) => {
      try {
        accessSync(join(folder, program + ending), constants.X_OK);
        return true;
      } catch {
        return false;
      }
    }),
  );
}

/**
 * An editor that runs now, as launch-editor finds it among the processes. It
 * waits for the list of them, on Windows for about a second, so it does that in
 * a process of its own: else the lesson's connections would stand still.
 */
async function runningEditor({
  LAUNCH_EDITOR: _launch,
  VISUAL: _visual,
  EDITOR: _editor,
  ...env
}: NodeJS.ProcessEnv): Promise<string | undefined> {
  const guess = fileURLToPath(import.meta.resolve('launch-editor/guess.js'));
  const code = "String(require(process.argv[1])()[0] ?? '')";
  try {
    const { stdout } = await execFile(process.execPath, ['-p', code, guess], {
      env,
    });
    return stdout.trim() || undefined;
  } catch {
    return undefined; // The processes cannot be listed here.
  }
}
