import {
  responsesIn,
  sizeOf,
  claim,
  ofKind,
  requestsIn,
  type ClaimRow,
} from '../claim.ts';

/** Can the page send a body while it is still making it? */
export const requestStreaming: ClaimRow = {
  id: 'request-streaming',
  title: 'Request streaming',
  question: 'Can the page send a body while it is still making it?',
  claims: [
    claim({
      column: 'xhr',
      said: 'no',
      today: 'no',
      sentence:
        'send() takes a whole body. A ReadableStream becomes text: the words “[object ReadableStream]”.',
      async inPage({ origin }) {
        const body = new ReadableStream({
          start(controller) {
            for (const piece of ['one ', 'two ', 'three'])
              controller.enqueue(new TextEncoder().encode(piece));
            controller.close();
          },
        });
        const request = new XMLHttpRequest();
        request.open('POST', `${origin}/upload`);
        await new Promise((done) => {
          request.onloadend = done;
          request.send(body as unknown as string);
        });
        return JSON.parse(request.responseText) as { text: string };
      },
      judge: ({ text }) => ({
        word: text === 'one two three' ? 'yes' : 'no',
        evidence: `the server got “${text}”`,
      }),
    }),
    claim({
      column: 'fetch',
      said: 'no',
      today: 'no',
      todayOverHttp2: 'half duplex',
      differs: { firefox: { 2: 'no' }, webkitgtk: { 2: 'no' } },
      sentence:
        'Chromium 156 streams it over HTTP/2, half duplex: the page gets the response only after its last byte is sent, even if it has long arrived. Over HTTP/1.1 it fails before anything is sent. Firefox ESR 153 sends the words “[object ReadableStream]” over either version, and the response is 200; WebKitGTK 2.50 throws a NotSupportedError. Safari does not stream it either (MDN’s compatibility data).',
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
          const responded = performance.now();
          const { text } = (await response.json()) as { text: string };
          return { text, early: responded < sentAll };
        } catch (error) {
          return { failed: String(error) };
        }
      },
      judge(result: { text?: string; early?: boolean; failed?: string }, seen) {
        if (result.failed !== undefined) {
          const sent = requestsIn(seen, '/upload');
          return {
            word: 'no',
            evidence: `${result.failed}; requests on the wire: ${sent.length}`,
          };
        }
        // It was sent, but not as a stream.
        if (result.text !== 'one two three')
          return { word: 'no', evidence: `the server got “${result.text}”` };
        // Pieces of the body that left after the response's headers had come.
        const [response] = responsesIn(seen, 200);
        const at = seen.findIndex(({ unit }) => unit === response);
        const later = seen
          .slice(at + 1)
          .filter(
            ({ unit }) =>
              unit.direction === 'up' &&
              /^(http\/2 DATA|http\/1\.1 chunk)$/.test(unit.kind),
          );
        if (later.length === 0)
          return {
            word: 'no',
            evidence: 'the whole body went out before the response began',
          };
        return {
          word: result.early ? 'yes' : 'half duplex',
          evidence: `the headers of the response came before ${later.length} more frames of the request; the page got them ${result.early ? 'at once' : 'after these'}`,
        };
      },
    }),
    claim({
      column: 'sse',
      said: 'no',
      today: 'no',
      sentence: 'An EventSource sends a GET without a body.',
      async inPage({ origin }, { nextMessage }) {
        const source = new EventSource(`${origin}/events`);
        await nextMessage(source);
        source.close();
      },
      judge(_result, seen) {
        const [request] = requestsIn(seen, '/events');
        const isGet = /\bGET\b/.test(request?.summary ?? '');
        return {
          word: isGet ? 'no' : 'yes',
          evidence: `the request: ${request?.summary ?? 'none'}`,
        };
      },
    }),
    claim({
      column: 'websocket',
      said: 'yes',
      today: 'yes',
      sentence:
        'Each message goes out when the page sends it, on the connection that is open already.',
      async inPage({ origin }, { nextMessage }) {
        const socket = new WebSocket(`${origin}/socket`);
        await nextMessage(socket);
        for (const word of ['one', 'two', 'three']) {
          socket.send(word);
          await nextMessage(socket);
        }
        socket.close();
      },
      judge(_result, seen) {
        const frames = ofKind(seen, /websocket text/);
        const up = frames.filter(({ direction }) => direction === 'up');
        const turns = frames.map(({ direction }) => direction).join(' ');
        return {
          word: turns === 'down up down up down up down' ? 'yes' : 'no',
          evidence: `${up.length} messages up in ${sizeOf(up)} bytes, each echoed before the next: ${turns}`,
        };
      },
    }),
  ],
};
