import type { TappedClaims } from '../claim.ts';
import { claim, requestsIn, type ClaimRow, type Seen } from '../claim.ts';

/** Resets the connection when something has come down on it. */
async function resetOnce(tapped: TappedClaims) {
  await tapped.until(
    ({ unit }) =>
      unit.direction === 'down' &&
      /^(http\/1.1 chunk|http\/2 DATA|websocket text)$/.test(unit.kind),
  );
  tapped.tap.cut('rst');
}

/** Resets the connection when three messages have come down on it. */
async function resetAfterThree(tapped: TappedClaims) {
  let messages = 0;
  await tapped.until(({ unit }) => {
    if (unit.direction !== 'down') return false;
    messages = Math.max(messages, unit.message ?? 0);
    return messages >= 3;
  });
  tapped.tap.cut('rst');
}

/**
 * Resets connections until the events go on after the one before. A reset may
 * come before the browser has read anything: then they begin with the first.
 */
async function resetUntilItGoesOn(tapped: TappedClaims) {
  const reset = new Set<number>();
  const isNext = ({ connection, unit }: Seen) =>
    unit.kind === 'event' && !reset.has(connection);
  for (;;) {
    await tapped.until(isNext);
    const { connection, unit } = tapped.seen.find(isNext)!;
    if (!/^event 1\b/.test(unit.summary)) return;
    reset.add(connection);
    tapped.tap.cut('rst');
  }
}

const xhr = {
  column: 'xhr',
  async inPage({ origin }: { origin: string }) {
    const request = new XMLHttpRequest();
    request.open('GET', `${origin}/lines`);
    const ended = await new Promise<string>((done) => {
      request.onload = () => done('load');
      request.onerror = () => done('error');
      request.send();
    });
    return { ended };
  },
  meanwhile: resetOnce,
} as const;
const withFetch = {
  column: 'fetch',
  async inPage({ origin }: { origin: string }) {
    try {
      await (await fetch(`${origin}/lines`)).text();
      return { ended: 'complete' };
    } catch (error) {
      return { ended: String(error) };
    }
  },
  meanwhile: resetOnce,
} as const;
const sse = {
  column: 'sse',
  async inPage({ origin }: { origin: string }) {
    const source = new EventSource(`${origin}/events`);
    const ids: number[] = [];
    let opened = 0;
    let before = 0;
    source.onopen = () => {
      opened += 1;
      before = ids.length;
    };
    await new Promise<void>((done) => {
      source.onmessage = ({ lastEventId }) => {
        ids.push(Number(lastEventId));
        if (before > 0) done();
      };
    });
    source.close();
    return { ids, opened };
  },
  meanwhile: resetUntilItGoesOn,
} as const;

const sent = (seen: readonly Seen[], path: string) => {
  const count = requestsIn(seen, path).length;
  return `${count} ${count === 1 ? 'request' : 'requests'} on the wire`;
};

/** Is there another connection, without a line of code in the page? */
export const survivesACut: ClaimRow = {
  id: 'survives-a-cut',
  title: 'Survives a cut by itself',
  question: 'Does it survive a cut by itself?',
  claims: [
    claim({
      ...xhr,
      today: 'no',
      sentence: 'error fires, once. Sending the request again is up to you.',
      judge: ({ ended }, seen) => ({
        word: ended === 'error' ? 'no' : 'yes',
        evidence: `${ended}; ${sent(seen, '/lines')}`,
      }),
    }),
    claim({
      ...withFetch,
      today: 'no',
      sentence:
        'The promise rejects, or the read that is under way does. Sending the request again is up to you.',
      judge: ({ ended }, seen) => ({
        word: ended === 'complete' ? 'yes' : 'no',
        evidence: `${ended}; ${sent(seen, '/lines')}`,
      }),
    }),
    claim({
      ...sse,
      today: 'yes',
      sentence:
        'The browser waits as long as retry says, then sends the request again. It gives up for good if the response is not 200 with text/event-stream (HTML, 9.2.3, the processing model).',
      judge: ({ opened }, seen) => ({
        word: opened > 1 ? 'yes' : 'no',
        evidence: `opened ${opened} times; ${sent(seen, '/events')}`,
      }),
    }),
    claim({
      column: 'websocket',
      today: 'no',
      sentence:
        'close fires with code 1006, and that is all. Backoff, jitter and a limit are yours to write.',
      async inPage({ origin }) {
        const client = new WebSocket(`${origin}/socket`);
        const code = await new Promise<number>((done) => {
          client.onclose = (event) => done(event.code);
        });
        // Longer than an EventSource of this server waits.
        await new Promise((done) => setTimeout(done, 300));
        return { code };
      },
      meanwhile: resetOnce,
      judge: ({ code }, seen) => ({
        word:
          code === 1006 && requestsIn(seen, '/socket').length === 1
            ? 'no'
            : 'yes',
        evidence: `close, code ${code}; in the 300 ms after it ${requestsIn(seen, '/socket').length - 1} more handshakes`,
      }),
    }),
  ],
};

/** Does the next connection go on where the last was cut? */
export const resumes: ClaimRow = {
  id: 'resumes',
  title: 'Resumes by itself',
  question: 'Does it resume by itself?',
  claims: [
    claim({
      ...xhr,
      today: 'no',
      sentence:
        'The page must remember how far it got, and say so in a request of its own.',
      judge: (_result, seen) => ({
        word: requestsIn(seen, '/lines').length === 1 ? 'no' : 'yes',
        evidence: `${sent(seen, '/lines')}, none after the cut`,
      }),
    }),
    claim({
      ...withFetch,
      today: 'no',
      sentence: 'As with XMLHttpRequest.',
      judge: (_result, seen) => ({
        word: requestsIn(seen, '/lines').length === 1 ? 'no' : 'yes',
        evidence: `${sent(seen, '/lines')}, none after the cut`,
      }),
    }),
    claim({
      ...sse,
      today: 'yes',
      sentence:
        'The browser names the last id that it saw, in Last-Event-ID (HTML, 9.2.4). The server must send what came after it.',
      judge({ ids }: { ids: number[] }) {
        const goesOn = ids.every(
          (id, at) => at === 0 || id === ids[at - 1]! + 1,
        );
        return {
          word: goesOn && ids.length > 1 ? 'yes' : 'no',
          evidence: `ids ${ids.join(', ')}, with a cut in between`,
        };
      },
    }),
    claim({
      column: 'websocket',
      today: 'no',
      sentence:
        'The browser names no id. Your code can, in the first message, the URL, a subprotocol or a cookie; the server must send what came after it.',
      async inPage({ origin }, { nextMessage }) {
        const open = (
          what: string,
          message: string,
          ...protocol: string[]
        ): WebSocket => {
          const socket = new WebSocket(`${origin}/numbered${what}`, protocol);
          socket.onopen = () => socket.send(message);
          return socket;
        };
        // The connection that is cut.
        const first = open('', '0');
        let last = '0';
        first.onmessage = ({ data }) => (last = String(data));
        await new Promise((done) => (first.onclose = done));
        // Each of these is a new connection that names the last id.
        const next = async (socket: WebSocket) => {
          const { data } = await nextMessage(socket);
          socket.close();
          return Number(data);
        };
        const cookie = (text: string) =>
          (document.cookie = `claim-after=${text}; path=/`);
        const goesOnWith: Record<string, number> = {
          'nothing said': await next(open('?nothing', '0')),
          'first message': await next(open('?message', last)),
          URL: await next(open(`?after=${last}`, '0')),
          subprotocol: await next(open('?protocol', '0', `after.${last}`)),
        };
        cookie(last);
        // In a frame of another site there is none.
        if (document.cookie.includes('claim-after='))
          goesOnWith['cookie'] = await next(open('?cookie', '0'));
        cookie('; max-age=0');
        return { last: Number(last), goesOnWith };
      },
      meanwhile: resetAfterThree,
      judge({ last, goesOnWith }, seen) {
        const { 'nothing said': bare, ...said } = goesOnWith as Record<
          string,
          number
        >;
        const works = Object.values(said).every((n) => n === last + 1);
        // One was cut; for each of the others the page has code.
        const own = requestsIn(seen, '/numbered').length - 1;
        const isAll = own === Object.keys(goesOnWith).length;
        const isNo = bare === 1 && isAll && works && last > 0;
        return {
          word: isNo ? 'no' : `? ${bare}`,
          evidence:
            `cut after ${last}; a new WebSocket that names no id gets ${bare}; ` +
            Object.entries(said)
              .map(([how, n]) => `by ${how} it gets ${n}`)
              .join(', '),
        };
      },
    }),
  ],
};
