/**
 * Every verb begins here: `node scripts/verb.cjs lesson sse` runs
 * `scripts/lesson.ts` with `sse`, in this same process, if it runs on the Node
 * that pnpm installs for the course. Otherwise it says in a sentence what is
 * missing and what to type.
 *
 * Runs on whatever Node a learner has, from 18.0 on: an older pnpm, and one
 * whose install has failed, start the verb all the same. And in any folder: it
 * is CommonJS, because no Node loads an ES module from a folder with a
 * backslash in its name.
 */
'use strict';
const { spawn, spawnSync } = require('node:child_process');
const { existsSync, readFileSync } = require('node:fs');
const { delimiter, join, resolve, sep } = require('node:path');

const root = resolve(__dirname, '..');
const [verb, ...words] = process.argv.slice(2);
const hindrance = whatHinders();
if (hindrance === undefined) run();
else refuse(hindrance);

function run() {
  // Windows has no ":" in the name of a file.
  const name = `${verb.replace(':', '-')}.ts`;
  process.argv.splice(1, 2, join(__dirname, name));
  import(`./${name}`).catch((error) => {
    // Pulled, and not installed since: what is new is not there.
    const isMissing = /package '/.test(error.message);
    if (error.code === 'ERR_MODULE_NOT_FOUND' && isMissing)
      refuse(notInstalled());
    else throw error;
  });
  // Only npm sets the first, since 9; the second is where npx keeps pnpm.
  const { npm_config_npm_version: npm, npm_execpath: pnpm = '' } = process.env;
  if (npm !== undefined || /[\\/]_npx[\\/]/.test(pnpm))
    import('@on-the-wire/course/harness/end-with-npx.ts').then(
      ({ endWithNpx }) => endWithNpx(),
      () => {}, // Then the verb says why.
    );
}

/** Why no verb can run, and what to do; undefined if one can. */
function whatHinders() {
  // A backslash in a path is told by Windows from one in a name.
  const mark = root.includes(delimiter)
    ? delimiter
    : sep === '/' && root.includes('\\')
      ? '\\'
      : undefined;
  if (mark !== undefined)
    return (
      `The course cannot run in a folder with "${mark}" in its path: ${root}\n` +
      `Clone it into another, and type there: ${asTyped('npx -y pnpm')}`
    );
  if (!existsSync(join(root, 'node_modules', '.modules.yaml')))
    return notInstalled();
  const [major] = process.versions.node.split('.');
  const wanted = /^nodeVersion: (\d+)/m.exec(textOf('pnpm-workspace.yaml'))[1];
  if (major === wanted) return undefined;
  return (
    `The course runs on the Node ${wanted} that it has installed, and this is ` +
    `Node ${process.versions.node}.\nType: ${asTyped('npx -y pnpm')}`
  );
}

/** What to say where packages are missing: that depends on who installs. */
function notInstalled() {
  const [, able] = /^pnpm@(\d+)/.exec(
    JSON.parse(textOf('package.json')).packageManager,
  );
  // "pnpm/9.15.9 npm/? node/v20.20.2 linux x64"
  const agent = process.env.npm_config_user_agent || '';
  const [, version, major] = /^pnpm\/((\d+)\S*)/.exec(agent) || [];
  if (version === undefined)
    return (
      'What the course needs is not installed; pnpm does that.\n' +
      `Type: ${asTyped('npx -y pnpm')}`
    );
  if (Number(major) < Number(able))
    return (
      `pnpm ${version} has not installed what the course needs: ` +
      `that takes pnpm ${able}.\nType: ${asTyped(`npx -y pnpm@${able}`)}`
    );
  return (
    'What the course needs could not be fetched from the npm registry: see ' +
    'above why.\nWith a network, and without a proxy that does not respond, ' +
    `type the same again: ${asTyped('npx -y pnpm')}`
  );
}

/** The verb as it was typed, after the program that runs it. */
function asTyped(program) {
  const quoted = words.map((word) =>
    /^[\w@%+=:,./~-]+$/.test(word) ? word : JSON.stringify(word),
  );
  return [program, verb, ...quoted].join(' ');
}

function textOf(file) {
  return readFileSync(join(root, file), 'utf8');
}

function refuse(sentence) {
  process.exitCode = 1;
  const pnpm = hasJustFailed() ? parentOf(process.ppid) : undefined;
  if (pnpm === undefined) return void process.stderr.write(`\n${sentence}\n`);
  // pnpm has a last word when a script has failed. Below some thousand lines of
  // its warnings only what stands at the very end is read.
  // A shell waits for its end: it is there at once. Two seconds are enough.
  const waitAndSay =
    'n=0; while [ $n -lt 400 ] && kill -0 "$1" 2>/dev/null; ' +
    'do sleep 0.005; n=$((n+1)); done; printf "\\n%s\\n" "$2" >&2';
  spawn('sh', ['-c', waitAndSay, 'sh', pnpm, sentence], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  }).unref();
}

/** Whether the pnpm that has started this could not install. */
function hasJustFailed() {
  return (
    (process.env.npm_config_user_agent || '').startsWith('pnpm/') &&
    !existsSync(join(root, 'node_modules', '.modules.yaml'))
  );
}

/** The number of the process that started another; undefined on Windows. */
function parentOf(id) {
  const { stdout } = spawnSync('ps', ['-o', 'ppid=', '-p', `${id}`]);
  return stdout && String(stdout).trim() ? String(stdout).trim() : undefined;
}
