/** What was typed, as it may stand in a report that is handed on. */

/** Options that name where a report is written. */
const written = new Set(['--html', '--json', '--record']);

/**
 * The words of a command on one line. Of a file that it writes only the name
 * is left: the folders before it are those of one machine.
 *
 * @param words as they were typed, without the program
 */
export function commandForReport(words: readonly string[]): string {
  return words
    .map((word, at) => {
      const [, option = '', file] = /^(--[a-z]+)=(.*)$/s.exec(word) ?? [];
      if (file !== undefined && written.has(option))
        return `${option}=${nameOf(file)}`;
      return written.has(words[at - 1] ?? '') ? nameOf(word) : word;
    })
    .join(' ');
}

function nameOf(file: string): string {
  return file.split(/[\\/]/).findLast((part) => part !== '') ?? file;
}
