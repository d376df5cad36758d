/** What is heard if reads end anywhere: RFC 6455, 5.2 to 5.5. */
import { once } from 'node:events';
import {
  type Check,
  differsAt,
  type FailureParts,
  type Learner,
  type Served,
  type CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { WebSocket } from 'ws';
import { cutAt, type Said, Speaker } from './check/speaker.ts';
import type { Heard, Told } from './stage.ts';

export default {
  starter: 'A read is taken for a frame',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const hears = (reads: Uint8Array[], wanted: Said[], explain: Explain) =>
      mustHear(trial, learner, reads, wanted, explain);
    const speaker = () => new Speaker(data);

    await trial.step('a short frame, in a read of its own', async () => {
      for (const kind of ['text', 'binary', 'ping', 'close', 'pong'] as const) {
        const one = speaker().say(kind, data.bytes(data.whole(1, 20)));
        const said = kind === 'text' ? speaker().say('text', data.line()) : one;
        await hears([said.bytes], said.wanted, () => ({
          title: 'A short frame is misread',
          section: 'RFC 6455, 5.2',
        }));
      }
    });

    await trial.step('several frames in one read', async () => {
      const said = speaker()
        .say('text', data.line())
        .say('binary', data.bytes(5))
        .say('ping', Buffer.from(data.word()))
        .say('text', data.line());
      // And once with the last one cut off, somewhere in its first bytes.
      const { length } = said.frames.at(-1)!;
      const cut = said.bytes.length - length + data.whole(1, 6);
      for (const cuts of [[], [cut]])
        await hears(cutAt(said.bytes, cuts), said.wanted, () => aRead);
    });

    await trial.step('one frame in several reads', async () => {
      const said = speaker().say('text', data.line());
      const { bytes, wanted } = said;
      const explain: Explain = ({ reads, came }) =>
        isMaskedAnew(said, reads, came)
          ? {
              title: 'The mask starts again at each read',
              note: 'from here on, unmasked with the wrong byte of the mask',
              section: 'RFC 6455, 5.3',
            }
          : aRead;
      for (let cut = 1; cut < bytes.length; cut += 1)
        await hears(cutAt(bytes, [cut]), wanted, explain);
      const all = Array.from(bytes, (_byte, index) => index);
      await hears(cutAt(bytes, all), wanted, explain);
    });

    await trial.step('lengths of three sizes', async () => {
      for (const size of [0, 125, 126, 127, 255, 256, 65_535, 65_536, 70_007]) {
        const said = speaker()
          .say('binary', data.bytes(size))
          .say('text', data.word());
        await hears(cutAt(said.bytes, [3, 5, 9]), said.wanted, () => ({
          title:
            size > 65_535
              ? 'A length above 65,535 is misread'
              : 'A length above 125 is misread',
          sent: `a frame of ${size} bytes: ${hex(said.bytes.subarray(0, 14))}…`,
          section: 'RFC 6455, 5.2',
        }));
      }
    });

    await trial.step('a message in fragments', async () => {
      const explain: Explain = ({ came, want }) => ({
        title:
          came && came.data.length < want.data.length
            ? 'A fragment is taken for a message'
            : 'The fragments of a message are put together wrongly',
        section: 'RFC 6455, 5.4',
      });
      const parts = (count: number) => Array.from({ length: count }, data.word);
      for (const kind of ['text', 'binary'] as const) {
        const said = speaker();
        said.fragments(kind, parts(2)).fragments(kind, parts(4));
        said.fragments(kind, ['', data.word(), '', '']);
        said.say('text', data.line());
        await hears(said.frames, said.wanted, explain);
        await hears([said.bytes], said.wanted, explain);
      }
    });

    await trial.step('a character in two fragments', async () => {
      // Whatever is cut, an umlaut and a train of four bytes are in it.
      const text = Buffer.from(`${data.word()} Zürich 🚆 ${data.line()}`);
      for (let cut = 0; cut < 24; cut += 1) {
        const said = speaker().fragments('text', cutAt(text, [cut]));
        await hears(said.frames, said.wanted, () => ({
          title: 'A character that two fragments share is broken',
          note: 'the first fragment ends here',
          section: 'RFC 6455, 5.6',
        }));
      }
    });

    await trial.step('a ping in the middle of a message', async () => {
      const ping = Buffer.from(data.word());
      const said = speaker().fragments('text', [data.word(), data.word()], {
        between: ['ping', ping],
      });
      said.fragments('binary', ['', data.word(), data.word()], {
        between: ['pong', Buffer.alloc(0)],
      });
      said.fragments('text', [data.word(), data.word()], {
        between: ['close', Buffer.of(3, 0xe8)],
      });
      const explain: Explain = ({ came, heard }) => {
        const section = 'RFC 6455, 5.4';
        if (
          came &&
          Buffer.from(came.data).includes(ping) &&
          came.kind !== 'ping'
        )
          return {
            title: 'A ping inside a message is taken for part of it',
            at: Buffer.from(came.data).indexOf(ping),
            note: 'this is the payload of the ping',
            section,
          };
        if (heard.some(({ kind }) => kind === 'ping') && came?.kind !== 'ping')
          return {
            title: 'A ping waits for the end of the message',
            section: 'RFC 6455, 5.5.2',
          };
        return { title: 'A ping inside a message breaks it', section };
      };
      await hears(said.frames, said.wanted, explain);
      await hears([said.bytes], said.wanted, explain);
    });

    await trial.step('all of it, cut at random', async () => {
      for (let round = 0; round < 40; round += 1) {
        const said = speaker();
        for (let count = 0; count < 5; count += 1) said.anything();
        const cuts = Array.from({ length: data.whole(1, 12) }, () =>
          data.whole(0, said.bytes.length),
        );
        await hears(cutAt(said.bytes, cuts), said.wanted, () => ({
          title: 'Something gets lost among many frames',
          section: 'RFC 6455, 5.4',
        }));
      }
    });

    await trial.step('a real client, whose bytes are cut', async () => {
      const server = await learner.serve();
      await mustTalk(trial, server);
    });
  },
} satisfies Check;

const aRead = {
  title: 'A read is taken for a frame',
  section: 'RFC 6455, 5.2',
};

type Explain = (what: {
  reads: Uint8Array[];
  heard: Heard[];
  /** The first that is not what it should be, and what it should be. */
  came: Heard | undefined;
  want: Said;
}) => FailureParts;

/** Exactly this is heard of these reads. */
async function mustHear(
  trial: CheckContext,
  learner: Learner,
  reads: Uint8Array[],
  wanted: Said[],
  explain: Explain,
) {
  const { heard, missing, threw } = await learner.stage<Told>('read', reads);
  if (missing)
    trial.fail({
      title: 'The file exports no function createReader',
      expected: 'export function createReader({ hear, control })',
    });
  const sent = describeReads(reads);
  if (threw)
    trial.fail({
      title: `The reader threw ${threw.name}: ${threw.message}`,
      sent,
      details: threw.stack,
    });
  const isSame = (one: Said | undefined, other: Heard | undefined) =>
    one?.kind === other?.kind &&
    Buffer.compare(one?.data ?? nothing, other?.data ?? nothing) === 0;
  const length = Math.max(wanted.length, heard.length);
  for (let index = 0; index < length; index += 1) {
    const came = heard[index];
    const want = wanted[index];
    if (isSame(want, came)) continue;
    if (!want)
      trial.fail({
        title: 'Something is heard that nobody sent',
        sent,
        expected: 'nothing more',
        came: came!.data,
        note: `a ${came!.kind}`,
      });
    const parts = explain({ reads, heard, came, want });
    const first = differsAt(came?.data ?? nothing, want.data);
    const isKind = came && came.kind !== want.kind;
    trial.fail({
      sent,
      expected: `${kindOf(want)} ${shown(want)}`,
      came: came ? saw(came) : `nothing${index > 0 ? ' more' : ''}`,
      ...(came && {
        at: came.data.length > 0 ? first : 0,
        note: isKind ? `as a ${came.kind}, not as a ${want.kind}` : 'here',
      }),
      ...parts,
    });
  }
}

const nothing = new Uint8Array();
const hex = (bytes: Uint8Array) =>
  Buffer.from(bytes)
    .toString('hex')
    .replaceAll(/(..)(?=.)/g, '$1 ');
const kindOf = ({ kind, data }: Said) => `a ${kind} of ${data.length} bytes:`;
const shown = ({ kind, data }: Said) =>
  kind === 'text'
    ? JSON.stringify(String(Buffer.from(data)))
    : hex(data.subarray(0, 16));

const saw = ({ kind, data }: Heard) =>
  data.length > 0 ? data : `(an empty ${kind})`;

function describeReads(reads: Uint8Array[]) {
  const many = reads.length > 6;
  const said = reads
    .slice(0, 6)
    .map((read) =>
      read.length > 24 ? `${hex(read.subarray(0, 24))} …` : hex(read),
    )
    .join(' | ');
  const count = reads.length === 1 ? 'one read' : `${reads.length} reads`;
  return `${count}: ${said}${many ? ' | …' : ''}`;
}

/** Whether this is what a reader hears that unmasks each read from byte 0. */
function isMaskedAnew(said: Speaker, reads: Uint8Array[], came?: Heard) {
  const { mask } = said;
  const { length } = said.wanted[0]!.data;
  let position = length - said.bytes.length; // of the payload
  const wrong: number[] = [];
  for (const read of reads) {
    const from = Math.max(position, 0);
    for (const byte of read) {
      if (position >= 0) wrong.push(byte ^ mask[(position - from) % 4]!);
      position += 1;
    }
  }
  if (!came) return false;
  // A text of such bytes has lost some of them, so both are compared as texts.
  const heard = Buffer.from(came.data).toString();
  return heard === Buffer.from(wrong).toString();
}

/** A client that we did not write sends all kinds of messages. */
async function mustTalk(trial: CheckContext, server: Served) {
  const { data } = trial;
  const client = new WebSocket(server.origin.replace('http', 'ws'));
  trial.defer(() => client.terminate());
  client.on('error', () => {});
  let localPort = 0;
  client.on('upgrade', ({ socket }) => (localPort = socket.localPort!));
  await trial.within(once(client, 'open'), (why) => ({
    title: 'The handshake no longer succeeds',
    came: why.message,
  }));
  const came: string[] = [];
  const wanted: string[] = [];
  const note = (kind: string, bytes: Buffer) =>
    came.push(`${kind} ${bytes.toString('base64')}`);
  client.on('pong', (bytes: Buffer) => note('pong', bytes));
  client.on('message', (bytes: Buffer, isBinary) =>
    note(isBinary ? 'binary' : 'text', bytes),
  );
  const want = (kind: string, bytes: Uint8Array) =>
    wanted.push(`${kind} ${Buffer.from(bytes).toString('base64')}`);
  for (let count = 0; count < 25; count += 1) {
    const binary = data.whole(0, 1) === 1;
    const size = count === 20 ? 70_000 : data.whole(0, 300);
    const bytes = binary
      ? Buffer.from(data.bytes(size))
      : Buffer.from(data.text('\r\n'));
    const cut = data.whole(0, bytes.length);
    client.send(bytes.subarray(0, cut), { binary, fin: false });
    const ping = Buffer.from(data.word());
    client.ping(ping);
    want('pong', ping);
    client.send(bytes.subarray(cut), { binary, fin: true });
    want(binary ? 'binary' : 'text', bytes);
  }
  const last = data.word();
  client.send(last);
  want('text', Buffer.from(last));
  const closed = once(client, 'close');
  const parts = () => {
    const index = wanted.findIndex((one, at) => one !== came[at]);
    const show = (one = 'nothing more') => one.slice(0, 60);
    return {
      title: 'A real client is misread',
      sent: `message ${Math.ceil((index + 1) / 2)} of 26, in two fragments with a ping between them`,
      expected: show(wanted[index]),
      came: show(came[index]),
      note: 'the payload is shown in Base64',
      section: 'RFC 6455, 5.4',
      wire: { client: localPort, direction: 'up' as const },
    };
  };
  await trial.within(
    (async () => {
      while (came.length < wanted.length)
        await Promise.race([
          once(client, 'message'),
          closed.then(() => Promise.reject(new Error('closed'))),
        ]);
    })(),
    parts,
  );
  if (came.join() !== wanted.join()) trial.fail(parts());
}
