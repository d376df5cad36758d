/** What is taken, for how long, and how often: standardwebhooks.com. */
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import type {
  Check,
  FailureParts,
  Learner,
  Served,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';

const section = 'step “A letter that outlives its sender” of the tutorial';

interface Message {
  id: string;
  time: number;
  /** In place of its time, as the sender signs it. */
  stamp?: string;
  body: Buffer;
  text: string;
}
type Headers = Record<string, string>;

export default {
  starter: 'A forged message was taken',

  async run(trial) {
    const { data } = trial;
    const secret = `whsec_${data.word()}`;
    const learner = await trial.start();
    const server = await learner.serve({ secret });
    const { mustTake, mustRefuse } = postTo(trial, learner, server);
    let now = await learner.stage<number>('now');
    const write = (layout?: Layout) => writeMessage(trial, now, layout);
    const old = { title: 'An old message was taken' };

    await trial.step(
      'genuine messages, however they are laid out',
      async () => {
        for (const layout of [
          'plain',
          'spaced',
          'escaped',
          'number',
        ] as const) {
          const message = write(layout);
          const title =
            layout === 'plain'
              ? 'A genuine message was refused'
              : 'A genuine message was refused because of its layout';
          await mustTake(message, headersOf(secret, message), title);
        }
        // An object that is taken for a set has some names from the start.
        const id = data.pick(['constructor', 'toString', 'valueOf']);
        const named = { ...write(), id };
        const title = 'A genuine message was taken for a copy';
        await mustTake(named, headersOf(secret, named), title);
      },
    );

    await trial.step('forged messages', async () => {
      const message = write();
      const headers = headersOf(secret, message);
      const title = 'A forged message was taken';
      const forged = (what: string, changed: Headers, body = message.body) =>
        mustRefuse({ ...message, body }, { ...headers, ...changed }, what, {
          title,
        });
      const guess = headersOf(data.word(), message)['webhook-signature']!;
      await forged('signed with another secret', {
        'webhook-signature': guess,
      });
      await forged('no signature at all', { 'webhook-signature': '' });
      await forged('with the id of another message', {
        'webhook-id': write().id,
      });
      const other = write();
      await forged('with the body of another message', {}, other.body);
      for (const version of ['v2', 'v1a', `v${data.whole(10, 99)}`, ''])
        await mustRefuse(
          message,
          {
            ...headers,
            'webhook-signature': headers['webhook-signature']!.replace(
              'v1',
              version,
            ),
          },
          `with a signature of another version, “${version}”`,
          { title: 'A signature of another version was taken' },
        );
      await mustRefuse(message, {}, 'without any of the three headers', {
        title,
      });

      // The same text, but not the same bytes.
      const bytes = Buffer.from('\uFFFD');
      const text = `${data.word()} \uFFFD`;
      const body = Buffer.from(JSON.stringify({ text }));
      const unclear = { ...message, body, text };
      const at = body.indexOf(bytes);
      const changed = Buffer.concat([
        body.subarray(0, at),
        Buffer.of(0xff),
        body.subarray(at + bytes.length),
      ]);
      await mustRefuse(
        { ...unclear, body: changed },
        headersOf(secret, unclear),
        'of which three bytes, a “\uFFFD”, have become one, FF',
        { title: 'Other bytes were taken for those that were signed' },
      );
    });

    await trial.step('signatures that are too short or too long', async () => {
      const message = write();
      const headers = headersOf(secret, message);
      const digest = Buffer.from(
        headers['webhook-signature']!.slice('v1,'.length),
        'base64',
      );
      const cut = (bytes: number) =>
        `v1,${digest.subarray(0, bytes).toString('base64')}`;
      const longer = `v1,${Buffer.concat([digest, data.bytes(3)]).toString('base64')}`;
      const guesses = ['v1,AAAA', 'v1', `v1,${'A'.repeat(200)}=`, ','];
      const parts = [cut(0), cut(1), cut(data.whole(2, 31)), longer];
      for (const signature of [...guesses, ...parts])
        await mustRefuse(
          message,
          { ...headers, 'webhook-signature': signature },
          `webhook-signature: ${signature}`,
          { title: 'A signature of another length was taken' },
        );
    });

    await trial.step('several signatures', async () => {
      for (const at of [0, 1, 2]) {
        const message = write();
        const rightOnes = headersOf(secret, message);
        const guess = headersOf(data.word(), message)['webhook-signature']!;
        const all = ['v1,AAAA', guess];
        all.splice(at, 0, rightOnes['webhook-signature']!);
        await mustTake(
          message,
          { ...rightOnes, 'webhook-signature': all.join(' ') },
          'One good signature among several was not found',
        );
      }
    });

    await trial.step('a comparison that tells nothing', async () => {
      const compared = () =>
        learner.stage<{ safe: number; digests: number }>('compared');
      for (let n = 0; n < 2; n += 1) {
        const message = write();
        const guess = headersOf(data.word(), message);
        const before = await compared();
        await mustRefuse(message, guess, 'signed with another secret');
        const after = await compared();
        // Two digests for one signature: what was found is hashed once more, so
        // that where the two differ says nothing.
        const isBlind = after.digests - before.digests > 1;
        if (after.safe > before.safe || isBlind) continue;
        trial.fail({
          title: 'The comparison is not left to node:crypto',
          sent: describe(message, 'its signature a guess'),
          details: listOf(guess),
          expected: 'timingSafeEqual: it takes as long wherever they differ',
          came: 'another comparison; ===, equals and compare stop at the first difference, so their time tells where it is',
          section,
        });
      }
    });

    await trial.step('messages of another time', async () => {
      for (const seconds of [-299, -data.whole(1, 298), data.whole(1, 299)]) {
        const message = write();
        message.time += seconds;
        const title = 'A message within five minutes was refused';
        await mustTake(message, headersOf(secret, message), title);
      }
      for (const seconds of [302, data.whole(303, 900), data.whole(1e3, 1e6)]) {
        const late = write();
        late.time -= seconds;
        const what = `genuine, and ${seconds} s old`;
        await mustRefuse(late, headersOf(secret, late), what, old);
        const early = write();
        early.time += seconds;
        await mustRefuse(
          early,
          headersOf(secret, early),
          `genuine, and of a time that is still to come, in ${seconds} s`,
          { title: 'A message from the future was taken' },
        );
      }
      const message = write();
      message.time -= data.whole(400, 9_000);
      const headers = headersOf(secret, message);
      const age = `${now - message.time} s old`;
      await mustRefuse(
        message,
        { ...headers, 'webhook-timestamp': String(now) },
        `${age}, its webhook-timestamp made new`,
        { title: 'An old message was made new' },
      );
      await mustRefuse(
        message,
        { ...headers, date: new Date().toUTCString() },
        `${age}, with a Date of now`,
        { title: 'An old message was made new' },
      );
      for (const stamp of [data.word(), '']) {
        const nonsense = { ...write(), stamp };
        await mustRefuse(
          nonsense,
          headersOf(secret, nonsense),
          `signed by the sender, with webhook-timestamp: “${stamp}”`,
          { title: 'A timestamp that is no number was taken' },
        );
      }
    });

    await trial.step('copies', async () => {
      const message = write();
      const headers = headersOf(secret, message);
      // An attacker who knows the id must not keep the message out.
      const guess = headersOf(data.word(), message);
      await mustRefuse(
        message,
        guess,
        'forged, with the id of a message to come',
      );
      await mustTake(
        message,
        headers,
        'A forged message keeps the genuine one out',
      );
      const copy = { ...message, time: message.time + data.whole(1, 20) };
      await mustBeKnown(message, headers, 'the same message, byte by byte');
      await mustBeKnown(copy, headersOf(secret, copy), 'a copy, signed again');
      await mustRefuse(
        message,
        headersOf(data.word(), message),
        'forged, with the id of a message that was spoken',
      );

      const outdated = write();
      outdated.time -= data.whole(400, 9_000);
      const what = 'genuine, and too old';
      await mustRefuse(outdated, headersOf(secret, outdated), what, old);
      const renewed = { ...outdated, time: now };
      await mustTake(
        renewed,
        headersOf(secret, renewed),
        'A message that was refused keeps its copy out',
      );
      // Announced twice by the operators themselves: two messages.
      const again = { ...message, id: write().id };
      const title = 'Two messages with the same text were taken for one';
      await mustTake(again, headersOf(secret, again), title);

      const hours = data.whole(2, 9);
      await learner.stage('pass', hours * 3_600);
      now += hours * 3_600;
      const late = { ...message, time: now };
      await mustBeKnown(
        late,
        headersOf(secret, late),
        `a copy, ${hours} hours later`,
        `After ${hours} hours a copy is spoken again`,
      );
    });

    await trial.step('two copies at the same moment', async () => {
      // One read of the socket, so that both come in one turn of the event loop.
      const quick = await learner.serve({ secret }, { faults: [] });
      for (let n = 0; n < 3; n += 1) {
        const message = write();
        const copy = { ...message, time: message.time - data.whole(1, 99) };
        const both = [message, copy].map((each) => ({
          ...each,
          headers: headersOf(secret, each),
        }));
        const { codes, texts } = (n > 0 &&
          (await learner.stage<AtOnce>('takeAtOnce', secret, both))) || {
          codes: await postAtOnce(trial, quick, both),
          texts: (await learner.stage<string[]>('spoken')).filter(
            (text) => text === message.text,
          ),
        };
        const isTold = codes.every((code) => code >= 200 && code < 300);
        if (isTold && texts.length === 1) continue;
        trial.fail({
          title:
            texts.length > 1
              ? 'Two copies at the same moment are both spoken'
              : 'Two copies at the same moment are not both taken',
          sent: describe(
            message,
            'and a copy of it, in one turn of the event loop',
          ),
          details: both.map(({ headers }) => listOf(headers)).join('\n\n'),
          expected: 'HTTP/1.1 2xx, twice, and the text spoken once',
          came: `HTTP/1.1 ${codes.join(', HTTP/1.1 ')}, spoken ${texts.length} times`,
          section,
          wire: quick.seen('up'),
        });
      }
    });

    await trial.step('genuine messages that cannot be spoken', async () => {
      const bodies = [
        `not JSON, ${data.word()}`,
        'null',
        '{}',
        JSON.stringify({ text: data.word().repeat(200).slice(0, 300) }),
        data.pick(['[]', '7', '"text"', '', `{"text":${data.whole(1, 9)}}`]),
      ];
      for (const text of bodies) {
        const message = { ...write(), body: Buffer.from(text) };
        // A copy, which may not be told that it has been spoken.
        for (const time of [message.time, message.time + 1]) {
          const each = { ...message, time };
          const headers = headersOf(secret, each);
          await mustRefuse(each, headers, 'genuine, and not to be spoken', {
            title: isCopy(each, message)
              ? lost
              : 'A message that cannot be spoken was taken',
          });
        }
      }
    });

    await trial.step('a message whose first copy fails', async () => {
      const message = write();
      await learner.stage('failNext', 1);
      const headers = headersOf(secret, message);
      await mustRefuse(message, headers, 'genuine; speak throws', {
        title: 'A message was taken, and speak threw',
      });
      const copy = { ...message, time: message.time + 1 };
      await mustTake(copy, headersOf(secret, copy), lost);
      await mustBeKnown(copy, headersOf(secret, copy), 'once more');
    });

    await trial.step('two copies at once, and the first fails', async () => {
      const quick = await learner.serve({ secret }, { faults: [] });
      for (let n = 0; n < 2; n += 1) {
        const message = write();
        const copy = { ...message, time: message.time - data.whole(1, 99) };
        const both = [message, copy].map((each) => ({
          ...each,
          headers: headersOf(secret, each),
        }));
        const failAtOnce = async (): Promise<Failed> => {
          await learner.stage('failNext', 1);
          const codes = await postAtOnce(trial, quick, both);
          await learner.stage('failNext', 0);
          const all = await learner.stage<string[]>('spoken');
          return { codes, texts: all.filter((text) => text === message.text) };
        };
        const parts = {
          sent: describe(
            message,
            'and a copy of it at the same moment; for the first, speak throws',
          ),
          details: both.map(({ headers }) => listOf(headers)).join('\n\n'),
          expected: 'HTTP/1.1 4xx, twice; or 2xx for one that is then spoken',
          section,
        };
        const failed = await failAtOnce();
        const { codes, texts } = failed;
        const told = codes.filter((code) => code >= 200 && code < 300).length;
        const isError = codes.some((code) => code >= 500);
        if (!isError && texts.length <= 1 && told > 0 === texts.length > 0)
          continue;
        trial.fail({
          ...parts,
          title: isError
            ? 'A message ends in an error of the server'
            : texts.length > 1
              ? 'Two copies at the same moment are both spoken'
              : texts.length === 1
                ? 'A copy that was spoken was refused'
                : told === 2
                  ? 'A message was taken, and speak failed'
                  : 'A copy was taken before the message was spoken, so it is lost',
          came: `HTTP/1.1 ${codes.join(', HTTP/1.1 ')}, spoken ${texts.length} times`,
          note: 'until speak has returned, nobody knows whether a copy is needed',
          wire: quick.seen('up'),
        });
      }
    });

    /** It has been spoken, and is not spoken again; the sender is told so. */
    async function mustBeKnown(
      message: Message,
      headers: Headers,
      what: string,
      title = 'A message that came twice was spoken twice',
    ) {
      const spoken = await learner.stage<string[]>('spoken');
      const response = await post(trial, server, message, headers);
      const after = await learner.stage<string[]>('spoken');
      const parts = {
        sent: describe(message, what),
        details: listOf(headers),
        wire: { client: response.client, direction: 'up' as const },
        section,
      };
      if (after.length > spoken.length)
        trial.fail({
          ...parts,
          title,
          expected: 'spoken once: it has the same webhook-id',
          came: `spoken ${after.filter((text) => text === message.text).length} times`,
        });
      if (response.status >= 200 && response.status < 300) return;
      trial.fail({
        ...parts,
        title: 'A copy was refused, so the sender will send it for ever',
        expected: 'HTTP/1.1 200: it has been taken',
        came: `HTTP/1.1 ${response.status}`,
        at: 'HTTP/1.1 '.length,
      });
    }
  },
} satisfies Check;

const lost = 'A message that failed counts as spoken, so it is lost';
const isCopy = (one: Message, first: Message) => one.time !== first.time;

type Failed = { codes: number[]; texts: string[] };
type AtOnce = Failed | undefined;

type Layout = 'plain' | 'spaced' | 'escaped' | 'number';

/** A message with a new text, laid out as its sender likes. */
function writeMessage(
  { data }: CheckContext,
  time: number,
  layout: Layout = 'plain',
): Message {
  const text = data.line();
  const bodies = {
    plain: JSON.stringify({ text }),
    spaced: `{ "text" :  ${JSON.stringify(text)}, "track": 7 }\n`,
    escaped: `{"text":${JSON.stringify(text).replaceAll('ü', '\\u00fc')}}`,
    number: `{"track":7.0,"text":${JSON.stringify(text)},"track":7e0}`,
  };
  const body = Buffer.from(bodies[layout]);
  const id = `msg_${data.word()}${data.whole(0, 1e9)}`;
  return { id, time, body, text };
}

function headersOf(secret: string, message: Message): Headers {
  const { id, time, stamp = String(time), body } = message;
  const signature = createHmac('sha256', secret)
    .update(`${id}.${stamp}.`)
    .update(body)
    .digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': stamp,
    'webhook-signature': `v1,${signature}`,
  };
}

/** The message in a line; its headers stand below the verdict. */
const describe = ({ body }: Message, what: string) =>
  `a message, ${what}: ${body.toString()}`;

const listOf = (headers: Headers) =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

interface PostResponse {
  status: number;
  body: string;
  client: number;
}

function post(
  trial: CheckContext,
  server: Served,
  { body }: Message,
  headers: Headers,
): Promise<PostResponse> {
  const posting = new Promise<PostResponse>((resolve, reject) => {
    request(`${server.origin}/webhooks`, {
      method: 'POST',
      headers,
      agent: false,
    })
      .on('response', async (response) => {
        const { localPort: client = 0 } = response.socket;
        const { statusCode: status = 0 } = response;
        let text = '';
        try {
          for await (const piece of response) text += String(piece);
          resolve({ status, body: text, client });
        } catch (error) {
          reject(error as Error);
        }
      })
      .on('error', reject)
      .end(body);
  });
  return trial.within(posting, (why) => ({
    title: 'A message gets no response',
    sent: `POST /webhooks\n${body.toString()}`,
    expected: 'HTTP/1.1 200, or 401',
    came: why.message,
  }));
}

/** Posts them in one write; the status codes of the responses. */
function postAtOnce(
  trial: CheckContext,
  { port, seen }: Served,
  messages: (Message & { headers: Headers })[],
): Promise<number[]> {
  const requests = messages.map(({ headers, body }) => {
    const lines = [
      'POST /webhooks HTTP/1.1',
      'Host: station',
      `Content-Length: ${body.length}`,
      listOf(headers).replaceAll('\n', '\r\n'),
    ];
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body]);
  });
  const socket = connect(port, '127.0.0.1');
  trial.defer(() => socket.destroy());
  const responded = new Promise<number[]>((resolve, reject) => {
    let text = '';
    socket.on('error', reject).on('close', () => reject(new Error('closed')));
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
      const codes = [...text.matchAll(/^HTTP\/1\.1 (\d+)/gm)];
      if (codes.length < messages.length) return;
      resolve(codes.map(([, code]) => Number(code)));
      socket.end();
    });
  });
  socket.write(Buffer.concat(requests));
  return trial.within(responded, (why) => ({
    title: 'Two messages at once get no responses',
    sent: describe(messages[0]!, 'and a copy of it, in one write'),
    expected: 'HTTP/1.1 2xx, twice',
    came: why.message,
    section,
    wire: seen('up'),
  }));
}

/** Ways to post a message, and what must come of it. */
function postTo(trial: CheckContext, learner: Learner, server: Served) {
  const spoken = () => learner.stage<string[]>('spoken');
  const send = async (message: Message, headers: Headers, what: string) => {
    const before = (await spoken()).length;
    const response = await post(trial, server, message, headers);
    const texts = (await spoken()).slice(before);
    const parts = {
      sent: describe(message, what),
      details: listOf(headers),
      came: `HTTP/1.1 ${response.status}, and ${spokenOf(texts)}`,
      at: 'HTTP/1.1 '.length,
      wire: { client: response.client, direction: 'up' as const },
      section,
    };
    if (response.status >= 500)
      trial.fail({
        ...parts,
        title: 'A message ends in an error of the server',
        expected: 'HTTP/1.1 2xx or 4xx, whatever comes',
        note: response.body,
      });
    return { ...response, texts, parts };
  };

  return {
    /** It is genuine: it is spoken, and nothing else is. */
    async mustTake(message: Message, headers: Headers, title: string) {
      const { status, texts, parts } = await send(message, headers, 'genuine');
      const expected = `HTTP/1.1 2xx, and ${spokenOf([message.text])}`;
      if (status < 200 || status >= 300 || texts.length === 0)
        trial.fail({ ...parts, title, expected });
      if (texts.length === 1 && texts[0] === message.text) return;
      trial.fail({ ...parts, title: 'Something else was spoken', expected });
    },

    /** It is not: nothing is spoken, and the sender is told so. */
    async mustRefuse(
      message: Message,
      headers: Headers,
      what: string,
      { title = 'A forged message was taken' }: Partial<FailureParts> = {},
    ) {
      const { status, texts, parts } = await send(message, headers, what);
      if (status >= 400 && texts.length === 0) return;
      const expected = `HTTP/1.1 4xx, and ${spokenOf([])}`;
      trial.fail({ ...parts, title, expected });
    },
  };
}

const spokenOf = (texts: string[]) =>
  texts.length === 0 ? 'nothing is spoken' : `spoken: ${texts.join(' | ')}`;
