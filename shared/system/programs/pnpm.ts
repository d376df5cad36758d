/**
 * How pnpm is started: the one that runs this script, however it was found;
 * where none does, the one that npx gets.
 *
 * @returns the program, and its arguments with these words at the end
 */
export function pnpmWith(words: string[]): [program: string, args: string[]] {
  const path = process.env['npm_execpath'];
  if (path === undefined) return ['npx', ['-y', 'pnpm', ...words]];
  return /\.[cm]?js$/.test(path)
    ? [process.execPath, [path, ...words]]
    : [path, words];
}
