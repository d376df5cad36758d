import {
  responsesIn,
  sizeOf,
  claim,
  ofKind,
  requestsIn,
  type ClaimRow,
} from '../claim.ts';

/** Can the page send while it is still making what it sends? */
export const requestStreaming: ClaimRow = {
  id: 'request-streaming',
  title: 'Request streaming',
  claims: [
    claim({
      column: 'xhr',
      said: 'no',
      today: 'no',
      sentence:
        'It takes a whole body. A stream is turned into a text: the words “[object ReadableStream]”.',
      async inPage({ origin }) {
        const body = new ReadableStream() as unknown as string;
        const request = new XMLHttpRequest();
        request.open('POST', `${origin}/upload`);
        await new Promise((done) => {
          request.onload = done;
          request.send(body);
        });
        return JSON.parse(request.responseText) as { text: string };
      },
      judge({ text }) {
        const isName = text === '[object ReadableStream]';
        return {
          word: isName ? 'no' : 'yes',
          evidence: `the server got “${text}”`,
        };
      },
    }),
    claim({
      column: 'fetch',
      said: 'no',
      today: 'no',
      todayOverHttp2: 'half duplex',
      sentence:
        'Over HTTP/2 it streams, but the page gets no answer before its last byte is sent, although the answer may be on the wire for long. Over HTTP/1.1 it fails before anything is sent.',
      async inPage({ origin }) {
        const pieces = ['one ', 'two ', 'three'];
        let sentAll = 0;
        const body = new ReadableStream({
          async pull(controller) {
            await new Promise((done) => setTimeout(done, 80));
            const piece = pieces.shift();
            if (piece !== undefined)
              return controller.enqueue(new TextEncoder().encode(piece));
            sentAll = performance.now();
            controller.close();
          },
        });
        const options = { method: 'POST', body, duplex: 'half' };
        try {
          const response = await fetch(`${origin}/upload`, options);
          const answered = performance.now();
          const { text } = (await response.json()) as { text: string };
          return { text, early: answered < sentAll };
        } catch (error) {
          return { failed: String(error) };
        }
      },
      judge(told: { text?: string; early?: boolean; failed?: string }, seen) {
        if (told.failed !== undefined) {
          const asked = requestsIn(seen, '/upload');
          return {
            word: 'no',
            evidence: `${told.failed}; requests on the wire: ${asked.length}`,
          };
        }
        // Pieces of the body that left after the answer's head had come.
        const [answer] = responsesIn(seen, 200);
        const head = seen.findIndex(({ unit }) => unit === answer);
        const later = seen
          .slice(head + 1)
          .filter(
            ({ unit }) =>
              unit.direction === 'up' && unit.kind === 'http/2 DATA',
          );
        return {
          word: told.early ? 'yes' : 'half duplex',
          evidence: `the answer's head came before ${later.length} more pieces of the question, the page heard of it ${told.early ? 'at once' : 'after them'}`,
        };
      },
    }),
    claim({
      column: 'sse',
      said: 'no',
      today: 'no',
      sentence: 'An EventSource asks by GET, without a body.',
      async inPage({ origin }, { heard }) {
        const source = new EventSource(`${origin}/events`);
        await heard(source);
        source.close();
      },
      judge(_told, seen) {
        const [asked] = requestsIn(seen, '/events');
        const isGet = /\bGET\b/.test(asked?.summary ?? '');
        return {
          word: isGet ? 'no' : 'yes',
          evidence: `the question: ${asked?.summary ?? 'none'}`,
        };
      },
    }),
    claim({
      column: 'websocket',
      said: 'yes',
      today: 'yes',
      sentence:
        'Each message goes out when the page says it, as a frame of its own, on the connection that is open.',
      async inPage({ origin }, { heard }) {
        const socket = new WebSocket(`${origin}/socket`);
        await heard(socket);
        for (const word of ['one', 'two', 'three']) {
          socket.send(word);
          await heard(socket);
        }
        socket.close();
      },
      judge(_told, seen) {
        const frames = ofKind(seen, /websocket text/);
        const up = frames.filter(({ direction }) => direction === 'up');
        const turns = frames.map(({ direction }) => direction).join(' ');
        return {
          word: up.length === 3 ? 'yes' : 'no',
          evidence: `${up.length} messages up in ${sizeOf(up)} bytes, each answered before the next: ${turns}`,
        };
      },
    }),
  ],
};
