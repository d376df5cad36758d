/** The tap in front of the reader's own program. */
import { listen } from '@on-the-wire/system/listen.ts';
import { isIP } from 'node:net';
import { relative } from 'node:path';
import { createTap, type Fault, type Tap } from '@on-the-wire/tap/tap.ts';
import { HostRewriter } from '@on-the-wire/wire/http1/host-rewriter.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import {
  addressesOf,
  lookUp,
  NotThisMachine,
  type Resolve,
} from './look-up.ts';
import { maskedWords } from '@on-the-wire/wire/masking/connection.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { keepMemorySmall } from '@on-the-wire/viewer/live/small-memory.ts';
import { findPort } from '@on-the-wire/system/ports.ts';
import { httpNames } from './own-names.ts';
import { onRefusedHost } from './refused-host.ts';
import { parseTarget, type TapTarget } from './tap-target.ts';
import { printCounts, printWire } from '@on-the-wire/viewer/live/print-wire.ts';

/** Where taps listen. */
const HERE = '127.0.0.1';

/** How the tap is run: what `pnpm tap` takes. */
export interface RunTapOptions {
  /** Where the tap listens; without it the first free port from 4400 on. */
  port?: number;
  /** Serve a page with the wire, at a port of its own. */
  page?: boolean;
  /** Also in front of a program on another machine. */
  remote?: boolean;
  /** Put the target's name into the Host field of HTTP/1.1 requests. */
  rewriteHost?: boolean;
  /** Print a line for each unit, or its bytes too. */
  wire: 'lines' | 'bytes';
  faults: readonly Fault[];
  /** What is random about the faults follows from it. */
  seed?: number;
  /** How names are resolved; as the system does. */
  resolve?: Resolve;
}

/** A tap that listens. */
export interface RunningTap {
  tap: Tap;
  /** What to open instead of the target, without a password. */
  address: string;
  /** The same, with name and password as they were typed. */
  url: string;
  /** What stands in Host of all requests; undefined where they are unchanged. */
  rewritten: string | undefined;
  /** The file with its own certificate; undefined where it speaks no TLS. */
  certificate: string | undefined;
  /** Where it listens, if no scheme says what is spoken: `127.0.0.1:4400`. */
  plain: string | undefined;
  /** The target as it may be shown: without a password. */
  shown: string;
  /** The page with the wire; undefined where none was wanted. */
  page: string | undefined;
  stop(): Promise<void>;
}

/**
 * Puts a tap in front of a program, and prints what goes through it.
 *
 * @param target as `parseTarget` reads it
 * @param say writes one line
 * @throws UsageError (2) for a target that cannot be read, or is not on this
 *   machine; (1) where it has no address, or a port is in use
 */
export async function runTap(
  target: string,
  {
    port,
    page = false,
    remote = false,
    rewriteHost = false,
    wire,
    faults,
    seed,
    resolve,
  }: RunTapOptions,
  say: (line: string) => void,
): Promise<RunningTap> {
  const parsed = parseTarget(target);
  const { scheme, isEncrypted, mayBeHttp, user, path, shown } = parsed;
  const { host, port: targetPort, socket } = parsed;
  if (rewriteHost && !mayBeHttp)
    throw new UsageError(
      `--rewrite-host changes requests of HTTP/1.1, and ${scheme}: is none of ` +
        'its schemes. Leave the option out.',
      2,
    );
  const names = { remote, ...(resolve && { resolve }) };
  const addresses = socket === undefined ? await known(host, names) : [];
  const own = isEncrypted ? await ownCertificate() : undefined;
  const tap = createTap({
    target: { host, port: targetPort, socket, lookup: lookUp(names) },
    faults,
    ...(rewriteHost && {
      rewrite: () =>
        new HostRewriter({
          host: http.target,
          origin: http.targetOrigin,
          replaced: http.tapOrigins,
        }),
      protocols: ['http/1.1'],
    }),
    ...(own ?? { hints: { mute: overTls() } }),
    ...(seed !== undefined && { seed }),
  });
  keepMemorySmall();
  const units = new LiveUnits(tap);
  printWire(tap, units, wire, say);
  await tap.listen(await findPort(port));
  const name = shownHost(parsed, addresses);
  const http = httpNames(isEncrypted, name, tap.port, parsed);
  if (!rewriteHost && mayBeHttp)
    onRefusedHost(tap, units, http.tap, (status, used) =>
      say(
        `The target responded with ${status} to the Host ${used}, a name of the ` +
          'tap. If it expects its own, start the tap with --rewrite-host: it ' +
          `then gets ${http.target}.`,
      ),
    );
  const at = `${name}:${tap.port}`;
  const behind = path.startsWith('/') || !mayBeHttp ? path : `/${path}`;
  const address = maskedWords(`${scheme ?? 'http'}://${at}${behind}`);
  const shell = page ? await servePage() : undefined;
  return {
    tap,
    address,
    url: `${scheme ?? 'http'}://${user}${at}${behind}`,
    rewritten: rewriteHost ? http.target : undefined,
    certificate: own?.file,
    plain: scheme === undefined ? at : undefined,
    shown,
    page: shell?.url,
    async stop() {
      await Promise.all([tap.close(), shell?.close()]);
      printCounts(units, say);
    },
  };

  function overTls(): string {
    const written = host.includes(':') ? `[${host}]` : host;
    const like = mayBeHttp ? 'https' : 'tls';
    return `If it speaks TLS, start the tap with ${like}://${written}:${targetPort}`;
  }

  async function servePage() {
    const { WireLog } = await import('@on-the-wire/viewer/live/log.ts');
    const { createTapShell } =
      await import('@on-the-wire/viewer/server/tap-shell.ts');
    const log = new WireLog(tap.recording, units);
    const { server, close } = createTapShell({
      log,
      tap,
      target: shown,
      address,
    });
    const pagePort = await findPort(undefined);
    await listen(server, pagePort);
    return { url: `http://${HERE}:${pagePort}/`, close };
  }
}

/**
 * The addresses of a host, of which there is one at least.
 *
 * @throws UsageError as `runTap`
 */
async function known(
  host: string,
  names: Parameters<typeof addressesOf>[1],
): Promise<string[]> {
  try {
    return await addressesOf(host, names);
  } catch (error) {
    const { message } = error as Error;
    if (!(error instanceof NotThisMachine))
      throw new UsageError(
        `"${host}" has no address: ${message}. If it should lead to this ` +
          `machine, add the line "127.0.0.1 ${host}" to the hosts file.`,
        1,
      );
    throw new UsageError(
      `${message}. A tap reads all that goes through it: with --remote you ` +
        'say that you may.',
      2,
    );
  }
}

/** What the tap shows to clients, and how they trust it. */
async function ownCertificate() {
  const { certificateFile, localCertificate } =
    await import('@on-the-wire/system/certificates/certificates.ts');
  const { key, cert } = await localCertificate();
  // From where the reader stands; pnpm runs everything at the top of the tree.
  const from = process.env['INIT_CWD'] ?? process.cwd();
  const near = relative(from, certificateFile);
  // Far away, the whole path is the easier to read.
  const path = near.length < certificateFile.length ? near : certificateFile;
  const file = path.includes(' ') ? `"${path}"` : path;
  const distrust =
    `It is the tap's own, made on this machine. Node trusts it with ` +
    `NODE_EXTRA_CA_CERTS=${file}, curl with --cacert ${file}. In Firefox and ` +
    'Chromium press Advanced, then Proceed to 127.0.0.1 (in older Firefox: ' +
    'Accept the Risk and Continue)';
  return { tls: { key, cert }, hints: { distrust }, file: certificateFile };
}

/**
 * Under which name clients find the tap: a server may choose by it what to
 * serve. With TLS it is always an address, as the tap's certificate is for no
 * such name; and with a name that leads elsewhere, as the tap is here.
 */
function shownHost(
  { host, isEncrypted, mayBeHttp }: TapTarget,
  addresses: readonly string[],
): string {
  const isName = isIP(host) === 0 && host !== 'localhost';
  const leadsHere = addresses.includes(HERE);
  return isName && leadsHere && mayBeHttp && !isEncrypted ? host : HERE;
}
