import type { TappedClaims } from '../claim.ts';
import { claim, requestsIn, type ClaimRow, type Seen } from '../claim.ts';

/** Tears the line down when something has come down it. */
async function cutOnce(line: TappedClaims) {
  await line.until(
    ({ unit }) =>
      unit.direction === 'down' &&
      /^(http\/1.1 chunk|http\/2 DATA|websocket text)$/.test(unit.kind),
  );
  line.tap.cut('rst');
}

/**
 * Tears the line down until the events go on after the one before. A cut may
 * come when the browser has read nothing yet: then they begin with the first.
 */
async function cutUntilItGoesOn(line: TappedClaims) {
  const torn = new Set<number>();
  const isNext = ({ connection, unit }: Seen) =>
    unit.kind === 'event' && !torn.has(connection);
  for (;;) {
    await line.until(isNext);
    const { connection, unit } = line.seen.find(isNext)!;
    if (!/^event 1\b/.test(unit.summary)) return;
    torn.add(connection);
    line.tap.cut('rst');
  }
}

const xhr = {
  column: 'xhr',
  async inPage({ origin }: { origin: string }) {
    const request = new XMLHttpRequest();
    request.open('GET', `${origin}/lines`);
    const how = await new Promise<string>((done) => {
      request.onload = () => done('load');
      request.onerror = () => done('error');
      request.send();
    });
    return { how };
  },
  meanwhile: cutOnce,
} as const;
const byFetch = {
  column: 'fetch',
  async inPage({ origin }: { origin: string }) {
    try {
      await (await fetch(`${origin}/lines`)).text();
      return { how: 'all' };
    } catch (error) {
      return { how: String(error) };
    }
  },
  meanwhile: cutOnce,
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
  meanwhile: cutUntilItGoesOn,
} as const;
const socket = {
  column: 'websocket',
  async inPage({ origin }: { origin: string }) {
    const client = new WebSocket(`${origin}/socket`);
    return await new Promise<{ code: number }>((done) => {
      client.onclose = ({ code }) => done({ code });
    });
  },
  meanwhile: cutOnce,
} as const;

/** Is there another connection, without a line of code in the page? */
export const survivesACut: ClaimRow = {
  id: 'survives-a-cut',
  title: 'Survives a cut by itself',
  claims: [
    claim({
      ...xhr,
      today: 'no',
      sentence: 'error, once. To ask again is up to the page.',
      judge: ({ how }, seen) => ({
        word: how === 'error' ? 'no' : 'yes',
        evidence: `${how}; asked ${requestsIn(seen, '/lines').length} time`,
      }),
    }),
    claim({
      ...byFetch,
      today: 'no',
      sentence: 'The promise, or the read that is under way, is rejected.',
      judge: ({ how }, seen) => ({
        word: how === 'all' ? 'yes' : 'no',
        evidence: `${how}; asked ${requestsIn(seen, '/lines').length} time`,
      }),
    }),
    claim({
      ...sse,
      today: 'yes',
      sentence:
        'It waits as long as retry said, and asks again; unless the answer to that is an error.',
      judge: ({ opened }, seen) => ({
        word: opened > 1 ? 'yes' : 'no',
        evidence: `opened ${opened} times; asked ${requestsIn(seen, '/events').length} times`,
      }),
    }),
    claim({
      ...socket,
      today: 'no',
      sentence:
        'close with 1006, and that was it. Waiting, the lot and the limit are yours to write.',
      judge: ({ code }) => ({
        word: code === 1006 ? 'no' : 'yes',
        evidence: `close, code ${code}`,
      }),
    }),
  ],
};

/** Does the next connection go on where the last was cut? */
export const resumes: ClaimRow = {
  id: 'resumes',
  title: 'Resumes by itself',
  claims: [
    claim({
      ...xhr,
      today: 'no',
      sentence:
        'The page must know how far it got, and say so: in the URL, or by a Range.',
      judge: (_told, seen) => ({
        word: requestsIn(seen, '/lines').length === 1 ? 'no' : 'yes',
        evidence: 'no second question',
      }),
    }),
    claim({
      ...byFetch,
      today: 'no',
      sentence: 'The same.',
      judge: (_told, seen) => ({
        word: requestsIn(seen, '/lines').length === 1 ? 'no' : 'yes',
        evidence: 'no second question',
      }),
    }),
    claim({
      ...sse,
      today: 'yes',
      sentence:
        'The browser names the last id that it saw. What to make of it is up to the server.',
      judge({ ids }: { ids: number[] }) {
        const goesOn = ids.every(
          (id, at) => at === 0 || id === ids[at - 1]! + 1,
        );
        return {
          word: goesOn && ids.length > 1 ? 'yes' : 'no',
          evidence: `ids ${ids.join(', ')}, cut in between`,
        };
      },
    }),
    claim({
      ...socket,
      today: 'no',
      sentence: 'There is no place for an id but the URL of the next one.',
      judge: (_told, seen) => ({
        word: requestsIn(seen, '/socket').length === 1 ? 'no' : 'yes',
        evidence: 'no second handshake',
      }),
    }),
  ],
};
