/** An editor for tests: it opens nothing and writes down what it was told. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// A line for each start: its arguments.
const program = `#!/usr/bin/env node
const { appendFileSync } = require('node:fs');
const { join } = require('node:path');
appendFileSync(join(__dirname, 'told'), JSON.stringify(process.argv.slice(2)) + '\\n');
`;

/** Writes the editor: it is called \`code\`, and is told lines as that one is. */
export async function fakeEditor() {
  const folder = await mkdtemp(join(tmpdir(), 'an editor '));
  const isWindows = process.platform === 'win32';
  const script = join(folder, isWindows ? 'code.cjs' : 'code');
  await writeFile(script, program);
  await chmod(script, 0o755);
  const start = join(folder, 'code.cmd');
  if (isWindows) await writeFile(start, '@node "%~dp0code.cjs" %*\r\n');
  const told = join(folder, 'told');
  return {
    /** As it stands in VISUAL; there is a blank in its path. */
    path: isWindows ? start : script,
    /** Waits until it was started so often; the arguments of each start. */
    async told(starts: number): Promise<string[][]> {
      for (;;) {
        const text = await readFile(told, 'utf8').catch(() => '');
        const lines = text.split('\n').slice(0, -1);
        if (lines.length >= starts)
          return lines.map((line) => JSON.parse(line) as string[]);
        await new Promise((rest) => setTimeout(rest, 20));
      }
    },
    end: () => rm(folder, { recursive: true }),
  };
}
