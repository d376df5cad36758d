import { claim, ofKind, type ClaimRow } from '../claim.ts';

/** Something on the way collects an answer before it hands it on: what comes? */
export const bufferingProxy: ClaimRow = {
  id: 'buffering-proxy',
  title: 'Works through a buffering proxy',
  claims: [
    claim({
      column: 'xhr',
      today: 'at the end',
      sentence:
        'Whole answers come, a little later. What was to be a byte stream comes at once, at its end.',
      async inPage({ origin }, { xhr }) {
        let pieces = 0;
        const lines = await xhr(`${origin}/lines?buffered`, (request) => {
          request.onprogress = () => (pieces += 1);
        });
        return { pieces, size: lines.responseText.length };
      },
      judge: ({ pieces, size }) => ({
        word: size === 35 ? (pieces > 2 ? 'yes' : 'at the end') : 'no',
        evidence: `all ${size} characters at once`,
      }),
    }),
    claim({
      column: 'fetch',
      today: 'at the end',
      sentence: 'The same.',
      async inPage({ origin }) {
        const response = await fetch(`${origin}/lines?buffered`);
        const pieces = response.body!.getReader();
        const sizes: number[] = [];
        for (;;) {
          const { value, done } = await pieces.read();
          if (done) return { sizes };
          sizes.push(value.length);
        }
      },
      judge: ({ sizes }) => ({
        word: sizes.length === 1 ? 'at the end' : 'yes',
        evidence: `pieces of ${sizes.join(', ')} bytes`,
      }),
    }),
    claim({
      column: 'sse',
      today: 'no',
      sentence:
        'An answer without end never gets past it. X-Accel-Buffering and no-transform ask it to let go.',
      async inPage({ origin }, { heard }) {
        const source = new EventSource(`${origin}/events?buffered`);
        let events = 0;
        source.onmessage = () => (events += 1);
        // Beside it the same, past the proxy: by then so many were written.
        const direct = new EventSource(`${origin}/events`);
        const written = 8;
        await heard(direct, written);
        source.close();
        direct.close();
        return { events, written };
      },
      judge: ({ events, written }) => ({
        word: events === 0 ? 'no' : 'yes',
        evidence: `${events} events, while ${written} came past the proxy`,
      }),
    }),
    claim({
      column: 'websocket',
      today: 'yes',
      sentence:
        'What knows the handshake passes bytes on from there; what does not, refuses it.',
      async inPage({ origin }) {
        const socket = new WebSocket(`${origin}/socket?buffered`);
        return await new Promise<string>((done) => {
          socket.onmessage = ({ data }) => {
            socket.close();
            done(String(data));
          };
          socket.onclose = () => done('');
        });
      },
      judge: (heard: string, seen) => ({
        word: heard === 'welcome' ? 'yes' : 'no',
        evidence: `${ofKind(seen, /websocket text/).length} message, at once`,
      }),
    }),
  ],
};
