/**
 * A recorded request as a command of curl that sends it again, to the address
 * that the client had: the one in its Host. It sends the headers that were sent,
 * in their order, with the same values, except for
 * - Content-Length, which curl counts;
 * - Host, which stands where curl puts it;
 * - trailers, which curl does not send;
 * - in HTTP/2 the order, and the pseudo-header fields, which are curl's own.
 * The body is the same, content coding included; chunks and frames may be cut
 * elsewhere.
 */
import { CopyError } from './error.ts';
import type { CopiedExchange, HeaderField } from './exchange.ts';
import { posixFormat, posixWord } from './posix.ts';
import { powerShellCommand, type CurlOption } from './powershell.ts';
import { isPrintable, readText } from './text.ts';

/**
 * The command for a POSIX shell.
 *
 * @throws CopyError with a sentence where curl cannot send such a request
 */
export function curlForPosix(exchange: CopiedExchange): string {
  const options = optionsOf(exchange);
  const { body } = sentBody(exchange);
  const words = options.map(([name, value]) =>
    value === undefined
      ? `--${name}`
      : `${SHORT[name] ?? `--${name}`}${name === 'url' ? '' : ' '}${posixWord(latin1Bytes(value))}`,
  );
  if (!body) return `curl ${words.join(' \\\n  ')}`;
  const text = readText(body);
  if (text !== undefined && isPrintable(text) && body.length <= LONGEST)
    words.push(`--data-raw ${posixWord(body)}`);
  else words.push('--data-binary @-');
  const command = `curl ${words.join(' \\\n  ')}`;
  if (words.at(-1) !== '--data-binary @-') return command;
  return `printf ${posixFormat(body)} |\n${command}`;
}

/** For PowerShell: see `powershell.ts`; errors as above. */
export function curlForPowerShell(exchange: CopiedExchange): string {
  return powerShellCommand(optionsOf(exchange), sentBody(exchange).body);
}

/** As people write them. */
const SHORT: Record<string, string> = { url: '', request: '-X', header: '-H' };

/** Linux hands on no argument of more than 128 KiB. */
const LONGEST = 65_536;

/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What of a target curl sends as it stands in a URL. */
const IN_URL = /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@%/?]*$/;
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/;
/** Segments that curl would take out: RFC 3986, 5.2.4. */
const DOTS = /\/(?:\.|%2e){1,2}(?:[/?]|$)/i;
/** curl writes such a number as an address, and leaves out such a port. */
const REWRITTEN = /^[0-9][0-9a-fx.]*(?::|$)|:(?:80|443)$|:0/i;

function optionsOf(exchange: CopiedExchange): CurlOption[] {
  const { host, isSecure, version, request } = exchange;
  const { method, target, headers } = request;
  if (method === 'CONNECT')
    throw new CopyError(
      'It opens a tunnel for other requests: no command of curl does that alone.',
    );
  if (!HOST.test(host))
    throw new CopyError(
      host
        ? 'Its Host cannot stand in a URL.'
        : 'It has no Host, so that nobody knows where it went.',
    );
  const { body, isChunked } = sentBody(exchange);
  const origin = `${isSecure ? 'https' : 'http'}://${host}`;
  const isInUrl = IN_URL.test(target);
  const options: CurlOption[] = [['url', origin + (isInUrl ? target : '/')]];
  if (!isInUrl) options.push(['request-target', target]);
  else if (DOTS.test(target)) options.push(['path-as-is']);
  if (version === 'HTTP/2')
    options.push([isSecure ? 'http2' : 'http2-prior-knowledge']);
  else if (version === 'HTTP/1.0') options.push(['http1.0']);
  else if (isSecure) options.push(['http1.1']);
  if (method === 'HEAD' && !body) options.push(['head']);
  else if (method !== (body ? 'POST' : 'GET')) {
    if (!TOKEN.test(method))
      throw new CopyError('Its method is not one that curl can send.');
    options.push(['request', method]);
  }
  const sent = headers.filter(([name]) => isRepeated(name));
  for (const field of sent) options.push(['header', headerOption(field)]);
  const names = new Set(headers.map(([name]) => name.toLowerCase()));
  if (REWRITTEN.test(host)) options.push(['header', `Host: ${host}`]);
  // What curl would add by itself.
  for (const name of ['Accept', 'User-Agent'])
    if (!names.has(name.toLowerCase())) options.push(['header', `${name}:`]);
  if (body && !names.has('content-type'))
    options.push(['header', 'Content-Type:']);
  if (body && (isChunked || body.length > 1_024) && !names.has('expect'))
    options.push(['header', 'Expect:']);
  if (names.has('accept-encoding')) options.push(['compressed']);
  return options;
}

const NOT_REPEATED = new Set(['host', 'content-length']);

function isRepeated(name: string): boolean {
  return !name.startsWith(':') && !NOT_REPEATED.has(name.toLowerCase());
}

/** As curl reads it: an empty value is a semicolon. */
function headerOption([name, value]: HeaderField): string {
  if (!TOKEN.test(name))
    throw new CopyError(
      'The name of one of its headers is none that HTTP allows.',
    );
  if (/[\r\n\0]/.test(value))
    throw new CopyError(
      `The value of its ${name} has a line end or a NUL in it, which HTTP forbids.`,
    );
  return value === '' ? `${name};` : `${name}: ${value}`;
}

function sentBody({ request }: CopiedExchange): {
  body: Uint8Array | undefined;
  isChunked: boolean;
} {
  const { body, headers } = request;
  if (!body)
    throw new CopyError('Some of its body was dropped from the recording.');
  const names = headers.map(([name]) => name.toLowerCase());
  const isChunked = names.includes('transfer-encoding');
  // An empty body that was announced is announced again.
  const isSent =
    body.length > 0 || isChunked || names.includes('content-length');
  return { body: isSent ? body : undefined, isChunked };
}

function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (each) => each.charCodeAt(0));
}
