import {
  fiveSeconds,
  LONGEST,
  milliseconds,
  never,
  seconds,
  type ProxyColumn,
} from '../column.ts';
import type { ProxyExchange } from '../exchange.ts';
import type { Found } from '../../claims/claim.ts';

/**
 * What the client gets in place of a response, and when.
 *
 * @param ms how long to wait for it
 * @param since when waiting began: ms of `performance`
 */
async function answerOf(
  exchange: ProxyExchange,
  ms: number,
  since = exchange.began,
): Promise<Found & { after: number }> {
  const isOver = () =>
    exchange.status !== undefined || exchange.ended !== undefined;
  if (!(await exchange.until(isOver, ms)))
    return {
      word: never,
      evidence: `nothing within ${seconds(ms)}`,
      after: Infinity,
    };
  const after = (exchange.answered ?? exchange.ended!.at) - since;
  const isLate = after > 2000;
  const late =
    after < 10_000 ? `${Math.floor(after / 1000)} s` : fiveSeconds(after);
  return {
    word: isLate ? `${exchange.outcome} after ${late}` : exchange.outcome,
    evidence: `${exchange.outcome} after ${isLate ? seconds(after) : milliseconds(after)}`,
    after,
  };
}

/** Nothing listens behind the proxy. */
export const refused: ProxyColumn = {
  id: 'refused',
  title: 'The server refuses',
  question: 'Nothing listens behind the proxy: what does the client get?',
  sentence:
    'So it is when the server restarts. An EventSource that gets a status code other than 200 closes for good.',
  refuses: true,
  async measure(probe) {
    // The least of three: a machine that is busy must not look like a retry.
    let { after, ...found } = await answerOf(probe.ask(), 10_000);
    for (let more = 0; more < 2 && after > 500; more += 1) {
      const again = await answerOf(probe.ask(), 10_000);
      if (again.after < after) ({ after, ...found } = again);
    }
    return found;
  },
};

/** The server accepts, and says nothing. */
export const silent: ProxyColumn = {
  id: 'silent',
  title: 'The server is silent',
  question:
    'The server takes the request, and says nothing: what does the client get?',
  sentence:
    'The server may still be at work on it, and does not learn that its response has nowhere to go.',
  waits: true,
  async measure(probe) {
    const exchange = probe.ask();
    await probe.first(10_000);
    const since = performance.now();
    const { word, evidence } = await answerOf(exchange, LONGEST, since);
    return { word, evidence };
  },
};

/** The server dies in its header section. */
export const diesInHeaders: ProxyColumn = {
  id: 'dies-in-headers',
  title: 'The server dies in its header section',
  question:
    'The server closes the connection in its header section: what does the client get?',
  sentence:
    'The request may have been done: sent again, a POST may be done twice.',
  async measure(probe) {
    probe.serve((asked) => {
      asked.raw('HTTP/1.1 200 OK\r\nContent-');
      asked.cut('fin');
    });
    const { after: _after, ...found } = await answerOf(probe.ask(), 10_000);
    const times = probe.came.length;
    return {
      ...found,
      evidence: `${found.evidence}; the server saw the request ${times === 1 ? 'once' : `${times} times`}`,
    };
  },
};
