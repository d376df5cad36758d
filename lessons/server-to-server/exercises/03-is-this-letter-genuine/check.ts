/** What is taken, for how long, and how often: standardwebhooks.com. */
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
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
    const write = (layout?: Layout) => writeMessage(trial, layout);
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
      const version = headers['webhook-signature']!.replace('v1', 'v2');
      await forged('with a signature of another version, v2', {
        'webhook-signature': version,
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
      for (const signature of ['v1,AAAA', 'v1', `v1,${'A'.repeat(200)}=`, ','])
        await mustRefuse(
          message,
          { ...headers, 'webhook-signature': signature },
          `webhook-signature: ${signature}`,
          { title: 'A signature of another length was taken' },
        );
      // Beside a good one they do no harm.
      const good = write();
      const rightOnes = headersOf(secret, good);
      const guess = headersOf(data.word(), good)['webhook-signature']!;
      await mustTake(
        good,
        {
          ...rightOnes,
          'webhook-signature': `v1,AAAA ${guess} ${rightOnes['webhook-signature']!}`,
        },
        'One good signature among several was not found',
      );
    });

    await trial.step('a comparison that tells nothing', async () => {
      const message = write();
      const guess = headersOf(data.word(), message);
      const compared = () =>
        learner.stage<{ safe: number; digests: number }>('compared');
      const before = await compared();
      await mustRefuse(message, guess, 'signed with another secret');
      const after = await compared();
      // Two digests for one signature: what was found is hashed once more, so
      // that where the two differ says nothing.
      const isBlind = after.digests - before.digests > 1;
      if (after.safe > before.safe || isBlind) return;
      trial.fail({
        title: 'The time of the comparison tells how much was right',
        sent: describe(message, 'its signature a guess'),
        details: listOf(guess),
        expected: 'a comparison that takes as long wherever they differ',
        came: 'one that stops at the first difference (===, equals, compare)',
        note: 'node:crypto has timingSafeEqual',
        section,
      });
    });

    await trial.step('messages of another time', async () => {
      for (const seconds of [-200, 200]) {
        const message = write();
        message.time += seconds;
        const title = 'A message within five minutes was refused';
        await mustTake(message, headersOf(secret, message), title);
      }
      const message = write();
      message.time -= data.whole(400, 9_000);
      const headers = headersOf(secret, message);
      const now = Math.floor(Date.now() / 1_000);
      const age = `${now - message.time} s old`;
      await mustRefuse(message, headers, `genuine, and ${age}`, old);
      const early = write();
      early.time += data.whole(400, 9_000);
      await mustRefuse(
        early,
        headersOf(secret, early),
        'genuine, and of a time that is still to come',
        { title: 'A message from the future was taken' },
      );
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
      const nonsense = { ...write(), time: Number.NaN };
      await mustRefuse(
        nonsense,
        headersOf(secret, nonsense),
        'signed by the sender, with webhook-timestamp: NaN',
        old,
      );
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
      // Announced twice by the operators themselves: two messages.
      const again = { ...message, id: write().id };
      const title = 'Two messages with the same text were taken for one';
      await mustTake(again, headersOf(secret, again), title);
    });

    /** It has been spoken, and is not spoken again; the sender is told so. */
    async function mustBeKnown(
      message: Message,
      headers: Headers,
      what: string,
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
          title: 'A message that came twice was spoken twice',
          expected: 'spoken once: it has the same webhook-id',
          came: `spoken ${after.filter((text) => text === message.text).length} times`,
        });
      if (response.status < 300) return;
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

type Layout = 'plain' | 'spaced' | 'escaped' | 'number';

/** A message with a new text, laid out as its sender likes. */
function writeMessage(
  { data }: CheckContext,
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
  return { id, time: Math.floor(Date.now() / 1_000), body, text };
}

function headersOf(secret: string, { id, time, body }: Message): Headers {
  const signature = createHmac('sha256', secret)
    .update(`${id}.${time}.`)
    .update(body)
    .digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(time),
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
      if (status >= 300 || texts.length === 0)
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
