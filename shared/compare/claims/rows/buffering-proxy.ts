import { claim, ofKind, type ClaimRow } from '../claim.ts';

/** A proxy holds a response back before it hands it on: what arrives, and when? */
export const bufferingProxy: ClaimRow = {
  id: 'buffering-proxy',
  title: 'Works through a buffering proxy',
  question: 'Does it work through a buffering proxy?',
  claims: [
    claim({
      column: 'xhr',
      today: 'at the end',
      sentence:
        'A short response arrives whole, a little later; a long one arrives whenever the proxy’s buffer is full, and the rest at its end.',
      async inPage({ origin }, { xhr }) {
        const sizes = new Set<number>();
        const lines = await xhr(`${origin}/lines?buffered`, (request) => {
          request.onprogress = () => sizes.add(request.responseText.length);
        });
        sizes.add(lines.responseText.length);
        return [...sizes];
      },
      judge: (sizes: number[]) => ({
        word:
          sizes.at(-1) === 35
            ? sizes.length > 1
              ? 'yes'
              : 'at the end'
            : 'no',
        evidence: `a text of ${sizes.join(', ')} characters`,
      }),
    }),
    claim({
      column: 'fetch',
      today: 'at the end',
      sentence:
        'As with XMLHttpRequest. If the proxy is yours, one line ends it: X-Accel-Buffering: no in the response, or proxy_buffering off in nginx.',
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
        word:
          sizes.reduce((sum, size) => sum + size, 0) === 35
            ? sizes.length > 1
              ? 'yes'
              : 'at the end'
            : 'no',
        evidence: `pieces of ${sizes.join(', ')} bytes`,
      }),
    }),
    claim({
      column: 'sse',
      today: 'in clumps',
      sentence:
        'Events arrive when the proxy’s buffer is full: behind nginx 1.22 with its defaults, 4,096 bytes at a time. If the proxy is yours, one line ends it: X-Accel-Buffering: no in the response, or proxy_buffering off, or proxy_http_version 1.1, which is nginx’s default since 1.29.7.',
      async inPage({ origin }) {
        const source = new EventSource(`${origin}/events?buffered`);
        // Beside it the same, past the proxy: by then so many were written.
        const direct = new EventSource(`${origin}/events`);
        let written = 0;
        direct.onmessage = () => (written += 1);
        // How many had been written when the first arrived, and how many
        // arrived with it.
        const late = await new Promise<number>((done) => {
          source.onmessage = () => done(written);
        });
        let together = 1;
        source.onmessage = () => (together += 1);
        await new Promise((done) => setTimeout(done, 30));
        source.close();
        direct.close();
        return { late, together };
      },
      judge: ({ late, together }) => ({
        word: late > 4 && together > 4 ? 'in clumps' : 'yes',
        evidence: `the first event arrived when ${late} had come past the proxy, and ${together} together`,
      }),
    }),
    claim({
      column: 'websocket',
      today: 'if it knows the handshake',
      sentence:
        'A proxy that passes on the handshake passes on bytes at once from there. One that does not leaves an ordinary GET, and the page gets close with code 1006.',
      async inPage({ origin }) {
        const first = (path: string) =>
          new Promise<string>((done) => {
            const socket = new WebSocket(`${origin}${path}`);
            socket.onmessage = ({ data }) => {
              socket.close();
              done(String(data));
            };
            socket.onclose = ({ code }) => done(`code ${code}`);
          });
        return {
          passed: await first('/socket?buffered'),
          dropped: await first('/no-upgrade'),
        };
      },
      judge({ passed, dropped }, seen) {
        const isSo = passed === 'welcome' && dropped === 'code 1006';
        return {
          word: isSo ? 'if it knows the handshake' : 'no',
          evidence: `with the handshake ${ofKind(seen, /websocket text/).length} message, at once; without it close, ${dropped}`,
        };
      },
    }),
  ],
};
