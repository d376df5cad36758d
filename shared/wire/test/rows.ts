/**
 * A table for `test.each`, a row a line: its cells stand between ` | `; in them
 * `⏎` is CR LF, and `␊` LF alone.
 */
export const rowsOf = (written: string): string[][] =>
  written
    .trim()
    .split('\n')
    .map((row) => rawOf(row.trim()).split(' | '));

/** Text as it is sent, of text as such a table has it. */
export const rawOf = (written: string): string =>
  written.replaceAll('⏎', '\r\n').replaceAll('␊', '\n');
