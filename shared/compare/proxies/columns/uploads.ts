import { milliseconds, type ProxyColumn, type Probe } from '../column.ts';
import type { ProxyExchange } from '../exchange.ts';
import type { Found } from '../../claims/claim.ts';

/** Of a body so many bytes are sent, one after the other. */
const steps = [1, 1000, 4000, 8000, 12_000, 16_000, 18_000];
const SIZE = steps.at(-1)! + 1000;

/**
 * Waits until the header section has arrived, and nothing behind it: what comes
 * together is another case (Varnish holds back a request whose first bytes of
 * the body come with its headers).
 */
async function headersAlone(
  probe: Probe,
  exchange: ProxyExchange,
): Promise<void> {
  await exchange.until(() => exchange.port !== 0, 5000);
  await probe.first(300);
}

/** Sends a body bit by bit: how much of it, before the server sees the first? */
async function upload(probe: Probe, length?: number): Promise<Found> {
  const exchange = probe.ask({
    method: 'POST',
    headers: {
      'Content-Type': 'text/plain',
      ...(length !== undefined && { 'Content-Length': String(length) }),
    },
    isOpen: true,
  });
  let sent = 0;
  let before = 0;
  const hasCome = () => probe.came.some(({ bodySize }) => bodySize > 0);
  await headersAlone(probe, exchange);
  for (const upTo of steps) {
    exchange.write('x'.repeat(upTo - sent));
    before = sent;
    sent = upTo;
    if (await waitFor(hasCome, upTo === 1 ? 1000 : 200)) break;
  }
  const isStreamed = hasCome();
  // Without a length there is nothing that must still be sent.
  if (!isStreamed || length !== undefined)
    exchange.write('x'.repeat(SIZE - sent));
  exchange.end();
  const asked = await probe.first(5000);
  if (asked) {
    await asked.until(() => asked.bodySize >= SIZE, isStreamed ? 100 : 500);
    asked.raw('HTTP/1.1 204 No Content\r\n\r\n');
  }
  await exchange.until(() => exchange.status !== undefined, 5000);
  if (!isStreamed)
    return {
      word: 'only when it is whole',
      evidence: `nothing of ${SIZE} bytes reached the server before their end; response: ${exchange.outcome}`,
    };
  return {
    word:
      sent === 1
        ? 'at once'
        : `after ${before < 1000 ? `${before} byte` : `${before / 1000} kB`}`,
    evidence: `the first byte reached the server when ${sent === 1 ? 'one had' : `${sent} had`} been sent; response: ${exchange.outcome}`,
  };

  async function waitFor(holds: () => boolean, ms: number): Promise<boolean> {
    const first = await probe.first(ms);
    return first ? first.until(holds, ms) : false;
  }
}

/** An upload of known length. */
export const uploadOfKnownLength: ProxyColumn = {
  id: 'upload',
  title: 'Upload passed on while it is sent',
  question:
    'The length of an upload is known: does the server get it while it is sent?',
  sentence:
    'A proxy that waits for the end needs room for it, and refuses what is too large: nginx, with its default, more than 1 MB with 413. Progress that the server counts says nothing.',
  measure: (probe) => upload(probe, SIZE),
};

/** An upload of which nobody knows the length. */
export const uploadOfUnknownLength: ProxyColumn = {
  id: 'upload-stream',
  title: 'Upload without a length',
  question:
    'The length of an upload is not known: does the server get it while it is sent?',
  sentence:
    'Over HTTP/1.1 it comes in chunks; over HTTP/2 there is no Content-Length. A proxy that waits for the end may make a request with a length of it.',
  measure: (probe) => upload(probe),
};

/** Words go up, and for each one is sent down. */
export const earlyResponse: ProxyColumn = {
  id: 'early-response',
  title: 'Response before the request has ended',
  question:
    'The server responds while the request is still sent: does the client get it?',
  sentence:
    'Both directions at once are what gRPC and streaming from a page need. Over HTTP/1.1 many programs do not allow it.',
  async measure(probe) {
    const exchange = probe.ask({ method: 'POST', isOpen: true });
    await headersAlone(probe, exchange);
    const late: number[] = [];
    let began = false;
    let written = 0;
    for (const each of ['one', 'two', 'three']) {
      const word = `${each} `;
      const since = performance.now();
      exchange.write(word);
      written += word.length;
      const asked = await probe.first(1000);
      if (!asked) continue;
      await asked.until(() => asked.bodySize > 0, 300);
      if (!began) asked.begin('Content-Type: text/plain\r\n');
      began = true;
      asked.send(word);
      if (await exchange.until(() => exchange.body.length >= written, 800))
        late.push(performance.now() - since);
    }
    exchange.end();
    const last = await probe.first(5000);
    if (last && !began) {
      last.begin('Content-Type: text/plain\r\n');
      last.send('one two three ');
    }
    last?.finish();
    await exchange.until(() => exchange.ended !== undefined, 5000);
    const { ended } = exchange;
    const how = `in the end: ${exchange.outcome}, “${exchange.excerpt}”, ${ended?.how ?? 'still open'}`;
    if (!ended?.isWhole)
      return {
        word: exchange.status === undefined ? 'no response' : 'breaks off',
        evidence: how,
      };
    if (exchange.status !== 200)
      return { word: String(exchange.status), evidence: how };
    if (late.length === 0) return { word: 'only at the end', evidence: how };
    return {
      // How late each is depends on how full the machine is; HAProxy waits for
      // some 200 ms more of a request, and of a response.
      word: 'while it is sent',
      evidence: `there and back in ${late.map(milliseconds).join(', ')}; ${how}`,
    };
  },
};
