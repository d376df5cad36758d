/** How handshakes are responded to, and who gets a WebSocket: RFC 6455, 4.2. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import {
  type Check,
  differsAt,
  type Served,
  type CheckContext,
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
        for (const spell of spellings)
          mustAccept(trial, key, (await shake({ key, spell })).response);
    });

    await trial.step('a message is sent back', async () => {
      await mustEcho(trial, await shake(), data.line());
      // And of two clients at once, each gets its own.
      const both = await Promise.all([shake(), shake()]);
      for (const each of both) await mustEcho(trial, each, data.line());
    });

    await trial.step('what comes with the handshake is read', async () => {
      server.break(glued);
      for (const count of [1, data.whole(2, 4)]) {
        const first = Array.from({ length: count }, () => data.line());
        const one = await shake({ frames: Buffer.concat(first.map(frame)) });
        await mustEcho(trial, one, data.line(), first);
      }
      // And where only a part of a frame comes along, alone or after another.
      const begun = 'A frame of which a part came with the handshake is lost';
      for (const before of [[], [data.line()]]) {
        const text = data.line();
        const cut = data.whole(1, text.length);
        const whole = before.map(frame);
        const part = frame(text).subarray(0, cut);
        const other = await shake({ frames: Buffer.concat([...whole, part]) });
        other.send(frame(text).subarray(cut));
        await mustEcho(trial, other, data.line(), [...before, text], begun);
      }
      server.break(glued, 'slicer=gap:1ms');
    });

    await trial.step(
      'pages of other origins get an error, and nothing else',
      async () => {
        const { port } = new URL(ours);
        const others: [origin: string, title: string][] = [
          ['http://evil.example', 'A page of another origin is accepted'],
          ['null', 'A page whose origin is null is accepted'],
          [`https://${name}.evil.example`, likeOurs],
          [`https://${name}:443.evil.example`, likeOurs],
          [`https://${name}@evil.example`, likeOurs],
          [`https://evil.example/https://${name}`, likeOurs],
          [`https://${data.word()}${name}`, likeOurs],
          [`https://${data.word()}.${name}`, likeOurs],
          [`https://${name.replace('.', data.pick(['x', '-']))}`, likeOurs],
          [`https://${name}:8443`, 'Our host at another port is accepted'],
          [`${ours}1`, likeOurs],
          [`http://localhost:${port}`, likeOurs],
          [
            'http://127.0.0.1',
            'Another server of the same machine is accepted',
          ],
          [`http://${name}`, 'Our host over another scheme is accepted'],
        ];
        server.break(); // Bytes in pieces were tried; from here on it is quick.
        for (const [origin, title] of others) {
          const shaken = await shake({ origin, isRefused: true });
          await mustRefuse(trial, shaken, { title });
        }
        for (const spell of spellings)
          await mustRefuse(
            trial,
            await shake({ origin: 'http://evil.example', spell }),
            { title: 'The name of Origin is looked for in one spelling' },
          );
        // What it sends along gets no response, either.
        server.break(glued);
        const text = data.line();
        const frames = frame(text);
        const eager = { origin: 'http://evil.example', frames };
        await mustRefuse(trial, await shake({ ...eager, isRefused: true }), {
          title: 'A page of another origin is accepted',
          text,
        });
        server.break();
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
      for (const host of [undefined, 'evil.example', name])
        mustSwitch(trial, (await shake({ host })).response);
      // Each server has a list of its own.
      const second = `https://${data.word()}.test`;
      const elsewhere = await learner.serve({ origins: [second] });
      const title = 'The list of another server decides who comes in';
      const there = await handshake(trial, elsewhere, { origin: ours });
      await mustRefuse(trial, there, { title });
      const own = await handshake(trial, elsewhere, { origin: second });
      mustSwitch(trial, own.response);
      await mustRefuse(trial, await shake({ origin: second }), { title });
      const closed = await learner.serve({ origins: [] });
      await mustRefuse(
        trial,
        await handshake(trial, closed, { origin: ours }),
        {
          title: 'A server whose list is empty lets every page in',
        },
      );
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

/** The same name of a header: RFC 9110, 5.1 says that case does not matter. */
const spellings = [
  (name: string) => name.toLowerCase(),
  (name: string) => name.toUpperCase(),
];

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

/**
 * Sends a text that must be sent back.
 *
 * @param first came with the handshake
 * @param lost what is wrong if one of these is missing
 */
async function mustEcho(
  trial: CheckContext,
  { response, send, hears, heard, rest }: Shaken,
  text: string,
  first: string[] = [],
  lost = 'What came with the handshake is lost',
) {
  send(frame(text));
  const json = (texts: string[]) =>
    texts.map((each) => JSON.stringify(each)).join(', ');
  const parts = {
    sent:
      first.length === 0
        ? `a frame with the text ${JSON.stringify(text)}`
        : `the handshake and, in the same write, ${json(first)}; then ${JSON.stringify(text)}`,
    expected: `${json([...first, text])} back`,
    section: 'RFC 6455, 5.6',
    wire: { client: response.port, direction: 'up' as const },
  };
  await trial.within(hears(text), () => {
    const missing = first.some((each) => !heard().includes(each));
    const isNoFrame = rest() !== '' && !/^[\x81\x88-\x8a]/.test(rest());
    return {
      ...parts,
      title: isNoFrame
        ? 'What follows the headers is no frame'
        : missing
          ? lost
          : 'A message is not sent back',
      came: isNoFrame
        ? Buffer.from(rest(), 'latin1')
        : json(heard()) || 'nothing',
      ...(isNoFrame && { at: 0, note: 'the headers end before this' }),
    };
  });
  const wanted = [...first, text];
  if (heard().join('\n') === wanted.join('\n')) return;
  const isLost = first.some((each) => !heard().includes(each));
  trial.fail({
    ...parts,
    title: isLost ? lost : 'Something else is sent back',
    came: json(heard()) || 'nothing, and the connection ended',
    at: differsAt(json(heard()), json(wanted)),
    note: isLost ? 'something is missing before this' : 'here',
  });
}

/** It gets an error before there is a WebSocket, and the connection ends. */
async function mustRefuse(
  trial: CheckContext,
  shaken: Shaken,
  refused: {
    title: string;
    details?: string | undefined;
    /** A text that it sent along. */
    text?: string;
  },
) {
  const { title, details, text } = refused;
  const { response, send, hears, heard, closed, rest } = shaken;
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
  if (!/^HTTP\/1\.1 403( |$)/.test(response.status))
    trial.fail({
      ...parts,
      title: 'Another origin gets another status code than 403',
      note: '403 says that the page may not',
    });
  await trial.within(closed, () => ({
    ...parts,
    title: 'The connection of a refused page stays open',
    at: response.text.length,
    note: 'here it should have ended',
  }));
  const after = rest();
  const all = Buffer.from(`${response.text}${after}`, 'latin1');
  const more = { ...parts, came: all, at: response.text.length };
  if (after.includes('HTTP/1.1 '))
    trial.fail({
      ...more,
      title: 'A refused page gets a second response',
      note: 'after the refusal nothing may follow',
    });
  if (text !== undefined && all.includes(text))
    trial.fail({
      ...more,
      title: 'A refused page is still talked to',
      note: 'its text is sent back to it',
    });
  const told = response.headers.get('content-length');
  if (told !== undefined && Number(told) !== after.length)
    trial.fail({
      ...more,
      title: 'The Content-Length of the refusal is not that of its body',
      expected: `a body of ${told} bytes`,
      note: `from here on ${after.length} bytes came`,
      section: 'RFC 9110, 8.6',
    });
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
