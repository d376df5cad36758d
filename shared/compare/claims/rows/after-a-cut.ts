import {
  claim,
  requestsIn,
  type ClaimRow,
  type Found,
  type PageHelpers,
  type Seen,
  type TappedClaims,
} from '../claim.ts';

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
  async inPage({ origin }: { origin: string }, { orNothing }: PageHelpers) {
    const request = new XMLHttpRequest();
    request.open('GET', `${origin}/lines`);
    const ended = new Promise<string>((done) => {
      request.onload = () => done('load');
      request.onerror = () => done('error');
      request.send();
    });
    const event = await orNothing(ended, origin);
    return { event, lines: request.responseText.split('\n').length - 1 };
  },
  meanwhile: resetOnce,
} as const;
const withFetch = {
  column: 'fetch',
  async inPage({ origin }: { origin: string }, { orNothing }: PageHelpers) {
    const read = async () => {
      const text = await (await fetch(`${origin}/lines`)).text();
      return { event: 'a text', lines: text.split('\n').length - 1 };
    };
    const failed = (error: unknown) => ({ event: String(error), lines: 0 });
    const ended = await orNothing(read().catch(failed), origin);
    return ended ?? { lines: 0 };
  },
  meanwhile: resetOnce,
} as const;
const sse = {
  column: 'sse',
  async inPage({ origin }: { origin: string }, { orNothing }: PageHelpers) {
    const source = new EventSource(`${origin}/events`);
    const ids: number[] = [];
    let opened = 0;
    let before = 0;
    let isWaiting = false;
    source.onopen = () => {
      opened += 1;
      before = ids.length;
      isWaiting = false;
    };
    const goesOn = new Promise<boolean>((done) => {
      source.onmessage = ({ lastEventId }) => {
        ids.push(Number(lastEventId));
        if (before > 0) done(true);
      };
      source.onerror = () => {
        isWaiting = true;
        if (source.readyState === EventSource.CLOSED) done(false);
      };
    });
    // From an error until it opens again it is not silent: it waits. Where the
    // cut came before `retry`, that alone takes 3 s in Chromium.
    const told = await orNothing(goesOn, origin, () =>
      isWaiting ? performance.now() : ids.length + opened,
    );
    const { readyState } = source;
    source.close();
    return { ids, opened, told, readyState };
  },
  meanwhile: resetUntilItGoesOn,
} as const;

const sent = (seen: readonly Seen[], path: string) => {
  const count = requestsIn(seen, path).length;
  return `${count} ${count === 1 ? 'request' : 'requests'} on the wire`;
};

/** The word of an engine that does not pass on that a connection was reset. */
const notTold = 'no, not told';
const differs = { webkitgtk: { 2: notTold } };
const neverTold = 'reset, and for 3 s the page was told nothing';

/** Of a response of five lines that was cut: did it come whole all the same? */
function survived(
  { event, lines }: { event?: string; lines: number },
  seen: readonly Seen[],
): Found {
  const wire = sent(seen, '/lines');
  if (event === undefined)
    return { word: notTold, evidence: `${neverTold}; ${wire}` };
  // A half that ends like a whole has not survived.
  const word = lines === 5 ? 'yes' : lines > 0 ? 'no, half looks whole' : 'no';
  const came = lines > 0 ? `, of five lines ${lines}` : '';
  return { word, evidence: `${event}${came}; ${wire}` };
}

/** Of the same response: was the request sent again? */
function resumed(
  { event }: { event?: string; lines: number },
  seen: readonly Seen[],
): Found {
  const wire = `${sent(seen, '/lines')}, none after the cut`;
  if (event === undefined)
    return { word: notTold, evidence: `${neverTold}; ${wire}` };
  const word = requestsIn(seen, '/lines').length === 1 ? 'no' : 'yes';
  return { word, evidence: `${event}; ${wire}` };
}

/** Is there another connection, without a line of code in the page? */
export const survivesACut: ClaimRow = {
  id: 'survives-a-cut',
  title: 'Survives a cut by itself',
  question: 'Does it survive a cut by itself?',
  claims: [
    claim({
      ...xhr,
      today: 'no',
      differs,
      sentence:
        'error fires, once. Sending the request again is up to you. Over HTTP/2, WebKitGTK 2.50 fires nothing: the request stays pending, so set a timeout.',
      judge: survived,
    }),
    claim({
      ...withFetch,
      today: 'no',
      differs,
      sentence:
        'The promise rejects, or the read that is under way does: with a TypeError, over HTTP/1.1 in Firefox ESR 153 with an AbortError. Sending the request again is up to you. Over HTTP/2, WebKitGTK 2.50 says nothing: pass AbortSignal.timeout().',
      judge: survived,
    }),
    claim({
      ...sse,
      today: 'yes',
      differs,
      sentence:
        'The browser waits as long as retry says (Firefox ESR 153 at least 500 ms), then sends the request again. It gives up for good if the response is not 200 with text/event-stream (HTML, 9.2.3, the processing model). Over HTTP/2, WebKitGTK 2.50 takes a reset connection for an open one: let the page close an event stream that is silent for too long.',
      judge({ told, opened, readyState }, seen) {
        const wire = sent(seen, '/events');
        if (told === undefined)
          return {
            word: notTold,
            evidence: `${neverTold}: readyState stays ${readyState}; ${wire}`,
          };
        return {
          word: told && requestsIn(seen, '/events').length > 1 ? 'yes' : 'no',
          evidence: `opened ${opened} times; ${wire}`,
        };
      },
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
      differs,
      sentence:
        'The page must remember how far it got, and say so in a request of its own.',
      judge: resumed,
    }),
    claim({
      ...withFetch,
      today: 'no',
      differs,
      sentence: 'As with XMLHttpRequest.',
      judge: resumed,
    }),
    claim({
      ...sse,
      today: 'yes',
      differs,
      sentence:
        'The browser names the last id that it saw, in Last-Event-ID (HTML, 9.2.4). The server must send what came after it.',
      judge({ ids, told }) {
        if (told === undefined)
          return {
            word: notTold,
            evidence: `${neverTold}; its last id is ${ids.at(-1)}`,
          };
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
