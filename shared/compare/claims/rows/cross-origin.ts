import { responsesIn, claim, type ClaimRow, type Seen } from '../claim.ts';

const answered = (seen: readonly Seen[]) => responsesIn(seen, 200).length;

/** What may a page of another origin, where the server says nothing about it? */
export const crossOrigin: ClaimRow = {
  id: 'cross-origin',
  title: 'The rule for other origins',
  claims: [
    claim({
      column: 'xhr',
      today: 'CORS',
      sentence:
        'It may ask; the answer arrives, and is withheld from the page.',
      async inPage({ other }) {
        const request = new XMLHttpRequest();
        request.open('GET', `${other}/bytes`);
        return await new Promise<string>((done) => {
          request.onload = () => done('load');
          request.onerror = () => done('error');
          request.send();
        });
      },
      judge: (how: string, seen) => ({
        word: how === 'error' && answered(seen) > 0 ? 'CORS' : 'none',
        evidence: `${answered(seen)} × 200 on the wire; in the page ${how}`,
      }),
    }),
    claim({
      column: 'fetch',
      today: 'CORS',
      sentence: 'The same: a TypeError, for an answer that is there.',
      inPage: ({ other }) =>
        fetch(`${other}/bytes`).then(() => 'answer', String),
      judge: (how: string, seen) => ({
        word: how !== 'answer' && answered(seen) > 0 ? 'CORS' : 'none',
        evidence: `${answered(seen)} × 200 on the wire; in the page ${how}`,
      }),
    }),
    claim({
      column: 'sse',
      today: 'CORS',
      sentence: 'The same. The stream is closed for good.',
      async inPage({ other }) {
        const source = new EventSource(`${other}/events`);
        await new Promise((done) => {
          source.onerror = done;
          source.onmessage = done;
        });
        return source.readyState;
      },
      judge: (readyState: number, seen) => ({
        word: readyState === 2 && answered(seen) > 0 ? 'CORS' : 'none',
        evidence: `${answered(seen)} × 200 on the wire; in the page ${readyState === 2 ? 'closed for good' : 'open'}`,
      }),
    }),
    claim({
      column: 'websocket',
      today: 'none',
      sentence:
        'Any page may open one to anywhere, with the cookies of the one it calls. The server must look at Origin.',
      async inPage({ other }) {
        const socket = new WebSocket(`${other}/socket`);
        return await new Promise<string>((done) => {
          socket.onmessage = ({ data }) => done(String(data));
          socket.onclose = () => done('');
        });
      },
      judge: (heard: string) => ({
        word: heard === 'welcome' ? 'none' : 'CORS',
        evidence: `the page of another origin heard “${heard}”`,
      }),
    }),
  ],
};
