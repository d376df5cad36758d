/** What is answered to a handshake, and who gets a WebSocket: RFC 6455, 4.2. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type {
  Check,
  Served,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import {
  type Answer,
  frame,
  goodbye,
  handshake,
  newKey,
  type Shake,
} from './check/handshake.ts';

const fixed = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, 1.3
const glued = 'joiner=wait:4ms'; // what is written at once is read at once

export default {
  browser: true,
  starter: 'The accept is not made of the key',

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

    await trial.step('101, and the right words', async () => {
      const { answer } = await shake();
      mustSwitch(trial, answer);
    });

    await trial.step('the accept is made of the key', async () => {
      // The first is the example of the standard.
      for (const key of ['dGhlIHNhbXBsZSBub25jZQ==', newKey(trial)])
        mustAccept(trial, key, (await shake({ key })).answer);
    });

    await trial.step('who is connected can talk', async () => {
      await mustEcho(trial, await shake(), data.line());
    });

    await trial.step('what comes with the handshake counts', async () => {
      server.break(glued);
      const [first, next] = [data.line(), data.line()];
      const one = await shake({ frames: frame(first) });
      await mustEcho(trial, one, next, first);
      // And where only a part of a frame comes along.
      const text = data.line();
      const cut = data.whole(1, text.length);
      const other = await shake({ frames: frame(text).subarray(0, cut) });
      other.say(frame(text).subarray(cut));
      await mustEcho(trial, other, data.line(), text);
      server.break(glued, 'slicer=gap:1ms');
    });

    await trial.step('strangers get 403, and nothing else', async () => {
      const strangers: [origin: string, title: string][] = [
        ['http://evil.example', 'A stranger is let in'],
        ['null', 'A page without a name is let in'],
        [`https://${name}.evil.example`, likeOurs],
        [`https://${name}:443.evil.example`, likeOurs],
        [`https://evil.example/https://${name}`, likeOurs],
        [`https://${data.word()}${name}`, likeOurs],
        [`https://${name}:8443`, 'The same name at another port is let in'],
        [`${ours}1`, likeOurs],
        ['http://127.0.0.1', 'Another server of the same machine is let in'],
        [`http://${name}`, 'The same name over another scheme is let in'],
      ];
      for (const [origin, title] of strangers)
        await mustRefuse(trial, await shake({ origin }), { title });
    });

    await trial.step('the Host has no say in it', async () => {
      // A page of another name, which its owner has led to this machine.
      const host = `${data.word()}.evil.example:${server.port}`;
      const led = await shake({ origin: `http://${host}`, host });
      await mustRefuse(trial, led, {
        title: 'The Host decides who comes in',
        details: await whatHasChanged(trial),
      });
    });

    await trial.step('our own pages, and programs, come in', async () => {
      for (const origin of origins)
        for (const host of [undefined, new URL(origin).host]) {
          const page = await shake({ origin, host, byHand: trial.live });
          mustSwitch(trial, page.answer);
          await mustEcho(trial, page, data.line());
        }
      mustSwitch(trial, (await shake()).answer);
    });

    await trial.step('a browser agrees', async () => {
      await mustTalk(trial, server, ours, data.line());
      await mustNotTalk(trial, server);
    });
  },
} satisfies Check;

/** A page without words, at an address of its own. */
async function servePage(trial: CheckContext): Promise<string> {
  const server = createServer((_request, response) => response.end());
  const { origin } = await trial.listen(server);
  return origin;
}

/** Once `answer` had no list: what to change in a file of that time. */
async function whatHasChanged({
  file,
}: CheckContext): Promise<string | undefined> {
  if (/\borigins\b/.test(await readFile(file, 'utf8'))) return undefined;
  return `Your file was begun when this task had no list. In it, replace

  export const createServer = () => serve(answer);

by what gives you the list, origins, as a further part of a handshake:

  export const createServer = ({ origins = [] as string[] } = {}) =>
    serve((handshake) => answer({ ...handshake, origins }));

and look for the origin there: the caller writes Host, whatever it likes.`;
}

const likeOurs = 'A stranger whose name looks like ours is let in';

/** It is a 101 that a client takes for one: RFC 6455, 4.1. */
function mustSwitch(
  trial: CheckContext,
  { sent, head, status, headers, port, tryIt }: Answer,
) {
  const isRefused = status.startsWith('HTTP/1.1 4');
  const parts = {
    title: isRefused
      ? 'Somebody who may come in is refused'
      : 'The answer is no handshake',
    sent,
    came: Buffer.from(head, 'latin1'),
    section: 'RFC 6455 4.2.2',
    tryIt,
    wire: { client: port, direction: 'down' as const },
  };
  if (!/^HTTP\/1\.1 101( |$)/.test(status))
    trial.fail({
      ...parts,
      expected: 'HTTP/1.1 101 Switching Protocols',
      at: 'HTTP/1.1 '.length,
      note: 'this status switches nothing',
    });
  for (const [name, wanted] of [
    ['upgrade', /^websocket$/i],
    ['connection', /(^|,)\s*upgrade\s*(,|$)/i],
  ] as const) {
    const value = headers.get(name);
    if (value !== undefined && wanted.test(value)) continue;
    const at = head.toLowerCase().indexOf(`\r\n${name}:`) + 2;
    trial.fail({
      ...parts,
      expected:
        name === 'upgrade' ? 'Upgrade: websocket' : 'Connection: Upgrade',
      at: value === undefined ? head.length - 2 : at,
      note: value === undefined ? 'it is missing before this' : 'this',
    });
  }
}

function mustAccept(trial: CheckContext, key: string, answer: Answer) {
  const hash = (of: string | Uint8Array) =>
    createHash('sha1').update(of).digest();
  const wanted = hash(`${key}${fixed}`).toString('base64');
  const accept = answer.headers.get('sec-websocket-accept');
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
      'The accept is hexadecimal, not Base64',
      'the right sum, written in another way',
      [hash(`${key}${fixed}`).toString('hex')],
    ],
    [
      'The fixed text is missing behind the key',
      'SHA-1 of the key alone',
      [hash(key).toString('base64')],
    ],
  ];
  const way = ways.find(([, , made]) => made.includes(accept ?? ''));
  const { head } = answer;
  const at = accept === undefined ? head.length - 2 : head.indexOf(accept);
  let note = accept === undefined ? 'it is missing before this' : 'not this';
  if (accept === key) note = 'this is the key itself';
  trial.fail({
    title: way?.[0] ?? 'The accept is not made of the key',
    sent: `Sec-WebSocket-Key: ${key}`,
    expected: `Sec-WebSocket-Accept: ${wanted}`,
    came: Buffer.from(head, 'latin1'),
    at,
    note: way?.[1] ?? note,
    section: 'RFC 6455 4.2.2',
    tryIt: answer.tryIt,
    wire: { client: answer.port, direction: 'down' },
  });
}

type Shaken = Awaited<ReturnType<typeof handshake>>;

/** Says a text that must be said back; `first` came with the handshake. */
async function mustEcho(
  trial: CheckContext,
  { answer, say, hears, heard }: Shaken,
  text: string,
  first?: string,
) {
  say(frame(text));
  const parts = {
    section: 'RFC 6455 5.6',
    wire: { client: answer.port, direction: 'up' as const },
  };
  const said = () => heard().map((each) => JSON.stringify(each));
  await trial.within(hears(text), () => ({
    ...parts,
    title: 'Who is connected is not heard',
    sent: `a frame with the text ${JSON.stringify(text)}`,
    expected: 'the same text back',
    came: said().join(', ') || 'nothing',
  }));
  const wanted = first === undefined ? [text] : [first, text];
  if (heard().join('\n') === wanted.join('\n')) return;
  const isLost = first !== undefined && !heard().includes(first);
  trial.fail({
    ...parts,
    title: isLost
      ? 'What came with the handshake is lost'
      : 'Something else is said back',
    sent: isLost
      ? `the handshake and, in the same write, ${JSON.stringify(first)}; then ${JSON.stringify(text)}`
      : wanted.map((each) => JSON.stringify(each)).join(', '),
    expected: wanted.map((each) => JSON.stringify(each)).join(', '),
    came: said().join(', ') || 'nothing, and the connection ended',
    at: 0,
    note: isLost ? 'the first is missing before this' : 'here',
  });
}

/** It gets 403 before there is any WebSocket, and the connection ends. */
async function mustRefuse(
  trial: CheckContext,
  shaken: Shaken,
  { title, details }: { title: string; details?: string | undefined },
) {
  const { answer, say, hears, heard, closed } = shaken;
  const parts = {
    sent: answer.sent,
    expected: 'HTTP/1.1 403 Forbidden, and the end of the connection',
    came: Buffer.from(answer.head, 'latin1'),
    at: 'HTTP/1.1 '.length,
    section: 'RFC 6455 10.2',
    tryIt: answer.tryIt,
    wire: { client: answer.port, direction: 'down' as const },
  };
  if (answer.status.startsWith('HTTP/1.1 101')) {
    // Is it really in, or sent away as soon as it is?
    say(frame('hello'));
    await trial.within(Promise.race([hears('hello'), hears(goodbye)]), () => ({
      ...parts,
      title,
      details,
    }));
    if (heard()[0] === 'hello')
      trial.fail({ ...parts, title, details, note: 'it may talk to us now' });
    trial.fail({
      ...parts,
      title: 'A stranger is connected first, and sent away afterwards',
      note: 'here it was in; then came the end',
    });
  }
  if (!/^HTTP\/1\.1 403( |$)/.test(answer.status))
    trial.fail({
      ...parts,
      title: 'A stranger gets another status than 403',
      note: 'this one',
    });
  await trial.within(closed, () => ({
    ...parts,
    title: 'The connection of a stranger stays open',
    at: answer.head.length,
    note: 'it could end here',
  }));
}

/** What a page gets that opens a WebSocket and says something. */
async function pageTalks(
  trial: CheckContext,
  server: Served,
  at: string,
  text = '',
) {
  const page = await trial.page();
  await page.goto(at);
  const url = `${server.origin.replace('http', 'ws')}/track`;
  const said = await trial.within(
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
      title: 'A page hears nothing, and no end either',
      sent: `new WebSocket('${url}') in a page of ${at}`,
    }),
  );
  await page.close();
  return { said, sent: `new WebSocket('${url}') in a page of ${at}` };
}

async function mustTalk(
  trial: CheckContext,
  server: Served,
  at: string,
  text: string,
) {
  const { said, sent } = await pageTalks(trial, server, at, text);
  if (said === `heard ${text}`) return;
  trial.fail({
    title: 'A browser does not take the answer',
    sent,
    expected: `open, and ${JSON.stringify(text)} said back`,
    came: said,
    section: 'RFC 6455 4.1',
  });
}

async function mustNotTalk(trial: CheckContext, server: Served) {
  const { said, sent } = await pageTalks(trial, server, await servePage(trial));
  if (said === 'close 1006') return;
  trial.fail({
    title: 'A page of a stranger is let in',
    sent,
    expected: 'close 1006: the page learns no more of a 403',
    came: said,
    section: 'RFC 6455 10.2',
  });
}
