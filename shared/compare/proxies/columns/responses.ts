import type { ProxyColumn, Probe } from '../column.ts';
import type { Found } from '../../claims/claim.ts';
import type { Asked } from '../upstream.ts';

const TEXT = 'Content-Type: text/plain\r\nCache-Control: no-cache\r\n';

/** 103 Early Hints, before a response. */
export const earlyHints: ProxyColumn = {
  id: 'early-hints',
  title: '103',
  question:
    'The server sends 103 before its response: what does the client get?',
  sentence:
    'Interim responses are as old as HTTP/1.1 (RFC 9110, 15.2), and a proxy must forward them. nginx understands them since 1.29.0, with early_hints. A server behind a proxy that does not must send none.',
  async measure(probe) {
    const exchange = probe.ask();
    const asked = await probe.first(10_000);
    asked?.raw(
      'HTTP/1.1 103 Early Hints\r\nLink: </board.css>; rel=preload; as=style\r\n\r\n',
    );
    await exchange.until(() => exchange.interim.length > 0, 200);
    asked?.raw(`HTTP/1.1 200 OK\r\n${TEXT}Content-Length: 5\r\n\r\nboard`);
    await exchange.until(() => exchange.ended !== undefined, 2000);
    const { interim, status, body, ended } = exchange;
    const evidence = `the client got ${[...interim, exchange.outcome].join(', then ')}, “${exchange.excerpt}”, ${ended?.how ?? 'and its end never'}`;
    if (status === 200 && body === 'board' && ended?.isWhole)
      return {
        word: interim.includes(103) ? 'passed on' : 'dropped',
        evidence,
      };
    if (status !== undefined && status >= 500)
      return { word: String(status), evidence };
    const isSilent = status === undefined && !ended;
    return { word: isSilent ? 'no response' : 'breaks the response', evidence };
  },
};

/** Fields behind the body. */
export const trailers: ProxyColumn = {
  id: 'trailers',
  title: 'Trailers',
  question: 'Do trailers arrive, the fields behind a body?',
  sentence:
    'gRPC has its status there. RFC 9110, 6.5.1 allows a proxy to drop them: what must arrive does not belong there without knowing every hop.',
  async measure(probe) {
    const exchange = probe.ask({
      headers: {
        TE: 'trailers',
        ...(probe.http === '1.1' && { Connection: 'TE' }),
      },
    });
    const asked = await probe.first(10_000);
    asked?.begin(`${TEXT}Trailer: X-Sum\r\n`);
    asked?.send('board');
    await exchange.until(() => exchange.body !== '', 300);
    asked?.finish('X-Sum: 5\r\n');
    await exchange.until(() => exchange.ended !== undefined, 2000);
    const { ended, body } = exchange;
    const evidence = `the client got ${exchange.outcome}, “${exchange.excerpt}”, ${exchange.trailers['x-sum'] === '5' ? 'X-Sum: 5' : 'no trailer'}, and ${ended?.how ?? 'no end'}`;
    if (exchange.status !== undefined && exchange.status >= 500)
      return { word: exchange.outcome, evidence };
    if (!ended?.isWhole || body !== 'board')
      return { word: 'breaks the response', evidence };
    return {
      word: exchange.trailers['x-sum'] === '5' ? 'passed on' : 'dropped',
      evidence,
    };
  },
};

/** The server breaks off in a body: what does the client make of it? */
async function cut(
  probe: Probe,
  respond: (asked: Asked) => 'fin' | 'rst',
): Promise<Found> {
  const exchange = probe.ask();
  const asked = await probe.first(10_000);
  if (!asked) return { word: 'nothing', evidence: 'no request came through' };
  const how = respond(asked);
  await exchange.until(() => exchange.body !== '', 300);
  asked.cut(how);
  await exchange.until(() => exchange.ended !== undefined, 2000);
  const { ended } = exchange;
  const evidence = `the client got ${exchange.outcome}, “${exchange.excerpt}”, and ${ended?.how ?? 'no end within 2 s'}`;
  if (!ended) return { word: 'stays open', evidence };
  if (exchange.status !== 200) return { word: exchange.outcome, evidence };
  return { word: ended.isWhole ? 'looks complete' : 'cut', evidence };
}

/** In chunks, without the last one. */
export const cutInChunks: ProxyColumn = {
  id: 'cut-in-chunks',
  title: 'A body in chunks that is cut',
  question:
    'The server dies in a body of chunks: can the client see that it is not complete?',
  sentence:
    'Where it looks complete, fetch resolves with half of it. A Content-Length, or an end that is marked in the data, shows what is missing.',
  measure: (probe) =>
    cut(probe, (asked) => {
      asked.begin(TEXT);
      asked.send('half of ');
      return 'fin';
    }),
};

/** To the end of the connection, and that is a reset. */
export const cutUntilClosed: ProxyColumn = {
  id: 'cut-until-closed',
  title: 'A body until the connection closes, reset',
  question:
    'A body ends with its connection, and that is reset: can the client see that it is not complete?',
  sentence:
    'Without length and chunks only a reset tells an end from an accident (RFC 9112, 8).',
  measure: (probe) =>
    cut(probe, (asked) => {
      asked.raw(`HTTP/1.1 200 OK\r\n${TEXT}Connection: close\r\n\r\nhalf of `);
      return 'rst';
    }),
};

/** With its length. */
export const cutWithLength: ProxyColumn = {
  id: 'cut-with-length',
  title: 'A body with its length that is cut',
  question:
    'The server dies before Content-Length: can the client see that it is not complete?',
  sentence: 'The length travels in front, so every hop can count.',
  measure: (probe) =>
    cut(probe, (asked) => {
      asked.raw(`HTTP/1.1 200 OK\r\n${TEXT}Content-Length: 16\r\n\r\nhalf of `);
      return 'fin';
    }),
};
