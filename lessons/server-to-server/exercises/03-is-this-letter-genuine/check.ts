/** Who is believed, for how long, and how often: standardwebhooks.com. */
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

interface Letter {
  id: string;
  time: number;
  body: Buffer;
  text: string;
}
type Fields = Record<string, string>;

export default {
  starter: 'A forged letter was taken',

  async run(trial) {
    const { data } = trial;
    const secret = `whsec_${data.word()}`;
    const learner = await trial.start();
    const server = await learner.serve({ secret });
    const { mustTake, mustRefuse } = postTo(trial, learner, server);
    const write = (layout?: Layout) => writeLetter(trial, layout);
    const old = { title: 'An old letter was taken' };

    await trial.step('genuine letters, however they are laid out', async () => {
      for (const layout of ['plain', 'spaced', 'escaped', 'number'] as const) {
        const letter = write(layout);
        const title =
          layout === 'plain'
            ? 'A genuine letter was refused'
            : 'A genuine letter was refused because of its layout';
        await mustTake(letter, fieldsOf(secret, letter), title);
      }
    });

    await trial.step('forged letters', async () => {
      const letter = write();
      const fields = fieldsOf(secret, letter);
      const title = 'A forged letter was taken';
      const forged = (what: string, changed: Fields, body = letter.body) =>
        mustRefuse({ ...letter, body }, { ...fields, ...changed }, what, {
          title,
        });
      const guess = fieldsOf(data.word(), letter)['webhook-signature']!;
      await forged('signed with another secret', {
        'webhook-signature': guess,
      });
      await forged('no signature at all', { 'webhook-signature': '' });
      await forged('with the id of another letter', {
        'webhook-id': write().id,
      });
      const other = write();
      await forged('with the body of another letter', {}, other.body);
      const version = fields['webhook-signature']!.replace('v1', 'v2');
      await forged('with a signature of another version, v2', {
        'webhook-signature': version,
      });

      // The same text, and yet not the same bytes.
      const bytes = Buffer.from('\uFFFD');
      const text = `${data.word()} \uFFFD`;
      const body = Buffer.from(JSON.stringify({ text }));
      const unclear = { ...letter, body, text };
      const at = body.indexOf(bytes);
      const changed = Buffer.concat([
        body.subarray(0, at),
        Buffer.of(0xff),
        body.subarray(at + bytes.length),
      ]);
      await mustRefuse(
        { ...unclear, body: changed },
        fieldsOf(secret, unclear),
        'of which three bytes, a “\uFFFD”, have become one, FF',
        { title: 'Other bytes were taken for those that were signed' },
      );
    });

    await trial.step('signatures that are too short or too long', async () => {
      const letter = write();
      const fields = fieldsOf(secret, letter);
      for (const signature of ['v1,AAAA', 'v1', `v1,${'A'.repeat(200)}=`, ','])
        await mustRefuse(
          letter,
          { ...fields, 'webhook-signature': signature },
          `webhook-signature: ${signature}`,
          { title: 'A signature of another length was taken' },
        );
      // And beside a good one they do no harm.
      const good = write();
      const rightOnes = fieldsOf(secret, good);
      const guess = fieldsOf(data.word(), good)['webhook-signature']!;
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
      const letter = write();
      const guess = fieldsOf(data.word(), letter);
      const compared = () =>
        learner.stage<{ safe: number; digests: number }>('compared');
      const before = await compared();
      await mustRefuse(letter, guess, 'signed with another secret');
      const after = await compared();
      // Two digests for one signature: what was found is hashed once more, so
      // that where the two differ says nothing.
      const isBlind = after.digests - before.digests > 1;
      if (after.safe > before.safe || isBlind) return;
      trial.fail({
        title: 'The time of the comparison tells how much was right',
        sent: describe(letter, 'its signature a guess'),
        details: listOf(guess),
        expected: 'a comparison that takes as long wherever they differ',
        came: 'one that stops at the first difference (===, equals, compare)',
        note: 'node:crypto has timingSafeEqual',
        section,
      });
    });

    await trial.step('letters of another time', async () => {
      for (const seconds of [-200, 200]) {
        const letter = write();
        letter.time += seconds;
        const title = 'A letter within five minutes was refused';
        await mustTake(letter, fieldsOf(secret, letter), title);
      }
      const letter = write();
      letter.time -= data.whole(400, 9_000);
      const fields = fieldsOf(secret, letter);
      const now = Math.floor(Date.now() / 1_000);
      const age = `${now - letter.time} s old`;
      await mustRefuse(letter, fields, `genuine, and ${age}`, old);
      const early = write();
      early.time += data.whole(400, 9_000);
      await mustRefuse(
        early,
        fieldsOf(secret, early),
        'genuine, and of a time that is still to come',
        { title: 'A letter from the future was taken' },
      );
      await mustRefuse(
        letter,
        { ...fields, 'webhook-timestamp': String(now) },
        `${age}, its webhook-timestamp made new`,
        { title: 'An old letter was made new' },
      );
      await mustRefuse(
        letter,
        { ...fields, date: new Date().toUTCString() },
        `${age}, with a Date of now`,
        { title: 'An old letter was made new' },
      );
      const nonsense = { ...write(), time: Number.NaN };
      await mustRefuse(
        nonsense,
        fieldsOf(secret, nonsense),
        'signed by the sender, with webhook-timestamp: NaN',
        old,
      );
    });

    await trial.step('copies', async () => {
      const letter = write();
      const fields = fieldsOf(secret, letter);
      // A stranger who knows the id must not keep the letter out.
      const guess = fieldsOf(data.word(), letter);
      await mustRefuse(
        letter,
        guess,
        'forged, with the id of a letter to come',
      );
      await mustTake(
        letter,
        fields,
        'A forged letter keeps the genuine one out',
      );
      const copy = { ...letter, time: letter.time + data.whole(1, 20) };
      await mustBeKnown(letter, fields, 'the same letter, byte by byte');
      await mustBeKnown(copy, fieldsOf(secret, copy), 'a copy, signed anew');
      // Said twice by the operators themselves: two letters.
      const again = { ...letter, id: write().id };
      const title = 'Two letters with the same text were taken for one';
      await mustTake(again, fieldsOf(secret, again), title);
    });

    /** It has been spoken, and is not spoken again; the sender may forget it. */
    async function mustBeKnown(letter: Letter, fields: Fields, what: string) {
      const spoken = await learner.stage<string[]>('spoken');
      const answer = await post(trial, server, letter, fields);
      const after = await learner.stage<string[]>('spoken');
      const parts = {
        sent: describe(letter, what),
        details: listOf(fields),
        wire: { client: answer.client, direction: 'up' as const },
        section,
      };
      if (after.length > spoken.length)
        trial.fail({
          ...parts,
          title: 'A letter that came twice was spoken twice',
          expected: 'spoken once: it has the same webhook-id',
          came: `spoken ${after.filter((text) => text === letter.text).length} times`,
        });
      if (answer.status < 300) return;
      trial.fail({
        ...parts,
        title: 'A copy was refused, so the sender will send it for ever',
        expected: 'HTTP/1.1 200: it has been taken',
        came: `HTTP/1.1 ${answer.status}`,
        at: 'HTTP/1.1 '.length,
      });
    }
  },
} satisfies Check;

type Layout = 'plain' | 'spaced' | 'escaped' | 'number';

/** A letter that says something new, laid out as its sender likes. */
function writeLetter({ data }: CheckContext, layout: Layout = 'plain'): Letter {
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

function fieldsOf(secret: string, { id, time, body }: Letter): Fields {
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

/** The letter in a line; its fields stand below the verdict. */
const describe = ({ body }: Letter, what: string) =>
  `a letter, ${what}: ${body.toString()}`;

const listOf = (fields: Fields) =>
  Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

interface Answer {
  status: number;
  body: string;
  client: number;
}

function post(
  trial: CheckContext,
  server: Served,
  { body }: Letter,
  headers: Fields,
): Promise<Answer> {
  const posting = new Promise<Answer>((resolve, reject) => {
    request(`${server.origin}/letters`, {
      method: 'POST',
      headers,
      agent: false,
    })
      .on('response', async (response) => {
        const { localPort: client = 0 } = response.socket;
        const { statusCode: status = 0 } = response;
        let said = '';
        try {
          for await (const piece of response) said += String(piece);
          resolve({ status, body: said, client });
        } catch (error) {
          reject(error as Error);
        }
      })
      .on('error', reject)
      .end(body);
  });
  return trial.within(posting, (why) => ({
    title: 'A letter gets no answer',
    sent: `POST /letters\n${body.toString()}`,
    expected: 'HTTP/1.1 200, or 401',
    came: why.message,
  }));
}

/** Ways to post a letter, and what must come of it. */
function postTo(trial: CheckContext, learner: Learner, server: Served) {
  const spoken = () => learner.stage<string[]>('spoken');
  const send = async (letter: Letter, fields: Fields, what: string) => {
    const before = (await spoken()).length;
    const answer = await post(trial, server, letter, fields);
    const texts = (await spoken()).slice(before);
    const parts = {
      sent: describe(letter, what),
      details: listOf(fields),
      came: `HTTP/1.1 ${answer.status}, and ${spokenOf(texts)}`,
      at: 'HTTP/1.1 '.length,
      wire: { client: answer.client, direction: 'up' as const },
      section,
    };
    if (answer.status >= 500)
      trial.fail({
        ...parts,
        title: 'A letter ends in an error of the server',
        expected: 'HTTP/1.1 2xx or 4xx, whatever comes',
        note: answer.body,
      });
    return { ...answer, texts, parts };
  };

  return {
    /** It is genuine: spoken, and nothing else is. */
    async mustTake(letter: Letter, fields: Fields, title: string) {
      const { status, texts, parts } = await send(letter, fields, 'genuine');
      const expected = `HTTP/1.1 2xx, and ${spokenOf([letter.text])}`;
      if (status >= 300 || texts.length === 0)
        trial.fail({ ...parts, title, expected });
      if (texts.length === 1 && texts[0] === letter.text) return;
      trial.fail({ ...parts, title: 'Something else was spoken', expected });
    },

    /** It is not: nothing is spoken, and the sender hears so. */
    async mustRefuse(
      letter: Letter,
      fields: Fields,
      what: string,
      { title = 'A forged letter was taken' }: Partial<FailureParts> = {},
    ) {
      const { status, texts, parts } = await send(letter, fields, what);
      if (status >= 400 && texts.length === 0) return;
      const expected = `HTTP/1.1 4xx, and ${spokenOf([])}`;
      trial.fail({ ...parts, title, expected });
    },
  };
}

const spokenOf = (texts: string[]) =>
  texts.length === 0 ? 'nothing is spoken' : `spoken: ${texts.join(' | ')}`;
