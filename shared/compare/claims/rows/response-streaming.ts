import { claim, ofKind, type ClaimRow } from '../claim.ts';

/** Does the page get an answer piece by piece, while it is on its way? */
export const responseStreaming: ClaimRow = {
  id: 'response-streaming',
  title: 'Response streaming',
  claims: [
    claim({
      column: 'xhr',
      said: 'limited',
      today: 'limited',
      sentence:
        'responseText grows while the answer comes, and keeps all of it to the end; bytes are there only at the end.',
      async inPage({ origin }, { xhr }) {
        const ask = async (type: XMLHttpRequestResponseType) => {
          const pieces: string[] = [];
          await xhr(`${origin}/held?xhr`, (request) => {
            request.responseType = type;
            request.onprogress = () => {
              if (request.readyState !== XMLHttpRequest.LOADING) return;
              pieces.push(
                type === '' ? request.responseText : `${request.response}`,
              );
              void fetch(`${origin}/go-on?xhr`); // the next line, please
            };
          });
          return pieces;
        };
        const texts = await ask('');
        return {
          lengths: texts.map(({ length }) => length),
          keeps: texts.every((text) => text.startsWith('line 1\n')),
          bytes: new Set(await ask('arraybuffer')).size,
          nothing: (await ask('arraybuffer')).every((text) => text === 'null'),
        };
      },
      judge({ lengths, keeps, nothing }) {
        const grows = lengths.length > 1 && keeps && nothing;
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
      sentence: 'response.body hands over what has come, and lets go of it.',
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
      sentence: 'The answer never ends, and each event fires when it is whole.',
      async inPage({ origin }, { heard }) {
        const source = new EventSource(`${origin}/events`);
        await heard(source, 3);
        const { readyState } = source;
        source.close();
        return { readyState };
      },
      judge: ({ readyState }, seen) => ({
        word: readyState === 1 ? 'yes' : 'no',
        evidence: `${ofKind(seen, /^event$/).length} events of an answer that was not over`,
      }),
    }),
    claim({
      column: 'websocket',
      said: 'yes',
      today: 'yes',
      sentence:
        'Messages come whenever the server says something; no answer is awaited.',
      async inPage({ origin }, { heard }) {
        const socket = new WebSocket(`${origin}/socket`);
        await heard(socket);
        socket.send('again');
        await heard(socket);
        socket.close();
      },
      judge(_told, seen) {
        const messages = ofKind(seen, /websocket text/).filter(
          ({ direction }) => direction === 'down',
        );
        return {
          word: messages.length === 2 ? 'yes' : 'no',
          evidence: `${messages.length} messages on one connection, the first unasked`,
        };
      },
    }),
  ],
};
