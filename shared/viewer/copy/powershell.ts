/**
 * A command of curl for PowerShell, Windows PowerShell 5.1 included. What of it
 * may come from anybody never is an argument, because before 7.3 a quotation
 * mark in one ends it (about_Parsing, "Passing arguments that contain quote
 * characters"). It goes to curl as a config file (curl(1), --config), on its
 * standard input, out of a here-string in single quotes. Of that everything is
 * literal up to a line that begins with '@ (about_Quoting_Rules); and each line
 * of ours begins with the name of an option. What is not ASCII stays out of it:
 * 5.1 would hand on question marks.
 */
import { CopyError } from './error.ts';

/** An option of curl by its long name, and its value, one byte a character. */
export type CurlOption = readonly [name: string, value?: string];

/**
 * Writes the command.
 *
 * @param body of the request; undefined without
 * @throws CopyError where a value has characters that are not ASCII
 */
export function powerShellCommand(
  options: readonly CurlOption[],
  body: Uint8Array | undefined,
): string {
  const lines = options.map(configLine);
  const text = body && asAscii(body);
  if (text !== undefined) lines.push(configLine(['data-raw', text]));
  const config = ["@'", ...lines, "'@ | curl.exe --config -"].join('\n');
  if (!body || text !== undefined) return config;
  return [
    '$body = [IO.Path]::GetTempFileName()',
    `[IO.File]::WriteAllBytes($body, [Convert]::FromBase64String('${base64(body)}'))`,
    `${config} --data-binary "@$body"`,
    'Remove-Item $body',
  ].join('\n');
}

/** What may stand in a config file, and is read in one piece. */
const ASCII = /^[\t\n\r\x20-\x7e]*$/;
const LONGEST = 32_768;

function asAscii(body: Uint8Array): string | undefined {
  if (body.length > LONGEST) return undefined;
  const text = new TextDecoder('latin1').decode(body);
  return ASCII.test(text) ? text : undefined;
}

const ESCAPES: Record<string, string> = {
  '\\': '\\\\',
  '"': '\\"',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};

/** `name = "value"`: these escapes are all that curl knows there. */
function configLine([name, value]: CurlOption): string {
  if (value === undefined) return name;
  if (!ASCII.test(value))
    throw new CopyError(
      `Its ${name} has characters that are not ASCII, which Windows PowerShell does not hand on as they are. Copy it as curl for a POSIX shell.`,
    );
  const escaped = value.replaceAll(/["\\\t\n\r]/g, (each) => ESCAPES[each]!);
  return `${name} = "${escaped}"`;
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
