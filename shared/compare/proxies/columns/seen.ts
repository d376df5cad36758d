import type { ProxyColumn, Probe } from '../column.ts';
import type { Found } from '../../claims/claim.ts';
import type { Asked } from '../upstream.ts';

/** By which name the client calls the server. */
const HOST = 'board.example';
/** What the client says of itself: an address for documentation (RFC 5737). */
const OWN = '203.0.113.7';

/** Sends a request, and looks at what the server got of it. */
async function look(
  probe: Probe,
  wordOf: (asked: Asked) => string,
  headers: Record<string, string> = {},
): Promise<Found> {
  const exchange = probe.ask({ headers: { Host: HOST, ...headers } });
  const asked = await probe.first(10_000);
  asked?.raw('HTTP/1.1 204 No Content\r\n\r\n');
  await exchange.until(() => exchange.status !== undefined, 5000);
  if (!asked)
    return {
      word: exchange.outcome,
      evidence: `no request came through, and the client got ${exchange.outcome}`,
    };
  const lines = asked.head.trimEnd().split('\r\n').slice(1);
  return {
    word: wordOf(asked),
    evidence: `the server saw ${asked.version}; ${lines.map(withoutPort).toSorted().join('; ')}`,
  };
}

/** What differs in every run is no evidence. */
const withoutPort = (line: string): string =>
  line
    .replace(/(127\.0\.0\.1|localhost):\d+/g, '$1:PORT')
    .replace(/^(X-Varnish): .*/i, '$1: a number');

/** The version of HTTP, and what it says of the connection. */
export const seenVersion: ProxyColumn = {
  id: 'seen-version',
  title: 'The server sees: HTTP version, Connection',
  question: 'In which version of HTTP does the proxy ask the server?',
  sentence:
    'To HTTP/1.0 a server sends no chunks, so the end of a body is the end of the connection, and every request needs another connection.',
  measure: (probe) =>
    look(probe, (asked) =>
      [
        asked.version.replace('HTTP/', ''),
        ...asked.field('connection').map((value) => value.toLowerCase()),
      ].join(', '),
    ),
};

/** The name that the server is called by. */
export const seenHost: ProxyColumn = {
  id: 'seen-host',
  title: 'The server sees: Host',
  question: 'Which Host does the server see?',
  sentence:
    'Where it is the upstream’s, a comparison of Origin with Host fails, and an absolute URL that the server makes leads past the proxy. A server that checks origins has a list.',
  measure: (probe) =>
    look(probe, (asked) =>
      asked.field('host').join() === HOST ? 'the client’s' : 'the upstream’s',
    ),
};

const FORWARDED = 'X-Forwarded-';
const about = /^(x-forwarded-[\w-]+|forwarded|via|x-real-ip|x-varnish): /i;

/** What the proxy adds of itself and of the client. */
export const seenForwarded: ProxyColumn = {
  id: 'seen-forwarded',
  title: 'The server sees: X-Forwarded-…, Via',
  question: 'Which fields does the proxy add of the client and of itself?',
  sentence:
    'What it does not say the server does not know: the client’s address, and whether it came over TLS.',
  measure: (probe) =>
    look(probe, (asked) => {
      const names = asked.head
        .split('\r\n')
        .flatMap((line) => about.exec(line)?.[1] ?? [])
        .map(inCapitals)
        .toSorted();
      // "X-Forwarded-For, -Proto, Via"
      const forwarded = names.filter((name) => name.startsWith(FORWARDED));
      const others = names.filter((name) => !name.startsWith(FORWARDED));
      const short = forwarded.join(', ').replaceAll(`, ${FORWARDED}`, ', -');
      return [short, ...others].filter(Boolean).join(', ') || 'none';
    }),
};

/** HTTP/2 has small letters, and programs differ: x-forwarded-for, X-Forwarded-For. */
const inCapitals = (name: string): string =>
  name.toLowerCase().replace(/(^|-)(\w)/g, (part) => part.toUpperCase());

/** A client that says an address of itself. */
export const seenOwn: ProxyColumn = {
  id: 'seen-own-address',
  title: 'The client’s own X-Forwarded-For',
  question: 'A client sends X-Forwarded-For itself: what becomes of it?',
  sentence:
    'Where it is passed on, any client can name any address. Believe only what your own proxy adds: the last one, or none.',
  measure: (probe) =>
    look(
      probe,
      (asked) => {
        const all = asked.field('x-forwarded-for').join(', ');
        if (all === OWN) return 'passed on';
        if (all === '') return 'dropped';
        return all.startsWith(OWN) ? 'appended to' : 'replaced';
      },
      { 'X-Forwarded-For': OWN },
    ),
};
