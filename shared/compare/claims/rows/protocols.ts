import {
  claim,
  ofKind,
  type Claim,
  type ClaimRow,
  type Seen,
} from '../claim.ts';

type InPage = Claim['inPage'];

const withXhr: InPage = async ({ origin }, { xhr }) => {
  await xhr(`${origin}/bytes`);
  await new Promise((done) => setTimeout(done));
  const last = performance.getEntriesByType('resource').at(-1);
  return (last as PerformanceResourceTiming).nextHopProtocol;
};
const withFetch: InPage = async ({ origin }) => {
  await (await fetch(`${origin}/bytes`)).arrayBuffer();
  await new Promise((done) => setTimeout(done));
  const last = performance.getEntriesByType('resource').at(-1);
  return (last as PerformanceResourceTiming).nextHopProtocol;
};
const withEvents: InPage = async ({ origin }, { nextMessage }) => {
  const source = new EventSource(`${origin}/events`);
  await nextMessage(source);
  source.close();
};
const withSocket: InPage = async ({ origin }, { nextMessage }) => {
  const socket = new WebSocket(`${origin}/socket`);
  await nextMessage(socket);
  socket.close();
};

/** As the bytes show, whatever the browser reports. */
function spoken(seen: readonly Seen[]): string {
  if (ofKind(seen, /^websocket/).length > 0) return 'WebSocket';
  if (ofKind(seen, /^http\/2/).length > 0) return 'HTTP/2';
  return ofKind(seen, /^http\/1\.1/).length > 0 ? 'HTTP/1.1' : 'nothing';
}

const isHttp = (result: string | void, seen: readonly Seen[]) => ({
  word: spoken(seen).startsWith('HTTP/') ? 'HTTP' : spoken(seen),
  evidence:
    `on the wire ${spoken(seen)}` +
    // Firefox and WebKitGTK tell a frame of another origin nothing.
    (result ? `; the browser reports ${result}` : ''),
});

/** What do the bytes on the connection mean? */
export const applicationProtocol: ClaimRow = {
  id: 'application-protocol',
  title: 'Application transport protocol',
  question: 'Which protocol do the bytes speak?',
  claims: [
    claim({
      column: 'xhr',
      said: 'HTTP',
      today: 'HTTP',
      sentence:
        'HTTP/1.1, HTTP/2 or HTTP/3: browser and server agree on it, and the page has no say.',
      inPage: withXhr,
      judge: isHttp,
    }),
    claim({
      column: 'fetch',
      said: 'HTTP',
      today: 'HTTP',
      sentence: 'As with XMLHttpRequest.',
      inPage: withFetch,
      judge: isHttp,
    }),
    claim({
      column: 'sse',
      said: 'HTTP',
      today: 'HTTP',
      sentence:
        'One request and one response; the format of the events is inside its body.',
      inPage: withEvents,
      judge: isHttp,
    }),
    claim({
      column: 'websocket',
      said: 'WebSocket',
      today: 'WebSocket',
      sentence:
        'It begins with a request over HTTP/1.1 and a response 101, and is WebSocket from there (RFC 6455, 1.3, opening handshake). Beside HTTP/2 it takes a connection of its own, unless the server offers a stream for it (RFC 8441).',
      inPage: withSocket,
      judge(_result, seen) {
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
          evidence: `a handshake, then frames, on a connection ${own ? 'of its own' : 'of HTTP/2'}`,
        };
      },
    }),
  ],
};

const isTcp = (result: unknown, seen: readonly Seen[]) => ({
  word: seen.length > 0 && result !== 'h3' ? 'TCP' : 'another',
  evidence:
    `${new Set(seen.map(({ connection }) => connection)).size} TCP ` +
    'connections through the tap, which passes nothing else',
});

/** Which protocol is below it? */
export const networkTransport: ClaimRow = {
  id: 'network-transport',
  title: 'Network transport protocol',
  question: 'Which protocol carries it?',
  claims: (
    [
      ['xhr', withXhr],
      ['fetch', withFetch],
      ['sse', withEvents],
      ['websocket', withSocket],
    ] as const
  ).map(([column, inPage]) =>
    claim({
      column,
      said: 'TCP',
      today: 'TCP',
      sentence:
        column === 'websocket'
          ? 'RFC 9220 defines how it would run over HTTP/3, and so over QUIC.'
          : 'Over HTTP/3 it is QUIC, which runs on UDP (RFC 9114). Node 26 has no server for that.',
      inPage,
      judge: isTcp,
    }),
  ),
};
