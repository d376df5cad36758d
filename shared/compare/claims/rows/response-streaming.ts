import { claim, ofKind, type ClaimRow } from '../claim.ts';

/** Does the page get a response piece by piece, while it arrives? */
export const responseStreaming: ClaimRow = {
  id: 'response-streaming',
  title: 'Response streaming',
  question: 'Does the page get a response piece by piece?',
  claims: [
    claim({
      column: 'xhr',
      said: 'limited',
      today: 'limited',
      sentence:
        'responseText grows while the response arrives, and all of it is kept to the end. Bytes are there only at the end.',
      async inPage({ origin }, { xhr }) {
        const request = async (type: XMLHttpRequestResponseType) => {
          const pieces: string[] = [];
          await xhr(`${origin}/held?xhr`, (running) => {
            running.responseType = type;
            running.onprogress = () => {
              if (running.readyState !== XMLHttpRequest.LOADING) return;
              pieces.push(
                type === '' ? running.responseText : `${running.response}`,
              );
              void fetch(`${origin}/go-on?xhr`); // the next line, please
            };
          });
          return pieces;
        };
        const texts = await request('');
        return {
          lengths: texts.map(({ length }) => length),
          keeps: texts.every((text) => text.startsWith('line 1\n')),
          nothing: (await request('arraybuffer')).every(
            (text) => text === 'null',
          ),
        };
      },
      judge({ lengths, keeps, nothing }) {
        const grows = new Set(lengths).size > 1 && keeps && nothing;
        return {
          word: grows ? 'limited' : 'no',
          evidence: `a text of ${lengths.join(', ')} characters, its first line in each; as bytes ${nothing ? 'nothing' : 'something'} before the end`,
        };
      },
    }),
    claim({
      column: 'fetch',
      said: 'limited',
      today: 'yes',
      sentence:
        'response.body hands over each piece as it arrives, and keeps none of it.',
      async inPage({ origin }) {
        const response = await fetch(`${origin}/held?fetch`);
        const pieces = response.body!.getReader();
        const sizes: number[] = [];
        for (;;) {
          const { value, done } = await pieces.read();
          if (done) return { sizes };
          sizes.push(value.length);
          await fetch(`${origin}/go-on?fetch`); // the next line, please
        }
      },
      judge: ({ sizes }) => ({
        word: sizes.length > 1 ? 'yes' : 'no',
        evidence: `pieces of ${sizes.join(', ')} bytes`,
      }),
    }),
    claim({
      column: 'sse',
      said: 'yes',
      today: 'yes',
      sentence:
        'The response stays open, and each event fires as soon as it is complete.',
      async inPage({ origin }, { nextMessage }) {
        const source = new EventSource(`${origin}/events`);
        await nextMessage(source, 3);
        const { readyState } = source;
        source.close();
        return { readyState };
      },
      judge({ readyState }, seen) {
        const events = ofKind(seen, /^event$/).length;
        return {
          word: readyState === 1 && events >= 3 ? 'yes' : 'no',
          evidence: `${events} events of a response that had not ended`,
        };
      },
    }),
    claim({
      column: 'websocket',
      said: 'yes',
      today: 'yes',
      sentence:
        'A message arrives whenever the server sends one, without a request.',
      async inPage({ origin }, { nextMessage }) {
        const socket = new WebSocket(`${origin}/socket`);
        await nextMessage(socket);
        socket.send('again');
        await nextMessage(socket);
        socket.close();
      },
      judge(_result, seen) {
        const messages = ofKind(seen, /websocket text/);
        const down = messages.filter(({ direction }) => direction === 'down');
        const isFirst = messages[0]?.direction === 'down';
        return {
          word: down.length === 2 && isFirst ? 'yes' : 'no',
          evidence: `${down.length} messages on one connection, the first ${isFirst ? 'without' : 'after'} a request`,
        };
      },
    }),
  ],
};
