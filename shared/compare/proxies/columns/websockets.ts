import { createHash } from 'node:crypto';
import { Http2Exchange, type ProxyExchange } from '../exchange.ts';
import {
  fiveSeconds,
  LONGEST,
  never,
  seconds,
  type ProxyColumn,
  type Probe,
} from '../column.ts';
import type { Asked } from '../upstream.ts';

const HANDSHAKE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  // RFC 6455, 1.3
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
/** What a server adds to the key: RFC 6455, 4.2.2. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** The text "hi" in a frame, by the base framing of RFC 6455, 5.2. */
const HI = '\x81\x02hi';

/** As a server does that has WebSockets at this path, and nothing else. */
function accept(asked: Asked): void {
  if (asked.field('upgrade').join().toLowerCase() !== 'websocket')
    return asked.raw(
      'HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n',
    );
  const key = asked.field('sec-websocket-key').join();
  const digest = createHash('sha1')
    .update(key + GUID)
    .digest('base64');
  asked.raw(
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
      `Connection: Upgrade\r\nSec-WebSocket-Accept: ${digest}\r\n\r\n${HI}`,
  );
}

async function shakeHands(probe: Probe): Promise<{
  exchange: ProxyExchange;
  asked: Asked | undefined;
  isOpen: boolean;
}> {
  probe.serve(accept);
  const exchange = probe.ask({ headers: HANDSHAKE });
  await exchange.until(
    () => exchange.body !== '' || exchange.ended !== undefined,
    10_000,
  );
  const isOpen = exchange.status === 101 && exchange.body === HI;
  return { exchange, asked: probe.came[0], isOpen };
}

const seen = (asked: Asked | undefined): string =>
  asked === undefined
    ? 'no request came through'
    : `the server saw ${asked.head.split('\r\n', 1)[0]} with ${asked.field('upgrade').length === 0 ? 'no Upgrade' : `Upgrade: ${asked.field('upgrade').join()}`} and ${asked.field('connection').length === 0 ? 'no Connection' : `Connection: ${asked.field('connection').join()}`}`;

/** The handshake of RFC 6455. */
export const webSocketHandshake: ProxyColumn = {
  id: 'websocket',
  title: 'WebSocket by default',
  question: 'Does a WebSocket open, without a line of configuration for it?',
  sentence:
    'Upgrade and Connection are for one hop (RFC 9110, 7.6.1): a proxy that does not know WebSocket drops them, and the server sees a plain GET. The status code that the page’s developer finds is then the server’s own.',
  http: '1.1',
  async measure(probe) {
    const { exchange, asked, isOpen } = await shakeHands(probe);
    return {
      word: isOpen ? '101' : `no: ${exchange.outcome}`,
      evidence: `${isOpen ? 'its first message came' : `the client got ${exchange.outcome}`}; ${seen(asked)}`,
    };
  },
};

/** An open WebSocket in which nothing happens. */
export const webSocketIdle: ProxyColumn = {
  id: 'websocket-idle',
  title: 'Idle timeout of a WebSocket',
  question: 'A WebSocket is silent: when does the proxy end it?',
  sentence:
    'A ping of the server’s is enough, and the browser responds to it by itself. The page gets close with code 1006.',
  http: '1.1',
  waits: true,
  async measure(probe) {
    const { exchange, asked, isOpen } = await shakeHands(probe);
    if (!isOpen) return { word: 'does not open', evidence: seen(asked) };
    const at = performance.now();
    if (!(await exchange.until(() => exchange.ended !== undefined, LONGEST)))
      return { word: never, evidence: `still open ${seconds(LONGEST)} later` };
    const { ended } = exchange;
    return {
      word: fiveSeconds(ended!.at - at),
      evidence: `${seconds(ended!.at - at)} after its last message the client gets ${ended!.how}, without a Close frame`,
    };
  },
};

/** WebSocket in a stream of HTTP/2. */
export const extendedConnect: ProxyColumn = {
  id: 'rfc8441',
  title: 'RFC 8441 offered',
  question: 'Does it offer WebSocket over HTTP/2 (RFC 8441)?',
  sentence:
    'Where it does not, the browser opens a connection of HTTP/1.1 for every WebSocket.',
  http: '2',
  async measure(probe) {
    probe.serve(accept);
    const exchange = probe.ask({
      method: 'CONNECT',
      headers: { ':protocol': 'websocket', 'Sec-WebSocket-Version': '13' },
      isOpen: true,
    }) as Http2Exchange;
    await exchange.until(() => exchange.offersConnect !== undefined, 10_000);
    if (!exchange.offersConnect)
      return {
        word: 'no',
        evidence: 'SETTINGS without SETTINGS_ENABLE_CONNECT_PROTOCOL = 1',
      };
    await exchange.until(
      () => exchange.body !== '' || exchange.ended !== undefined,
      5000,
    );
    return {
      word: exchange.body === HI ? 'yes' : `yes, but: ${exchange.outcome}`,
      evidence: `CONNECT with :protocol gets ${exchange.outcome}; ${seen(probe.came[0])}`,
    };
  },
};
