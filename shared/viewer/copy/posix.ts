/**
 * Words of a command for a POSIX shell (POSIX.1-2017, XCU 2.2). What goes in may
 * come from anybody; what comes out is one word for the shell, in which nothing
 * is expanded, which is on one line, and which shows no character that a terminal
 * could obey. For a text that is pasted reaches the line editor before it reaches
 * the shell; and some shells look for `!` in each line by itself, whether or not
 * a quotation began in an earlier one.
 */
import { CopyError } from './error.ts';
import { isPrintable, readUtf8 } from './text.ts';

/**
 * Quotes one argument.
 *
 * @throws CopyError where no program can be given such an argument
 */
export function posixWord(bytes: Uint8Array): string {
  if (bytes.includes(0))
    throw new CopyError(
      'It has a NUL byte, which no program can be given in an argument.',
    );
  const text = readUtf8(bytes);
  if (text !== undefined && isPrintable(text)) return quoted(text);
  if (bytes.at(-1) === LF)
    throw new CopyError('It ends with a line end, which the shell would drop.');
  return `"$(printf ${posixFormat(bytes)})"`;
}

const LF = 10;

/** In single quotes everything but a single quote stands for itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * A format for `printf` (XCU printf) that writes these bytes, quoted: any
 * bytes, NUL included, and of any number, as `printf` is part of the shell.
 */
export function posixFormat(bytes: Uint8Array): string {
  const text = readUtf8(bytes);
  const pieces =
    text === undefined
      ? Array.from(bytes, (byte, at) =>
          byte < 0x80
            ? inFormat(String.fromCharCode(byte), at === 0)
            : octal(byte),
        )
      : Array.from(text, (each, at) => inFormat(each, at === 0));
  return quoted(pieces.join(''));
}

const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  '%': '%%',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const encoder = new TextEncoder();

function inFormat(character: string, isFirst: boolean): string {
  const escape = ESCAPES[character];
  if (escape) return escape;
  // As the first one it would begin an option. And an interactive shell looks
  // for earlier commands in double quotes, and in what is in single quotes there.
  const isSpecial = character === '!' || (isFirst && character === '-');
  if (isPrintable(character) && !isSpecial) return character;
  return Array.from(encoder.encode(character), octal).join('');
}

/** Always three digits, so that a digit behind them is not one of them. */
function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, '0')}`;
}
