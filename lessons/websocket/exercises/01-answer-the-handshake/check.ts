/** How handshakes are responded to, and who gets a WebSocket: RFC 6455, 4.2. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type {
  Check,
  Served,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import {
  closeFrame,
  frame,
  handshake,
  newKey,
  type HandshakeResponse,
  type Shake,
} from './check/handshake.ts';

const fixed = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, 1.3
const glued = 'joiner=wait:4ms'; // what is written at once is read at once

export default {
  browser: true,
  starter: 'The accept value is not computed from the key',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const ours = await servePage(trial);
    const name = `${data.word()}.example`;
    const origins = [
      ours,
      `https://${name}`,
      `http://${data.word()}.test:8080`,
    ];
    const server = await learner.serve({ origins });
    const shake = (how?: Partial<Shake>) => handshake(trial, server, how);

    await trial.step('101, and the right headers', async () => {
      const { response } = await shake();
      mustSwitch(trial, response);
    });

    await trial.step('the accept value is computed from the key', async () => {
      // The first is the example of the standard.
      for (const key of ['dGhlIHNhbXBsZSBub25jZQ==', newKey(trial)])
        mustAccept(trial, key, (await shake({ key })).response);
    });

    await trial.step('a message is sent back', async () => {
      await mustEcho(trial, await shake(), data.line());
    });

    await trial.step('what comes with the handshake is read', async () => {
      server.break(glued);
      const [first, next] = [data.line(), data.line()];
      const one = await shake({ frames: frame(first) });
      await mustEcho(trial, one, next, first);
      // And where only a part of a frame comes along.
      const text = data.line();
      const cut = data.whole(1, text.length);
      const other = await shake({ frames: frame(text).subarray(0, cut) });
      other.send(frame(text).subarray(cut));
      await mustEcho(trial, other, data.line(), text);
      server.break(glued, 'slicer=gap:1ms');
    });

    await trial.step(
      'pages of other origins get an error, and nothing else',
      async () => {
        const others: [origin: string, title: string][] = [
          ['http://evil.example', 'A page of another origin is accepted'],
          ['null', 'A page whose origin is null is accepted'],
          [`https://${name}.evil.example`, likeOurs],
          [`https://${name}:443.evil.example`, likeOurs],
          [`https://evil.example/https://${name}`, likeOurs],
          [`https://${data.word()}${name}`, likeOurs],
          [`https://${name}:8443`, 'Our host at another port is accepted'],
          [`${ours}1`, likeOurs],
          [
            'http://127.0.0.1',
            'Another server of the same machine is accepted',
          ],
          [`http://${name}`, 'Our host over another scheme is accepted'],
        ];
        for (const [origin, title] of others)
          await mustRefuse(trial, await shake({ origin }), { title });
      },
    );

    await trial.step('Host decides nothing', async () => {
      // A page of another domain, which its owner points to this machine.
      const host = `${data.word()}.evil.example:${server.port}`;
      const rebound = await shake({ origin: `http://${host}`, host });
      await mustRefuse(trial, rebound, {
        title: 'The Host decides who comes in',
        details: await whatHasChanged(trial),
      });
    });

    await trial.step('our own pages, and programs, are accepted', async () => {
      for (const origin of origins)
        for (const host of [undefined, new URL(origin).host]) {
          const page = await shake({ origin, host, byHand: trial.live });
          mustSwitch(trial, page.response);
          await mustEcho(trial, page, data.line());
        }
      mustSwitch(trial, (await shake()).response);
    });

    await trial.step('a browser agrees', async () => {
      await mustTalk(trial, server, ours, data.line());
      await mustNotTalk(trial, server);
    });
  },
} satisfies Check;

/** An empty page, at an origin of its own. */
async function servePage(trial: CheckContext): Promise<string> {
  const server = createServer((_request, response) => response.end());
  const { origin } = await trial.listen(server);
  return origin;
}

/** The task once had no list: what to change in a file of that time. */
async function whatHasChanged({
  file,
}: CheckContext): Promise<string | undefined> {
  const text = await readFile(file, 'utf8');
  if (/\borigins\b/.test(text)) return undefined;
  const given = /^export const createServer = \(\) => serve\((\w+)\);$/m;
  const [line, handle] = given.exec(text) ?? [];
  if (handle === undefined) return undefined;
  return `Your file was begun when this task had no list. Replace in it

  ${line}

by this, which adds the list, origins, to a handshake:

  export const createServer = ({ origins = [] as string[] } = {}) =>
    serve((handshake) => ${handle}({ ...handshake, origins }));

and look for the origin there: a client may write into Host what it likes.`;
}

const likeOurs = 'An origin that only looks like ours is accepted';

/** It is a 101 that a client accepts: RFC 6455, 4.1. */
function mustSwitch(
  trial: CheckContext,
  { sent, text, status, headers, port, tryIt }: HandshakeResponse,
) {
  const isRefused = status.startsWith('HTTP/1.1 4');
  const parts = {
    title: isRefused
      ? 'A handshake that must be accepted is refused'
      : 'The response does not switch to WebSocket',
    sent,
    came: Buffer.from(text, 'latin1'),
    section: 'RFC 6455, 4.2.2',
    tryIt,
    wire: { client: port, direction: 'down' as const },
  };
  if (!/^HTTP\/1\.1 101( |$)/.test(status))
    trial.fail({
      ...parts,
      expected: 'HTTP/1.1 101 Switching Protocols',
      at: 'HTTP/1.1 '.length,
      note: 'this status code does not switch protocols',
    });
  for (const [name, wanted] of [
    ['upgrade', /^websocket$/i],
    ['connection', /(^|,)\s*upgrade\s*(,|$)/i],
  ] as const) {
    const value = headers.get(name);
    if (value !== undefined && wanted.test(value)) continue;
    const at = text.toLowerCase().indexOf(`\r\n${name}:`) + 2;
    trial.fail({
      ...parts,
      expected:
        name === 'upgrade' ? 'Upgrade: websocket' : 'Connection: Upgrade',
      at: value === undefined ? text.length - 2 : at,
      note: value === undefined ? 'it is missing before this' : 'this',
    });
  }
}

function mustAccept(
  trial: CheckContext,
  key: string,
  response: HandshakeResponse,
) {
  const hash = (of: string | Uint8Array) =>
    createHash('sha1').update(of).digest();
  const wanted = hash(`${key}${fixed}`).toString('base64');
  const accept = response.headers.get('sec-websocket-accept');
  if (accept === wanted) return;
  const decoded = Buffer.from(key, 'base64');
  const ways: [title: string, note: string, made: string[]][] = [
    [
      'The key is decoded before it is hashed',
      'SHA-1 of the 16 bytes that the key stands for',
      [
        hash(Buffer.concat([decoded, Buffer.from(fixed)])).toString('base64'),
        hash(decoded.toString('latin1') + fixed).toString('base64'),
        hash(decoded.toString('utf8') + fixed).toString('base64'),
      ],
    ],
    [
      'The accept value is hexadecimal, not Base64',
      'the right hash, in another encoding',
      [hash(`${key}${fixed}`).toString('hex')],
    ],
    [
      'The fixed text is missing after the key',
      'SHA-1 of the key alone',
      [hash(key).toString('base64')],
    ],
  ];
  const way = ways.find(([, , made]) => made.includes(accept ?? ''));
  const { text } = response;
  const at = accept === undefined ? text.length - 2 : text.indexOf(accept);
  let note = accept === undefined ? 'it is missing before this' : 'not this';
  if (accept === key) note = 'this is the key itself';
  trial.fail({
    title: way?.[0] ?? 'The accept value is not computed from the key',
    sent: `Sec-WebSocket-Key: ${key}`,
    expected: `Sec-WebSocket-Accept: ${wanted}`,
    came: Buffer.from(text, 'latin1'),
    at,
    note: way?.[1] ?? note,
    section: 'RFC 6455, 4.2.2',
    tryIt: response.tryIt,
    wire: { client: response.port, direction: 'down' },
  });
}

type Shaken = Awaited<ReturnType<typeof handshake>>;

/** Sends a text that must be sent back; `first` came with the handshake. */
async function mustEcho(
  trial: CheckContext,
  { response, send, hears, heard }: Shaken,
  text: string,
  first?: string,
) {
  send(frame(text));
  const parts = {
    section: 'RFC 6455, 5.6',
    wire: { client: response.port, direction: 'up' as const },
  };
  const received = () => heard().map((each) => JSON.stringify(each));
  await trial.within(hears(text), () => ({
    ...parts,
    title: 'A message is not sent back',
    sent: `a frame with the text ${JSON.stringify(text)}`,
    expected: 'the same text back',
    came: received().join(', ') || 'nothing',
  }));
  const wanted = first === undefined ? [text] : [first, text];
  if (heard().join('\n') === wanted.join('\n')) return;
  const isLost = first !== undefined && !heard().includes(first);
  trial.fail({
    ...parts,
    title: isLost
      ? 'What came with the handshake is lost'
      : 'Something else is sent back',
    sent: isLost
      ? `the handshake and, in the same write, ${JSON.stringify(first)}; then ${JSON.stringify(text)}`
      : wanted.map((each) => JSON.stringify(each)).join(', '),
    expected: wanted.map((each) => JSON.stringify(each)).join(', '),
    came: received().join(', ') || 'nothing, and the connection ended',
    at: 0,
    note: isLost ? 'the first is missing before this' : 'here',
  });
}

/** It gets an error before there is a WebSocket, and the connection ends. */
async function mustRefuse(
  trial: CheckContext,
  shaken: Shaken,
  { title, details }: { title: string; details?: string | undefined },
) {
  const { response, send, hears, heard, closed } = shaken;
  const parts = {
    sent: response.sent,
    expected: 'HTTP/1.1 403 Forbidden, and the end of the connection',
    came: Buffer.from(response.text, 'latin1'),
    at: 'HTTP/1.1 '.length,
    section: 'RFC 6455, 10.2',
    tryIt: response.tryIt,
    wire: { client: response.port, direction: 'down' as const },
  };
  if (response.status.startsWith('HTTP/1.1 101')) {
    // Is it really connected, or closed as soon as it is?
    send(frame('hello'));
    const either = Promise.race([hears('hello'), hears(closeFrame)]);
    await trial.within(either, () => ({ ...parts, title, details }));
    if (heard()[0] === 'hello')
      trial.fail({
        ...parts,
        title,
        details,
        note: 'from here on it can send and receive',
      });
    trial.fail({
      ...parts,
      title: 'Another origin is accepted first, and closed afterwards',
      note: 'here it was connected; then came the end',
    });
  }
  // Which error, the standard leaves open: 403 is its example.
  if (!/^HTTP\/1\.1 4\d\d( |$)/.test(response.status))
    trial.fail({
      ...parts,
      title: 'Another origin gets no status code of an error',
      note: 'this one: 403 would say it best',
    });
  await trial.within(closed, () => ({
    ...parts,
    title: 'The connection of a refused page stays open',
    at: response.text.length,
    note: 'here it should have ended',
  }));
}

/** What a page gets that opens a WebSocket and sends something. */
async function pageTalks(
  trial: CheckContext,
  server: Served,
  at: string,
  text = '',
) {
  const page = await trial.page();
  await page.goto(at);
  const url = `${server.origin.replace('http', 'ws')}/track`;
  const told = await trial.within(
    page.evaluate(
      (given) =>
        new Promise<string>((resolve) => {
          const socket = new WebSocket(given.url);
          socket.onopen = () => socket.send(given.text);
          socket.onmessage = ({ data }) => resolve(`heard ${String(data)}`);
          socket.onclose = ({ code }) => resolve(`close ${code}`);
        }),
      { url, text },
    ),
    () => ({
      title: 'A page gets neither a message nor a close',
      sent: `new WebSocket('${url}') in a page of ${at}`,
    }),
  );
  await page.close();
  return { told, sent: `new WebSocket('${url}') in a page of ${at}` };
}

async function mustTalk(
  trial: CheckContext,
  server: Served,
  at: string,
  text: string,
) {
  const { told, sent } = await pageTalks(trial, server, at, text);
  if (told === `heard ${text}`) return;
  trial.fail({
    title: 'A browser does not accept the response',
    sent,
    expected: `open, and ${JSON.stringify(text)} sent back`,
    came: told,
    section: 'RFC 6455, 4.1',
  });
}

async function mustNotTalk(trial: CheckContext, server: Served) {
  const { told, sent } = await pageTalks(trial, server, await servePage(trial));
  if (told === 'close 1006') return;
  trial.fail({
    title: 'A browser’s page of another origin is accepted',
    sent,
    expected: 'close 1006: a page learns no more of a refusal',
    came: told,
    section: 'RFC 6455, 10.2',
  });
}
