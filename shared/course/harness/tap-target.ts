/**
 * What people type as the target of a tap: an address as browsers, servers and
 * configurations write it. What goes in is that text; what comes out is where to
 * connect and how what is to be opened instead is written, or a `UsageError`
 * with a sentence. Nothing is looked up here, and no password is repeated: what
 * was typed is repeated with asterisks, and a part of it only where no password
 * can stand in it.
 */
import { resolve } from 'node:path';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { maskedWords } from '@on-the-wire/wire/masking/connection.ts';

/** A target that was understood. */
export interface TapTarget {
  /** `http`, in small letters; undefined where none was typed. */
  scheme: string | undefined;
  /** Whether the target speaks TLS from the first byte on. */
  isEncrypted: boolean;
  /** Whether HTTP/1.1 may be spoken: by the scheme, or as there is none. */
  mayBeHttp: boolean;
  /** A name or an address, without brackets. */
  host: string;
  port: number;
  /** The path of a Unix socket; then `host` and `port` are not dialled. */
  socket?: string;
  /** Name and password with the @ behind them, as they were typed, or ''. */
  user: string;
  /** What stands behind host and port, as it was typed: `/app?x=1#top`. */
  path: string;
  /** What was typed, without a password. */
  shown: string;
}

/** How a scheme is spoken, and its port; without one it must be typed. */
interface Scheme {
  port?: number;
  tls?: true;
  http?: true;
}

const SCHEMES: Record<string, Scheme | undefined> = {
  http: { port: 80, http: true },
  https: { port: 443, http: true, tls: true },
  ws: { port: 80, http: true },
  wss: { port: 443, http: true, tls: true },
  h2c: { port: 80 },
  grpc: {},
  grpcs: { tls: true },
  mqtt: { port: 1883 },
  mqtts: { port: 8883, tls: true },
  redis: { port: 6379 },
  rediss: { port: 6379, tls: true },
  postgres: { port: 5432 },
  postgresql: { port: 5432 },
  mysql: { port: 3306 },
  mongodb: { port: 27017 },
  amqp: { port: 5672 },
  amqps: { port: 5671, tls: true },
  nats: { port: 4222 },
  smtp: { port: 25 },
  smtps: { port: 465, tls: true },
  tcp: {},
  tls: { tls: true },
};

/** The targetSchemes that are known. */
export const targetSchemes: readonly string[] = Object.keys(SCHEMES);

/** What servers say that they listen at, and where they are reached. */
const EVERYWHERE: Record<string, string> = {
  '0.0.0.0': '127.0.0.1',
  '*': '127.0.0.1',
  '[::]': '[::1]',
};

const EXPECTED =
  'expected an address with a port, such as http://localhost:5173, ' +
  'localhost:1883 or 3000.';

/**
 * Reads a target.
 *
 * @throws UsageError (2) that says what is wrong with it
 */
export function parseTarget(typed: string): TapTarget {
  const text = typed.trim();
  const socket = parseSocket(text);
  if (socket) return socket;
  const { scheme, rest } = split(text);
  const known: Scheme | undefined =
    scheme === undefined ? { http: true } : SCHEMES[scheme];
  const [, authority, path] = /^([^/?#\\]*)(.*)$/s.exec(rest)!;
  const at = authority!.lastIndexOf('@') + 1;
  const user = authority!.slice(0, at);
  // What was meant as a password may have ended up in the host, or the port.
  const mayBeSecret = path!.includes('@');
  if (mayBeSecret && (user !== '' || !known?.http))
    throw refused(
      text,
      'it has an @ behind its host. In a password, write / as %2F, ? as %3F, ' +
        '# as %23 and @ as %40.',
    );
  if (!known)
    throw refused(
      text,
      `the scheme ${scheme}: is not known. Known are ` +
        `${targetSchemes.join(', ')}. Any other can be written as tcp:, ` +
        'or as tls: if it begins with TLS, with the port.',
    );
  const { host, port = known.port } = parseHost(
    authority!.slice(at),
    text,
    mayBeSecret,
  );
  if (host === '' || port === undefined) throw refused(text, EXPECTED);
  return {
    scheme,
    isEncrypted: known.tls ?? false,
    mayBeHttp: known.http ?? false,
    host,
    port,
    user,
    path: path!,
    shown: withoutPassword(text),
  };
}

/** Its scheme, in small letters, and what follows; none is needed. */
function split(text: string): { scheme: string | undefined; rest: string } {
  // Browsers take `http:localhost:3000`, too.
  const [all, http] = /^(https?|wss?):\/{0,2}(?!\/)/i.exec(text) ?? [];
  if (http)
    return { scheme: http.toLowerCase(), rest: text.slice(all!.length) };
  const [, scheme, rest = text] =
    /^(?:([a-z][a-z\d+.-]*):)?\/\/(.*)$/is.exec(text) ?? [];
  return { scheme: scheme?.toLowerCase(), rest };
}

/** @param mayBeSecret then no part of it is repeated */
function parseHost(
  text: string,
  typed: string,
  mayBeSecret: boolean,
): { host: string; port?: number } {
  const bare = /^\d{1,5}$/.test(text) ? `:${text}` : text;
  const [, name, digits] = /^(\[.*\]|[^:]*)(?::([^:]*))?$/s.exec(bare) ?? [];
  if (name === undefined)
    throw refused(
      typed,
      /^[\da-f:.%]+$/i.test(text)
        ? 'an IPv6 address stands in brackets, and its port behind them: [::1]:3000.'
        : EXPECTED,
    );
  if (/^\[.*%/.test(name))
    throw refused(
      typed,
      'an address with a zone (%) cannot be reached here. Name another address ' +
        'of that machine.',
    );
  const port = digits ? Number(digits) : undefined;
  const isPort = /^\d{1,5}$/.test(digits || '1') && port !== 0;
  if (!isPort || (port ?? 1) > 65_535)
    throw refused(
      typed,
      mayBeSecret
        ? EXPECTED
        : `its port is "${digits}"; expected a whole number from 1 to 65535.`,
    );
  const host = bare.startsWith(':') && digits ? 'localhost' : hostOf(name);
  return { host, ...(port !== undefined && { port }) };
}

/**
 * A host as URLs have it (URL, 3.5): names of other scripts in ASCII,
 * `127.1` in full. '' where it is none.
 */
function hostOf(name: string): string {
  // Not `URL.parse()`: the packed tap also runs on Node 22.0, which has none.
  const url = `http://${name}/`;
  if (name === '' || !URL.canParse(url)) return '';
  const { hostname } = new URL(url);
  return (EVERYWHERE[hostname] ?? hostname).replace(/^\[|\]$/g, '');
}

/** As they are typed, and as Docker, curl, ws and nginx have them. */
const SOCKETS = [
  /^(?<file>\.{0,2}\/(?!\/).+)$/s,
  /^unix:(?:\/\/)?(?<file>.+)$/is,
  /^(?<scheme>http|ws)\+unix:\/\/(?<coded>[^/?#]*%2F[^/?#]*)(?<path>.*)$/is,
  /^(?<scheme>http|ws)\+unix:(?:\/\/)?(?<file>\/[^:]+)(?::(?<path>.*))?$/is,
  /^(?<scheme>http|ws):\/\/unix:(?<file>\.{0,2}\/[^:]+)(?::(?<path>.*))?$/is,
];

/** undefined where it names no Unix socket. */
function parseSocket(text: string): TapTarget | undefined {
  for (const form of SOCKETS) {
    const { scheme, coded, file, path } = form.exec(text)?.groups ?? {};
    const name = file ?? decoded(coded);
    if (name === undefined) continue;
    return {
      scheme: scheme?.toLowerCase(),
      isEncrypted: false,
      mayBeHttp: true,
      host: 'localhost',
      port: 80,
      // From where the reader stands; pnpm runs everything at the top of the tree.
      socket: resolve(process.env['INIT_CWD'] ?? '', name),
      user: '',
      path: path ?? '',
      shown: maskedWords(text),
    };
  }
  return undefined;
}

function decoded(text: string | undefined): string | undefined {
  try {
    return text && decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function refused(text: string, why: string): UsageError {
  // To the last @, as it is not known where the password ends.
  const from = text.includes('//') ? text.indexOf('//') + 2 : 0;
  const to = Math.max(text.lastIndexOf('@'), from);
  const hidden = text.slice(0, from) + '*'.repeat(to - from) + text.slice(to);
  return new UsageError(`"${withoutPassword(hidden)}" is no target: ${why}`, 2);
}

/** A target as it was typed, for whoever looks on or gets the saved page. */
function withoutPassword(target: string): string {
  return target.includes('//')
    ? maskedWords(target)
    : maskedWords(`//${target}`).slice(2);
}
