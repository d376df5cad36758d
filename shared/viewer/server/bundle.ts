import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Makes one script of a page's modules.
 *
 * @param entry the file of the first
 */
export async function bundle(
  entry: URL,
  { sourcemap = true }: { sourcemap?: boolean } = {},
): Promise<Uint8Array> {
  const { build } = await import('esbuild');
  const built = await build({
    // The script names its modules: the same wherever this was started.
    absWorkingDir: root,
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    sourcemap: sourcemap && 'inline',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [script] = built.outputFiles;
  if (!script) throw new Error(`esbuild made nothing of ${entry}`);
  return script.contents;
}
