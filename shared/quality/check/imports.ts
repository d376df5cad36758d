/** What each source file imports, types included. */
import { build, type BuildFailure, type Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Finding } from './finding.ts';

/** One import of one file. */
export interface Import {
  /** The file that imports, relative to the root, with slashes. */
  file: string;
  line: number;
  specifier: string;
  /** Whether it imports only types, which are gone before the code runs. */
  typesOnly: boolean;
}

/** What a specifier of types begins with, while esbuild has it. */
const types = 'types:';

/**
 * Finds what files import: statements, `import()`, `import.meta.resolve()`.
 * esbuild reads the code, so that a string or a comment is no import.
 *
 * @returns also a finding for each file that cannot be read as TypeScript
 */
export async function findImports(
  root: string,
  files: string[],
): Promise<{ imports: Import[]; findings: Finding[] }> {
  const imports: Import[] = [];
  const texts = new Map<string, string>();
  const add = (file: string, specifier: string, typesOnly: boolean) => {
    const lines = (texts.get(file) ?? '').split('\n');
    const at = lines.findIndex(
      (line) =>
        line.includes(`'${specifier}'`) || line.includes(`"${specifier}"`),
    );
    imports.push({ file, line: at + 1, specifier, typesOnly });
  };

  const record: Plugin = {
    name: 'record',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /./ }, ({ kind, path, importer }) => {
        if (kind === 'entry-point') return { path: join(root, path) };
        const typesOnly = path.startsWith(types);
        const specifier = typesOnly ? path.slice(types.length) : path;
        add(
          relative(root, importer).split(sep).join('/'),
          specifier,
          typesOnly,
        );
        return { path, external: true };
      });
      onLoad({ filter: /./ }, async ({ path }) => {
        const file = relative(root, path).split(sep).join('/');
        const text = await readFile(path, 'utf8');
        texts.set(file, text);
        for (const [, typeOf, specifier = ''] of text.matchAll(
          /(\btypeof )?\bimport(?:\.meta\.resolve)?\(\s*'([^']+)'/g,
        )) {
          add(file, specifier, typeOf !== undefined);
        }
        // esbuild forgets imports of types before it resolves anything.
        const contents = text.replaceAll(
          /^(import|export) type( [{*\w]+[^=]*? from ')/gm,
          `$1$2${types}`,
        );
        return { contents, loader: 'ts' };
      });
    },
  };

  try {
    await build({
      entryPoints: files,
      absWorkingDir: root,
      outdir: 'nowhere',
      write: false,
      bundle: true,
      format: 'esm',
      logLevel: 'silent',
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
      plugins: [record],
    });
  } catch (error) {
    const { errors } = error as BuildFailure;
    if (!Array.isArray(errors)) throw error;
    return {
      imports: unique(imports),
      findings: errors.map(({ text, location }) => ({
        file: location?.file ?? '.',
        line: location?.line,
        found: text,
        expected: 'TypeScript that can be read',
        remedy: 'Fix the syntax.',
      })),
    };
  }
  return { imports: unique(imports), findings: [] };
}

function unique(imports: Import[]): Import[] {
  const byKey = new Map<string, Import>();
  for (const found of imports) {
    const key = `${found.file}\0${found.specifier}`;
    const before = byKey.get(key);
    const typesOnly = found.typesOnly && (before?.typesOnly ?? true);
    byKey.set(key, { ...found, typesOnly });
  }
  return [...byKey.values()].sort(
    (a, b) => a.file.localeCompare(b.file) || a.line - b.line,
  );
}
