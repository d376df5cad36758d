import {
  atPage,
  atServer,
  claim,
  ofKind,
  requestsIn,
  responsesIn,
  type ClaimRow,
} from '../claim.ts';

/** nginx as it is without further lines, and with each line that ends it. */
const lines = `
location / {
  proxy_pass http://lesson;
  # nginx's own default until version 1.29.7; with 1.1, the default since, it
  # hands on at once what it gets.
  proxy_http_version 1.0;
}
location /off/ {
  proxy_pass http://lesson/;
  proxy_buffering off;
}
location /newer/ {
  proxy_pass http://lesson/;
  proxy_http_version 1.1;
}
location /upgrade/ {
  proxy_pass http://lesson/;
  proxy_http_version 1.1;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection $connection_upgrade;
}
`;

/** A proxy holds a response back before it hands it on: what arrives, and when? */
export const bufferingProxy: ClaimRow = {
  id: 'buffering-proxy',
  title: 'Works through a buffering proxy',
  question: 'Does it work through a buffering proxy?',
  behind: { name: 'nginx', lines },
  claims: [
    claim({
      column: 'xhr',
      today: 'at the end',
      sentence:
        'A short response arrives whole, a little later; a long one arrives whenever the proxy’s buffer is full, and the rest at its end. Of the six proxies that we ran, one buffers: nginx, with its defaults before version 1.29.7.',
      async inPage({ origin }, { xhr }) {
        const sizes = new Set<number>();
        const whole = await xhr(`${origin}/lines`, (request) => {
          request.onprogress = () => sizes.add(request.responseText.length);
        });
        sizes.add(whole.responseText.length);
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
        'As with XMLHttpRequest. If the proxy is yours, one line ends it: X-Accel-Buffering: no in the response, which only nginx knows, or proxy_buffering off in its configuration.',
      async inPage({ origin }) {
        const sizesOf = async (path: string) => {
          const response = await fetch(`${origin}${path}`);
          const pieces = response.body!.getReader();
          const sizes: number[] = [];
          for (;;) {
            const { value, done } = await pieces.read();
            if (done) return sizes;
            sizes.push(value.length);
          }
        };
        return {
          held: await sizesOf('/lines'),
          asked: await sizesOf('/lines?unbuffered'),
          off: await sizesOf('/off/lines'),
        };
      },
      judge({ held, asked, off }) {
        const isWhole = [held, asked, off].every(
          (sizes) => sizes.reduce((sum, size) => sum + size, 0) === 35,
        );
        const isHeld = held.length === 1 && asked.length > 1 && off.length > 1;
        return {
          word: isWhole ? (isHeld ? 'at the end' : 'yes') : 'no',
          evidence: `pieces of ${held.join(', ')} bytes; with X-Accel-Buffering: no of ${asked.join(', ')}, with proxy_buffering off of ${off.join(', ')}`,
        };
      },
    }),
    claim({
      column: 'sse',
      today: 'in clumps',
      sentence:
        'Events arrive when the proxy’s buffer is full: behind nginx, with its defaults before version 1.29.7, some 4,096 bytes at a time. If the proxy is yours, one line ends it: X-Accel-Buffering: no in the response, or proxy_buffering off, or proxy_http_version 1.1, which is nginx’s default since.',
      async inPage({ origin }) {
        const held = new EventSource(`${origin}/events`);
        // Beside it the same, with each of the lines: by then so many had come.
        const paths = ['/events?unbuffered', '/off/events', '/newer/events'];
        const come = paths.map(() => 0);
        const mended = paths.map((path, at) => {
          const source = new EventSource(`${origin}${path}`);
          source.onmessage = () => (come[at]! += 1);
          return source;
        });
        // How many had come when the first arrived, and how many arrived with it.
        const late = await new Promise<number[]>((done) => {
          held.onmessage = () => done([...come]);
        });
        let together = 1;
        held.onmessage = () => (together += 1);
        await new Promise((done) => setTimeout(done, 30));
        for (const source of [held, ...mended]) source.close();
        return { late, together };
      },
      judge: ({ late, together }) => ({
        word:
          late.every((count) => count > 4) && together > 4
            ? 'in clumps'
            : 'yes',
        evidence: `the first event arrived with ${together - 1} others, when ${late[0]} had come with X-Accel-Buffering: no, ${late[1]} with proxy_buffering off, ${late[2]} with proxy_http_version 1.1`,
      }),
    }),
    claim({
      column: 'websocket',
      today: 'if it knows the handshake',
      sentence:
        'A proxy that passes on the handshake passes on bytes at once from there: HAProxy, Caddy and nghttpx by default, nginx and Apache with a line or two, Varnish with return (pipe). One that does not refuses nothing. It strips Upgrade and hands on an ordinary GET, so the page’s code 1006 comes from a response of your own server, often 404.',
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
          passed: await first('/upgrade/socket'),
          stripped: await first('/socket'),
        };
      },
      judge({ passed, stripped }, seen) {
        const server = atServer(seen);
        const isSo =
          passed === 'welcome' &&
          stripped === 'code 1006' &&
          requestsIn(server, '/socket').length === 2 &&
          responsesIn(server, 404).length === 1;
        const texts = ofKind(atPage(seen), /websocket text/).length;
        return {
          word: isSo ? 'if it knows the handshake' : 'no',
          evidence: `with the two lines for Upgrade ${texts} message; without them the server got an ordinary GET, its response was 404, and the page got close, ${stripped}`,
        };
      },
    }),
  ],
};
