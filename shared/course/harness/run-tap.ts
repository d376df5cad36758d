/** The tap in front of the reader's own program. */
import { listen } from '@on-the-wire/system/listen.ts';
import { relative } from 'node:path';
import { createTap, type Fault, type Tap } from '@on-the-wire/tap/tap.ts';
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
import { printCounts, printWire } from '@on-the-wire/viewer/live/print-wire.ts';

/** How the tap is run: what `pnpm tap` takes. */
export interface RunTapOptions {
  /** Where the tap listens; without it the first free port from 4400 on. */
  port?: number;
  /** Serve a page with the wire, at a port of its own. */
  page?: boolean;
  /** Also in front of a program on another machine. */
  remote?: boolean;
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
  /** What to open instead of the target. */
  address: string;
  /** The target as it may be shown: without a password. */
  shown: string;
  /** The page with the wire; undefined where none was wanted. */
  page: string | undefined;
  stop(): Promise<void>;
}

/**
 * Puts a tap in front of a program, and prints what goes through it.
 *
 * @param target `http://localhost:5173`, or `localhost:1883` for what is no HTTP
 * @param say writes one line
 * @throws UsageError (2) for a target that is no address with a port, or not
 *   on this machine; (1) where it has no address, or a port is in use
 */
export async function runTap(
  target: string,
  {
    port,
    page = false,
    remote = false,
    wire,
    faults,
    seed,
    resolve,
  }: RunTapOptions,
  say: (line: string) => void,
): Promise<RunningTap> {
  const { protocol, host, targetPort, overTls } = parseTarget(target);
  const shown = withoutPassword(target);
  const names = { remote, ...(resolve && { resolve }) };
  await addressesOf(host, names).catch((error: unknown) => {
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
  });
  const tap = createTap({
    target: { host, port: targetPort, lookup: lookUp(names) },
    faults,
    ...(protocol === 'https:'
      ? await ownCertificate()
      : {
          hints: {
            mute: `If it speaks TLS, start the tap with ${overTls}`,
          },
        }),
    ...(seed !== undefined && { seed }),
  });
  keepMemorySmall();
  const units = new LiveUnits(tap);
  printWire(tap, units, wire, say);
  await tap.listen(await findPort(port));
  const instead =
    protocol === 'tcp:'
      ? `127.0.0.1:${tap.port}`
      : `${protocol}//${shownHost(protocol, host)}:${tap.port}/`;
  const shell = page ? await servePage() : undefined;
  return {
    tap,
    address: instead,
    shown,
    page: shell?.url,
    async stop() {
      await Promise.all([tap.close(), shell?.close()]);
      printCounts(units, say);
    },
  };

  async function servePage() {
    const { WireLog } = await import('@on-the-wire/viewer/live/log.ts');
    const { createTapShell } =
      await import('@on-the-wire/viewer/server/tap-shell.ts');
    const log = new WireLog(tap.recording, units);
    const { server, close } = createTapShell({
      log,
      tap,
      target: shown,
      address: instead,
    });
    const at = await findPort(undefined);
    await listen(server, at);
    return { url: `http://127.0.0.1:${at}/`, close };
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
  return { tls: { key, cert }, hints: { distrust } };
}

/**
 * Under which name clients find the tap: a server may choose by it what to
 * serve. Browsers know that `app.localhost` is this machine, but the tap's
 * certificate is for no such name.
 */
function shownHost(protocol: string, host: string): string {
  const isBelow = protocol === 'http:' && host.endsWith('.localhost');
  return isBelow ? host : '127.0.0.1';
}

/** A target as it was typed, for whoever looks on or gets the saved page. */
function withoutPassword(target: string): string {
  return target.includes('//')
    ? maskedWords(target)
    : maskedWords(`//${target}`).slice(2);
}

/** What servers say that they listen at, and where they are reached. */
const EVERYWHERE: Record<string, string> = {
  '0': '127.0.0.1',
  '0.0.0.0': '127.0.0.1',
  '::': '::1',
};

/** @throws UsageError (2) */
function parseTarget(text: string) {
  const full = text.includes('://') ? text : `tcp://${text}`;
  // Not `URL.parse()`: the packed tap also runs on Node 22.0, which has none.
  const url = URL.canParse(full) ? new URL(full) : undefined;
  const usual = { 'http:': 80, 'https:': 443 }[url?.protocol ?? ''] ?? 0;
  const targetPort = Number(url?.port || usual);
  const known = ['http:', 'https:', 'ws:', 'wss:', 'tcp:', 'mqtt:'];
  if (
    !url ||
    !url.hostname ||
    targetPort === 0 ||
    !known.includes(url.protocol)
  ) {
    throw new UsageError(
      `"${withoutPassword(text)}" is no target: expected an address with a port, such as ` +
        'http://localhost:5173 or localhost:1883.',
      2,
    );
  }
  const written = url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const host = EVERYWHERE[written] ?? written;
  const protocol = url.protocol === 'wss:' ? 'https:' : url.protocol;
  const overTls = `https://${url.hostname}:${targetPort}`;
  return { host, targetPort, protocol, overTls };
}
