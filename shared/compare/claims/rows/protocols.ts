import {
  claim,
  ofKind,
  type Claim,
  type ClaimRow,
  type Seen,
} from '../claim.ts';

type InPage = Claim['inPage'];

const byXhr: InPage = async ({ origin }, { xhr }) => {
  await xhr(`${origin}/bytes`);
  await new Promise((done) => setTimeout(done));
  const last = performance.getEntriesByType('resource').at(-1);
  return (last as PerformanceResourceTiming).nextHopProtocol;
};
const byFetch: InPage = async ({ origin }) => {
  await (await fetch(`${origin}/bytes`)).arrayBuffer();
  await new Promise((done) => setTimeout(done));
  const last = performance.getEntriesByType('resource').at(-1);
  return (last as PerformanceResourceTiming).nextHopProtocol;
};
const byEvents: InPage = async ({ origin }, { heard }) => {
  const source = new EventSource(`${origin}/events`);
  await heard(source);
  source.close();
};
const bySocket: InPage = async ({ origin }, { heard }) => {
  const socket = new WebSocket(`${origin}/socket`);
  await heard(socket);
  socket.close();
};

/** As the bytes say, whatever the browser says. */
function spoken(seen: readonly Seen[]): string {
  if (ofKind(seen, /^websocket/).length > 0) return 'WebSocket';
  if (ofKind(seen, /^http\/2/).length > 0) return 'HTTP/2';
  return ofKind(seen, /^http\/1\.1/).length > 0 ? 'HTTP/1.1' : 'nothing';
}

const isHttp = (told: unknown, seen: readonly Seen[]) => ({
  word: spoken(seen).startsWith('HTTP/') ? 'HTTP' : spoken(seen),
  evidence:
    `on the wire ${spoken(seen)}` +
    (typeof told === 'string' ? `; the browser says ${told}` : ''),
});

/** What do the bytes mean, above the connection? */
export const applicationProtocol: ClaimRow = {
  id: 'application-protocol',
  title: 'Application transport protocol',
  claims: [
    claim({
      column: 'xhr',
      said: 'HTTP',
      today: 'HTTP',
      sentence:
        'Version 1.1, 2 or 3, as browser and server agree; the page is not asked.',
      inPage: byXhr,
      judge: isHttp,
    }),
    claim({
      column: 'fetch',
      said: 'HTTP',
      today: 'HTTP',
      sentence: 'The same.',
      inPage: byFetch,
      judge: isHttp,
    }),
    claim({
      column: 'sse',
      said: 'HTTP',
      today: 'HTTP',
      sentence: 'One question, one answer; the format is within its body.',
      inPage: byEvents,
      judge: isHttp,
    }),
    claim({
      column: 'websocket',
      said: 'WebSocket',
      today: 'WebSocket',
      sentence:
        'It begins as a request of HTTP/1.1 and then is none any more. Beside HTTP/2 it has a connection of its own, unless the server offers RFC 8441.',
      inPage: bySocket,
      judge(_told, seen) {
        const connectionsOf = (kind: string) =>
          new Set(
            seen
              .filter(({ unit }) => unit.kind.startsWith(kind))
              .map(({ connection }) => connection),
          );
        const own = connectionsOf('websocket').isDisjointFrom(
          connectionsOf('http/2'),
        );
        return {
          word: spoken(seen),
          evidence: `a handshake, and frames, on a connection ${own ? 'of its own' : 'of HTTP/2'}`,
        };
      },
    }),
  ],
};

const isTcp = (told: unknown, seen: readonly Seen[]) => ({
  word: seen.length > 0 && told !== 'h3' ? 'TCP' : 'another',
  evidence:
    `${new Set(seen.map(({ connection }) => connection)).size} TCP ` +
    'connections through the tap, which passes nothing else',
});

/** What carries it? */
export const networkTransport: ClaimRow = {
  id: 'network-transport',
  title: 'Network transport protocol',
  claims: (
    [
      ['xhr', byXhr],
      ['fetch', byFetch],
      ['sse', byEvents],
      ['websocket', bySocket],
    ] as const
  ).map(([column, inPage]) =>
    claim({
      column,
      said: 'TCP',
      today: 'TCP',
      sentence:
        column === 'websocket'
          ? 'Over HTTP/3 it would be QUIC: RFC 9220.'
          : 'Over HTTP/3 it is QUIC, on UDP: RFC 9114. Node has no server for that.',
      inPage,
      judge: isTcp,
    }),
  ),
};
