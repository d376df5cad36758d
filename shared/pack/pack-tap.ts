/**
 * The tap as one file, an npm package with no dependencies, which
 * `npx ./on-the-wire-tap-0.1.0.tgz` runs where there is no repository. It is
 * the package and not the script in it, because npx runs only packages.
 *
 * Node strips no types below `node_modules`, so esbuild makes one script of all
 * modules. It is CommonJS: where an older Node lacks something of a built-in
 * module, `require` gives undefined, while an ES module would not be linked,
 * and could not say why.
 *
 * What leads out of the packages is replaced (`inPlaceOf`), so that no module
 * needs to know whether it is packed.
 */
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { courseVersion } from '@on-the-wire/system/version.ts';
import * as tapFiles from '@on-the-wire/viewer/server/tap-files.ts';
import { build, type Plugin } from 'esbuild';
import { archiveOf } from './archive.ts';
import {
  type Bundled,
  bundledPackages,
  inWords,
} from './licences-of-others.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const oldest = 22; // the major of Node
const program = 'on-the-wire-tap';

/** For any Node from 12 on; `return` ends a CommonJS module. */
const refuseOldNode = `'use strict';
if (parseInt(process.versions.node, 10) < ${oldest}) {
  console.error(
    'The tap runs on Node ${oldest} and newer, and this is Node ' +
      process.versions.node +
      ': get a newer one, from https://nodejs.org for example.'
  );
  process.exitCode = 1;
  return;
}
`;

/** The package that was made: its file and what is in it. */
export interface PackedTap {
  /** `on-the-wire-tap-0.1.0.tgz` */
  name: string;
  /** The same for the same tree and the same Node. */
  bytes: Uint8Array;
  /** The packages of others in it. */
  bundled: Bundled[];
}

/**
 * Packs the tap. Nothing is written.
 *
 * @throws UsageError (1) where a package may not be passed on
 */
export async function packTap(): Promise<PackedTap> {
  const { version, description, license } = JSON.parse(
    await textOf('package.json'),
  ) as Record<string, string>;
  const name = `${program}-${version}.tgz`;
  const { script, inputs } = await bundleTap(name);
  const bundled = await bundledPackages(root, inputs);
  const licences = inWords(bundled);
  const manifest = {
    name: program,
    version,
    description: `The tap of a course. ${description}`,
    license,
    // No `engines`: npm would say in five lines what the program then says.
    bin: { [program]: `${program}.cjs` },
  };
  const bytes = archiveOf({
    'package.json': `${JSON.stringify(manifest, undefined, 2)}\n`,
    'README.md': await textOf('shared/pack/packed/README.md'),
    LICENSE: await textOf('LICENSE'),
    'LICENSES-OF-OTHERS.txt': licences,
    // Any Node can read this one, so each can say that it is too old.
    [`${program}.cjs`]: `#!/usr/bin/env node\n${refuseOldNode}require('./tap.cjs');\n`,
    // If somebody takes only this file, the licences are in it, too.
    'tap.cjs': `${script}\n/*\n${licences.replaceAll('*/', '* /')}*/\n`,
  });
  return { name, bytes, bundled };
}

/** @param file what the packed file is called */
async function bundleTap(
  file: string,
): Promise<{ script: string; inputs: string[] }> {
  const inPlaceOf = {
    'shared/browser/open-trusting.ts': packed('open-trusting.ts'),
    'shared/system/place.ts': packed('place.ts'),
    'shared/viewer/server/tap-files.ts': await withTextsReady(tapFiles),
  };
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['shared/pack/packed/main.ts'],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: `node${oldest}`,
    charset: 'utf8',
    legalComments: 'none', // All their words are added.
    define: {
      PACKED_VERSION: JSON.stringify(courseVersion()),
      PACKED_FILE: JSON.stringify(file),
      'import.meta.url': 'packedUrl',
    },
    banner: {
      js:
        refuseOldNode +
        "var packedUrl = require('url').pathToFileURL(__filename).href;",
    },
    logLevel: 'silent',
    plugins: [replace(inPlaceOf)],
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) =>
    Object.keys(output.inputs),
  );
  return {
    script: outputFiles[0]!.text,
    inputs: [...inputs, ...(await inputsOfPages())],
  };
}

/** A module that hands on what another one exports. */
function packed(name: string): string {
  return `export * from './shared/pack/packed/${name}';`;
}

/** A module that exports the same functions, each with its text in it. */
async function withTextsReady(
  module: Record<string, () => Promise<string>>,
): Promise<string> {
  const functions = await Promise.all(
    Object.entries(module).map(async ([name, make]) => {
      // The map is for those who have the source.
      const text = (await make()).replace(/^\/\/# sourceMappingURL=.*\n/m, '');
      return `export const ${name} = async () => ${JSON.stringify(text)};`;
    }),
  );
  return functions.join('\n');
}

/**
 * Puts modules in place of others.
 *
 * @param inPlaceOf by the path in the tree, the source that takes its place
 */
function replace(inPlaceOf: Record<string, string>): Plugin {
  return {
    name: 'replace',
    setup({ onLoad, onEnd }) {
      const left = new Set(Object.keys(inPlaceOf));
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const name = relative(root, path).replaceAll('\\', '/');
        const contents = inPlaceOf[name];
        if (contents === undefined) return undefined;
        left.delete(name);
        return { contents, loader: 'ts', resolveDir: root };
      });
      onEnd(() => {
        if (left.size > 0)
          throw new Error(`nothing imports ${[...left].join(', ')}`);
      });
    },
  };
}

/** The modules that the scripts of the pages are made of. */
async function inputsOfPages(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['tap-page', 'saved-page'].map(
      (name) => `shared/viewer/pane/${name}.ts`,
    ),
    outdir: root,
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
  });
  return Object.keys(metafile.inputs);
}

function textOf(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8');
}
