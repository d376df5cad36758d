import { fileURLToPath } from 'node:url';

/**
 * Makes one script of a page's modules.
 *
 * @param entry a file below page/, or the address of another
 */
export async function bundle(
  entry: string | URL,
  { sourcemap = true }: { sourcemap?: boolean } = {},
): Promise<Uint8Array> {
  const { build } = await import('esbuild');
  const file =
    entry instanceof URL ? entry : new URL(`page/${entry}`, import.meta.url);
  const built = await build({
    entryPoints: [fileURLToPath(file)],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    sourcemap: sourcemap && 'inline',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [script] = built.outputFiles;
  if (!script) throw new Error(`esbuild made nothing of ${file}`);
  return script.contents;
}
