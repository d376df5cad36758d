/** Output of several processes on one terminal, each behind its own name. */
import { styleText } from 'node:util';

/** The standard streams of a process, or a test's stand-in for them. */
export interface Terminal {
  stdout: NodeJS.WritableStream;
  stderr: NodeJS.WritableStream;
}

/** Writes one line behind a name; to `stdout` where nothing else is given. */
export type Log = (line: string, to?: 'stdout' | 'stderr') => void;

/**
 * Makes a function that writes lines, each with the name before it. Colours
 * only where `NO_COLOR` and the stream allow them.
 *
 * @param width characters of the longest name, so that all lines align
 */
export function prefixedLogger(
  name: string,
  width: number,
  color: 'cyan' | 'magenta' | 'yellow',
  terminal: Terminal,
): Log {
  const prefix = `${name.padEnd(width)} │ `;
  return (line, to = 'stdout') => {
    const stream = terminal[to];
    stream.write(`${styleText(color, prefix, { stream })}${line}\n`);
  };
}
