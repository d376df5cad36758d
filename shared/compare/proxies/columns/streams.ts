import {
  fiveSeconds,
  isDoubtful,
  lateness,
  LONGEST,
  milliseconds,
  never,
  seconds,
  type ProxyColumn,
  type Probe,
} from '../column.ts';
import type { Asked } from '../upstream.ts';

/** What the lessons send with an event stream. */
const HEADERS =
  'Content-Type: text/event-stream\r\nCache-Control: no-cache\r\n';
const begin = (asked: Asked) => asked.begin(HEADERS);

/** 20 bytes. */
const EVENT = 'data: it is 12:00!\n\n';
/** At this rate events come in the question: 20 bytes a second. */
const RATE = 20;

/** Events of 20 bytes a second: when does the first arrive? */
export const firstEvent: ProxyColumn = {
  id: 'first-event',
  title: 'First event after',
  question:
    'An event stream has 20 bytes a second: when does the first event arrive?',
  sentence:
    'What is late was buffered. The response can ask for less of it (X-Accel-Buffering: no, nginx only), or a line of the proxy’s configuration ends it.',
  async measure(probe) {
    const exchange = probe.ask();
    const asked = await probe.first(10_000);
    if (!asked) return { word: 'nothing', evidence: 'no request came through' };
    begin(asked);
    const late: number[] = [];
    let written = 0;
    for (let event = 1; event <= 8 && isDoubtful(late); event += 1) {
      const at = performance.now();
      asked.send(EVENT);
      written += EVENT.length;
      if (await exchange.until(() => exchange.body.length >= written, 700))
        late.push(exchange.parts.at(-1)!.at - at);
      else if (event === 3) break;
    }
    if (late.length > 0)
      return {
        word: lateness(late),
        evidence: `${late.length} events of ${EVENT.length} bytes came ${late.map(milliseconds).join(', ')} after they had been sent`,
      };
    // What would take minutes is sent at once: what counts are the bytes.
    while (exchange.body === '' && written < 100_000) {
      asked.send(EVENT.repeat(10));
      written += EVENT.length * 10;
      await exchange.until(() => exchange.body !== '', 20);
    }
    if (exchange.body === '')
      return { word: 'not at all', evidence: `${written} bytes were sent` };
    const size = exchange.parts[0]!.text.length;
    const after = Math.round(size / RATE / 10) * 10;
    return {
      word: `${after} s late: ${Math.round(size / 1000)} kB at once`,
      evidence: `nothing came before its buffer was full, then ${size} bytes; at ${RATE} bytes a second that takes ${Math.round(size / RATE)} s`,
    };
  },
};

/** A stream in which nothing happens. */
export const idleTimeout: ProxyColumn = {
  id: 'idle',
  title: 'Idle timeout',
  question:
    'An event stream is silent after its first event: when does the proxy end it?',
  sentence:
    'Send something more often than that, at less than half of it: a comment, a line that begins with a colon, is no event. Then the timeout of the proxy does not matter.',
  waits: true,
  async measure(probe) {
    const exchange = probe.ask();
    const asked = await probe.first(10_000);
    if (!asked) return { word: 'nothing', evidence: 'no request came through' };
    begin(asked);
    asked.send(EVENT);
    const at = performance.now();
    await exchange.until(() => exchange.ended !== undefined, LONGEST);
    const { ended } = exchange;
    if (!ended)
      return { word: never, evidence: `still open ${seconds(LONGEST)} later` };
    return {
      word: `${fiveSeconds(ended.at - at)}, ${ended.isWhole ? 'looks complete' : 'cut'}`,
      evidence: `${seconds(ended.at - at)} after the event the client gets ${ended.how}; of the event’s ${EVENT.length} bytes it got ${exchange.body.length}`,
    };
  },
};

/** ms between two events after the client has gone, and until the first. */
const BETWEEN = 250;
const AT_ONCE = 1000;
/** So many events are written before it is said that it was not noticed. */
const MOST = 10;

/** The client goes, and events flow on. */
export const goneWithEvents: ProxyColumn = {
  id: 'gone-with-events',
  title: 'The client goes, events flow',
  question:
    'The client has closed an event stream, and events go on: when does the server learn it?',
  sentence:
    'Until then it writes for nobody, and its count of readers is wrong.',
  async measure(probe) {
    const asked = await leave(probe);
    if (!asked) return { word: 'nothing', evidence: 'no request came through' };
    const at = performance.now();
    let events = 0;
    while (events < MOST) {
      const pause = events === 0 ? AT_ONCE : BETWEEN;
      if (await asked.until(() => asked.gone !== undefined, pause)) break;
      asked.send(EVENT);
      events += 1;
    }
    const gone = await asked.until(() => asked.gone !== undefined, BETWEEN);
    if (!gone)
      return {
        word: `not within ${MOST} events`,
        evidence: `${MOST} events in ${seconds(MOST * BETWEEN)}, and the connection stays open`,
      };
    return {
      word: events === 0 ? 'at once' : 'only when it writes again',
      evidence: `${milliseconds(asked.gone! - at)} after the client had gone, with ${events} events after the first ${AT_ONCE} ms, one every ${BETWEEN} ms`,
    };
  },
};

/** The client goes, and nothing is sent. */
export const goneInSilence: ProxyColumn = {
  id: 'gone-in-silence',
  title: 'The client goes, nothing flows',
  question:
    'The client has closed an event stream, and nothing is sent: when does the server learn it?',
  sentence:
    'A proxy that only writes to the client learns from a write that fails. A heartbeat is one.',
  waits: true,
  async measure(probe) {
    const asked = await leave(probe);
    if (!asked) return { word: 'nothing', evidence: 'no request came through' };
    const at = performance.now();
    if (!(await asked.until(() => asked.gone !== undefined, LONGEST)))
      return { word: never, evidence: `still open ${seconds(LONGEST)} later` };
    const after = asked.gone! - at;
    // On a busy machine it may take more than a second.
    const isAtOnce = after < 2500;
    return {
      word: isAtOnce ? 'at once' : fiveSeconds(after),
      evidence: `${isAtOnce ? milliseconds(after) : seconds(after)} after the client had gone`,
    };
  },
};

/** Begins a stream, and has the client leave it. */
async function leave(probe: Probe): Promise<Asked | undefined> {
  const exchange = probe.ask();
  const asked = await probe.first(10_000);
  if (!asked) return undefined;
  begin(asked);
  asked.send(EVENT);
  await exchange.until(() => exchange.body !== '', 1000);
  exchange.leave();
  return asked;
}
