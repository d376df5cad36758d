import { claim, ofKind, questions, type Row, type Seen } from '../claim.ts';

const firstWord = (seen: readonly Seen[]) =>
  ofKind(seen, /request head|http\/2 HEADERS|websocket text|^event$/)[0];

/** Who may speak first, once there is a connection? */
export const speaksFirst: Row = {
  id: 'speaks-first',
  title: 'Who may speak first',
  claims: [
    claim({
      column: 'xhr',
      today: 'the page',
      sentence:
        'Each answer needs a question. Whoever has news must wait to be asked.',
      async inPage({ origin }) {
        const request = new XMLHttpRequest();
        request.open('GET', `${origin}/bytes`);
        await new Promise((done) => {
          request.onload = done;
          request.send();
        });
      },
      judge: (_told, seen) => ({
        word: firstWord(seen)?.direction === 'up' ? 'the page' : 'the server',
        evidence: `first of all: ${firstWord(seen)?.summary}`,
      }),
    }),
    claim({
      column: 'fetch',
      today: 'the page',
      sentence: 'The same.',
      async inPage({ origin }) {
        await (await fetch(`${origin}/bytes`)).arrayBuffer();
      },
      judge: (_told, seen) => ({
        word: firstWord(seen)?.direction === 'up' ? 'the page' : 'the server',
        evidence: `first of all: ${firstWord(seen)?.summary}`,
      }),
    }),
    claim({
      column: 'sse',
      today: 'the server, once asked',
      sentence:
        'One question, and from then on the server speaks when it likes. The page needs another request to say something.',
      async inPage({ origin }) {
        const source = new EventSource(`${origin}/events`);
        for (let events = 0; events < 3; events += 1)
          await new Promise((done) => (source.onmessage = done));
        source.close();
      },
      judge(_told, seen) {
        const asked = questions(seen, '/events').length;
        const events = ofKind(seen, /^event$/).length;
        return {
          word: events > asked ? 'the server, once asked' : 'the page',
          evidence: `${asked} question, ${events} events`,
        };
      },
    }),
    claim({
      column: 'websocket',
      today: 'both',
      sentence:
        'After the handshake there are no questions and answers, only what each says.',
      async inPage({ origin }) {
        const socket = new WebSocket(`${origin}/socket`);
        const heard = () => new Promise((done) => (socket.onmessage = done));
        await heard();
        socket.send('and I');
        await heard();
        socket.close();
      },
      judge(_told, seen) {
        const [first, second] = ofKind(seen, /websocket text/);
        const isBoth =
          first?.direction === 'down' && second?.direction === 'up';
        return {
          word: isBoth ? 'both' : 'the page',
          evidence: `the first message ${first?.direction}, the second ${second?.direction}`,
        };
      },
    }),
  ],
};
