import { claim, questions, type Row, type Seen } from '../claim.ts';

const asked = (seen: readonly Seen[]) => questions(seen).length;

/** Can something on the way answer in the server's place? */
export const passesCaches: Row = {
  id: 'passes-caches',
  title: 'Answers from caches',
  claims: [
    claim({
      column: 'xhr',
      today: 'yes',
      sentence:
        'The browser’s own, a proxy’s, a CDN’s: what may be kept is asked for once.',
      async inPage({ origin }) {
        for (let times = 0; times < 3; times += 1) {
          const request = new XMLHttpRequest();
          request.open('GET', `${origin}/kept`);
          await new Promise((done) => {
            request.onload = done;
            request.send();
          });
        }
      },
      judge: (_told, seen) => ({
        word: asked(seen) === 1 ? 'yes' : 'no',
        evidence: `three questions in the page, ${asked(seen)} on the wire`,
      }),
    }),
    claim({
      column: 'fetch',
      today: 'yes',
      sentence: 'The same, and the page may choose by its option cache.',
      async inPage({ origin }) {
        for (let times = 0; times < 3; times += 1)
          await (await fetch(`${origin}/kept`)).text();
      },
      judge: (_told, seen) => ({
        word: asked(seen) === 1 ? 'yes' : 'no',
        evidence: `three questions in the page, ${asked(seen)} on the wire`,
      }),
    }),
    claim({
      column: 'sse',
      today: 'no',
      sentence:
        'An answer without end cannot be kept: each reader has one of its own.',
      async inPage({ origin }) {
        for (let times = 0; times < 3; times += 1) {
          const source = new EventSource(`${origin}/events`);
          await new Promise((done) => (source.onmessage = done));
          source.close();
        }
      },
      judge: (_told, seen) => ({
        word: asked(seen) === 3 ? 'no' : 'yes',
        evidence: `three streams in the page, ${asked(seen)} questions on the wire`,
      }),
    }),
    claim({
      column: 'websocket',
      today: 'no',
      sentence:
        'What a frame means is between page and server. Nobody else can answer.',
      async inPage({ origin }) {
        for (let times = 0; times < 3; times += 1) {
          const socket = new WebSocket(`${origin}/socket`);
          await new Promise((done) => (socket.onmessage = done));
          socket.close();
        }
      },
      judge(_told, seen) {
        const shaken = questions(seen, '/socket').length;
        return {
          word: shaken === 3 ? 'no' : 'yes',
          evidence: `three sockets in the page, ${shaken} handshakes on the wire`,
        };
      },
    }),
  ],
};
