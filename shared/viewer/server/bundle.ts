import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Makes one script of a page's modules. It can be read as it is, so it brings no
 * source map: that made it three times as long, and the first paint waits for it.
 *
 * @param entry the file of the first
 */
export async function bundle(entry: URL): Promise<Uint8Array> {
  const { build } = await import('esbuild');
  const built = await build({
    // The script names its modules: the same wherever this was started.
    absWorkingDir: root,
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [script] = built.outputFiles;
  if (!script) throw new Error(`esbuild made nothing of ${entry}`);
  return script.contents;
}
