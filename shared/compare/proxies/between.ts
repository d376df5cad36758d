/**
 * A proxy between a client and a server of ours, with a tap on each side: what
 * is measured of it goes through here, and is recorded.
 */
import type { InstalledProxy } from '@on-the-wire/proxies/find.ts';
import { startProxy, type RunningProxy } from '@on-the-wire/proxies/start.ts';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { createTap, type Tap } from '@on-the-wire/tap/tap.ts';
import { saveRun } from '@on-the-wire/viewer/saved/save.ts';
import {
  locationOf,
  SavedRun,
  type UnitLocation,
} from '@on-the-wire/viewer/saved/saved.ts';
import { isUnit } from '@on-the-wire/viewer/source.ts';
import { openPcapng } from '@on-the-wire/wire/pcapng/capture-file.ts';
import type { Http } from '../claims/columns.ts';
import type { Probe } from './column.ts';
import {
  Http1Exchange,
  Http2Exchange,
  type RequestToSend,
  type ProxyExchange,
} from './exchange.ts';
import { subjectTitle, type Subject } from './subjects.ts';
import { Upstream, type Asked } from './upstream.ts';
import { Watched } from './watched.ts';

/** A port at which no machine has a server any more: TCPMUX. */
const NOBODY = 1;

interface Parts {
  subject: Subject;
  http: Http;
  tap: Tap;
  proxy: RunningProxy;
  upstream: Upstream;
  /** Of the certificate, where the front has TLS (PEM). */
  cert: string;
}

export class Between {
  readonly #parts: Parts;
  #probes = 0;
  #closed: Promise<unknown> | undefined;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Starts all three.
   *
   * @param http over which clients ask; HTTP/2 over TLS
   * @param refuses whether nothing is to listen behind the proxy
   * @throws as `startProxy`
   */
  static async start(
    subject: Subject,
    installed: InstalledProxy,
    http: Http,
    refuses = false,
  ): Promise<Between> {
    const pair = http === '2' ? await localCertificate() : undefined;
    const front = await freePort();
    const tap = createTap({
      target: { host: '127.0.0.1', port: front },
      recordingSize: 4 * 1024 * 1024,
      ...(pair && { tls: pair }),
    });
    const upstream = new Upstream();
    const ends = [() => tap.close(), () => upstream.close()];
    try {
      await tap.listen();
      const target = { host: '127.0.0.1', port: await upstream.listen() };
      const behind = await tap.listenSeparately(target);
      const proxy = await startProxy(installed, {
        port: front,
        upstream: { port: refuses ? NOBODY : behind.port },
        lines: subject.lines,
        ...(pair && { tls: pair }),
      });
      ends.push(() => proxy.stop());
      await tap.learnProtocols();
      const cert = pair?.cert ?? '';
      return new Between({ subject, http, tap, proxy, upstream, cert });
    } catch (error) {
      await Promise.all(ends.map((end) => end()));
      throw error;
    }
  }

  /** Begins a measurement, beside those that are under way. */
  begin(): RunningProbe {
    this.#probes += 1;
    return new RunningProbe(this.#parts, `/probe-${this.#probes}-`);
  }

  /** Ends all three. May be called twice. */
  async close(): Promise<void> {
    const { tap, proxy, upstream } = this.#parts;
    upstream.close();
    this.#closed ??= Promise.all([tap.close(), proxy.stop()]);
    await this.#closed;
  }
}

/** One measurement: its requests have a path of their own. */
export class RunningProbe extends Watched implements Probe {
  readonly came: Asked[] = [];
  readonly #parts: Parts;
  readonly #path: string;
  readonly #exchanges: ProxyExchange[] = [];
  #handler: (asked: Asked) => void = () => {};

  constructor(parts: Parts, path: string) {
    super();
    this.#parts = parts;
    this.#path = path;
    parts.upstream.handle(path, (asked) => {
      this.came.push(asked);
      this.#handler(asked);
      this.changed();
    });
  }

  get http(): Http {
    return this.#parts.http;
  }

  ask(ask: Omit<RequestToSend, 'path'> = {}): ProxyExchange {
    const { tap, cert } = this.#parts;
    const whole = { ...ask, path: this.#path };
    const exchange =
      this.http === '2'
        ? new Http2Exchange(tap.port, cert, whole)
        : new Http1Exchange(tap.port, whole);
    this.#exchanges.push(exchange);
    return exchange;
  }

  serve(handler: (asked: Asked) => void): void {
    this.#handler = handler;
  }

  async first(ms: number): Promise<Asked | undefined> {
    await this.until(() => this.came.length > 0, ms);
    return this.came[0];
  }

  /** Closes its connections, and forgets none of what they carried. */
  async end(): Promise<void> {
    for (const exchange of this.#exchanges) exchange.close();
    await Promise.all(this.came.map((asked) => asked.close()));
  }

  /** What its connections carried, on both sides of the proxy: pcapng. */
  async recording(): Promise<Uint8Array> {
    const { tap, subject, http } = this.#parts;
    const title = subjectTitle(subject);
    const ports = new Set(this.#exchanges.map(({ port }) => port));
    const only = new Map<number, string>();
    for (const { connection, opened, up } of tap.recording.connections()) {
      if (opened.port === tap.port) {
        if (ports.has(opened.client.port))
          only.set(connection, `client to ${title}, HTTP/${http}`);
        continue;
      }
      const first = tap.recording.bytes(
        connection,
        'up',
        0,
        Math.min(up.bytes, 400),
      );
      if (first?.includes(`${this.#path} `))
        only.set(connection, `${title} to the server`);
    }
    const chosen = await firstRequest(saveRun(tap, { only }));
    return saveRun(tap, { only, chosen });
  }
}

/** Where the first request of a recording is: it opens there. */
async function firstRequest(
  file: Uint8Array,
): Promise<UnitLocation | undefined> {
  const run = new SavedRun(openPcapng(file));
  const n = run.lines.findIndex(
    (line) =>
      isUnit(line) &&
      line.direction === 'up' &&
      /request headers|HEADERS/.test(line.kind),
  );
  const details = run.details(n);
  if (!details) return undefined;
  const { line, ranges } = details;
  return locationOf(line.connection, { ...line, ranges });
}
