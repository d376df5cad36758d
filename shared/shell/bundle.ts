import { fileURLToPath } from 'node:url';

/**
 * Makes one script of a page's modules.
 *
 * @param entry a file below page/
 */
export async function bundle(
  entry: string,
  { sourcemap = true }: { sourcemap?: boolean } = {},
): Promise<Uint8Array> {
  const { build } = await import('esbuild');
  const built = await build({
    entryPoints: [fileURLToPath(new URL(`page/${entry}`, import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    sourcemap: sourcemap && 'inline',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const [script] = built.outputFiles;
  if (!script) throw new Error(`esbuild made nothing of page/${entry}`);
  return script.contents;
}
