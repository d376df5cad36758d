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
    const hears = (
      reads: Uint8Array[],
      said: Speaker,
      explain: Explain,
      together = false,
    ) => mustHear(trial, learner, { reads, said, explain, together });
    const speaker = () => new Speaker(data);

    await trial.step('a short frame, in a read of its own', async () => {
      for (const kind of ['text', 'binary', 'ping', 'close', 'pong'] as const)
        for (const size of [data.whole(2, 20), 0]) {
          // A close frame is empty, or begins with a code.
          const bytes = kind === 'close' ? codes.subarray(0, size) : undefined;
          const one = bytes ?? data.bytes(size);
          const text = size === 0 ? '' : data.line();
          const said = speaker().say(kind, kind === 'text' ? text : one);
          await hears([said.bytes], said, ({ came }) => ({
            title: came
              ? `A${size === 0 ? 'n empty' : ' short'} frame is misread`
              : `A${size === 0 ? 'n empty' : ''} ${names[kind] ?? kind} is not heard`,
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
      const explain: Explain = ({ came, want }) =>
        isMaskedAsAnother(said, want, came)
          ? {
              title: 'The mask of another frame is used',
              section: 'RFC 6455, 5.3',
            }
          : aRead;
      await hears(said.frames, said, explain);
      for (const cuts of [[], [cut]])
        await hears(cutAt(said.bytes, cuts), said, explain);
    });

    await trial.step('one frame in several reads', async () => {
      for (const kind of ['text', 'ping'] as const) {
        const said = speaker().say(kind, Buffer.from(data.line()));
        const { bytes } = said;
        const explain: Explain = ({ reads, came }) =>
          isMaskedAnew(said, reads, came)
            ? {
                title: 'The mask starts again at each read',
                note: 'from here on, unmasked with the wrong byte of the mask',
                section: 'RFC 6455, 5.3',
              }
            : aRead;
        for (let cut = 1; cut < bytes.length; cut += 1)
          await hears(cutAt(bytes, [cut]), said, explain);
        const all = Array.from(bytes, (_byte, index) => index);
        await hears(cutAt(bytes, all), said, explain);
        await hears(cutAt(bytes, all), said, explain, true);
      }
    });

    await trial.step('lengths of three sizes', async () => {
      const edges = [125, 126, 127, 255, 256, 65_535, 65_536];
      const others = [data.whole(257, 65_000), data.whole(65_537, 90_000)];
      for (const size of [...edges, ...others]) {
        const said = speaker()
          .say('binary', data.bytes(size))
          .say('text', data.word());
        const { bytes } = said;
        const title = titleOf(size);
        const sent = `a frame of ${size} bytes: ${hex(bytes.subarray(0, 14))}…`;
        const section = 'RFC 6455, 5.2';
        await hears([bytes], said, () => ({ title, sent, section }));
        // Where its header ends: only at the edges each cut is tried.
        const start = size < 126 ? 2 : size < 65_536 ? 4 : 10;
        const cuts = [126, 65_536].includes(size)
          ? Array.from({ length: start + 4 }, (_one, at) => at + 1)
          : [data.whole(2, start + 3)];
        for (const cut of cuts)
          await hears(cutAt(bytes, [cut]), said, () => ({
            title:
              cut < start
                ? 'A length that two reads share is misread'
                : 'A mask that two reads share is misread',
            sent: `${sent}, the first ${cut} bytes in a read of their own`,
            section,
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
        const other = kind === 'text' ? 'binary' : 'text';
        const said = speaker();
        said.fragments(kind, parts(2)).fragments(other, parts(4));
        said.fragments(kind, ['', data.word(), '', '']);
        said.fragments(kind, ['', '']).say(kind, '');
        said.fragments(kind, [data.word(), data.text('\n').repeat(4)]);
        said.say(other, data.line());
        await hears(said.frames, said, explain);
        await hears([said.bytes], said, explain);
      }
    });

    await trial.step('two connections at once', async () => {
      await mustTellApart(trial, learner, speaker);
    });

    await trial.step('a character in several fragments', async () => {
      // Whatever is cut, an umlaut and a train of four bytes are in it.
      const text = Buffer.from(`${data.word()} Zürich 🚆 ${data.line()}`);
      const all = Array.from({ length: 24 }, (_one, cut) => cut);
      for (const cuts of [...all.map((cut) => [cut]), all]) {
        const said = speaker().fragments('text', cutAt(text, cuts));
        await hears(said.frames, said, () => ({
          title: 'A character that two fragments share is broken',
          note: 'a fragment ends here',
          section: 'RFC 6455, 5.6',
        }));
      }
    });

    await trial.step('a ping in the middle of a message', async () => {
      const ping = Buffer.from(data.word());
      const said = speaker().fragments('text', [data.word(), data.word()], {
        between: [['ping', ping]],
      });
      said.fragments('binary', ['', data.word(), data.word()], {
        between: [
          ['pong', Buffer.alloc(0)],
          ['ping', Buffer.from(data.word())],
        ],
      });
      // Nothing comes after a close frame, not even the end of the message.
      said.fragments('text', [data.word(), data.word()], { ends: false });
      said.say('close', codes);
      const explain: Explain = ({ came, want, heard }) => {
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
        const begins = ({ data: whole }: Said) =>
          came!.data.length < whole.length &&
          !Buffer.compare(whole.subarray(0, came!.data.length), came!.data);
        if (came && came.data.length > 0 && said.wanted.some(begins))
          return { title: 'A ping inside a message ends it', section };
        if (want.kind === 'ping' && heard.some(({ kind }) => kind === 'ping'))
          return {
            title: 'A ping waits for the end of the message',
            section: 'RFC 6455, 5.5.2',
          };
        return { title: 'A ping inside a message breaks it', section };
      };
      await hears(said.frames, said, explain);
      await hears([said.bytes], said, explain);
    });

    await trial.step('all of it, cut at random', async () => {
      for (let round = 0; round < 40; round += 1) {
        const said = speaker();
        for (let count = 0; count < 5; count += 1) said.anything();
        const cuts = Array.from({ length: data.whole(1, 12) }, () =>
          data.whole(0, said.bytes.length),
        );
        const explain: Explain = () => ({
          title: 'Something gets lost among many frames',
          section: 'RFC 6455, 5.4',
        });
        const together = round % 2 === 1;
        await hears(cutAt(said.bytes, cuts), said, explain, together);
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

/** What a speaker said, and how it is read. */
interface Reading {
  reads: Uint8Array[];
  said: Speaker;
  explain: Explain;
  /** Whether all reads come in one turn of the event loop. */
  together: boolean;
}

/** Exactly this is heard of these reads. */
async function mustHear(
  trial: CheckContext,
  learner: Learner,
  { reads, said, explain, together }: Reading,
) {
  const { wanted } = said;
  const sent = describeReads(reads);
  const heard = await listen(
    trial,
    learner,
    reads.map((read) => [0, read]),
    { sent, together },
  );
  const length = Math.max(wanted.length, heard.length);
  const isWrong = (at: number) => !isSame(wanted[at], heard[at]);
  const right = wanted.findIndex((_want, at) => isWrong(at));
  // What comes too late is told first: it may be why something is missing.
  if (!together)
    mustBeAtOnce(
      trial,
      reads,
      right < 0 ? wanted : wanted.slice(0, right),
      heard,
    );
  for (let index = Math.max(right, 0); index < length; index += 1) {
    const came = heard[index];
    const want = wanted[index];
    if (isSame(want, came)) continue;
    const before = wanted[index - 1];
    if (came && isSame(before, came) && before!.data.length > 0)
      trial.fail({
        title: `The same ${came.kind} is heard twice`,
        sent,
        expected: want ? `${kindOf(want)} ${shown(want)}` : 'nothing more',
        came: came.data,
      });
    if (!want)
      trial.fail({
        title: 'Something is heard that nobody sent',
        sent,
        expected: 'nothing more',
        came: saw(came!),
        note: `a ${came!.kind}`,
      });
    const parts = explain({ reads, heard, came, want });
    const first = differsAt(came?.data ?? nothing, want.data);
    const isKind = came && came.kind !== want.kind;
    const isOnlyKind = isKind && !Buffer.compare(came.data, want.data);
    trial.fail({
      sent,
      expected: `${kindOf(want)} ${shown(want)}`,
      came: came ? saw(came) : `nothing${index > 0 ? ' more' : ''}`,
      ...(came && {
        at: came.data.length > 0 ? first : 0,
        note: isKind ? `as a ${came.kind}, not as a ${want.kind}` : 'here',
      }),
      ...parts,
      ...(isOnlyKind &&
        want.data.length > 0 && {
          title: `A ${names[want.kind] ?? want.kind} is heard as a ${names[came.kind] ?? came.kind}`,
          at: 0,
        }),
    });
  }
}

/** Each is heard during the read with which it is complete. */
function mustBeAtOnce(
  trial: CheckContext,
  reads: Uint8Array[],
  wanted: Said[],
  heard: Heard[],
) {
  const ends: number[] = [];
  for (const { length } of reads) ends.push((ends.at(-1) ?? 0) + length);
  const due = ({ end }: Said) => ends.findIndex((at) => at >= end);
  const late = wanted.findIndex((want, at) => heard[at]!.read > due(want));
  if (late < 0) return;
  const want = wanted[late]!;
  trial.fail({
    title: `A ${want.kind} that is complete waits for the next read`,
    sent: describeReads(reads),
    expected: `${kindOf(want)} ${shown(want)}, with read ${due(want) + 1}`,
    came: `with read ${heard[late]!.read + 1}`,
    note: 'by its framing it is complete: the next read may come much later',
    section: 'RFC 6455, 5.2',
  });
}

/** What is heard; fails if that cannot be. */
async function listen(
  trial: CheckContext,
  learner: Learner,
  reads: [of: number, bytes: Uint8Array][],
  { sent, together }: { sent: string; together: boolean },
) {
  const told = await learner.stage<Told>('read', reads, together);
  const { heard, missing, threw } = told;
  if (missing)
    trial.fail({
      title: 'The file exports no function createReader',
      expected: 'export function createReader({ hear, control })',
    });
  if (threw)
    trial.fail({
      title: `The reader threw ${threw.name}: ${threw.message}`,
      sent,
      details: threw.stack,
    });
  const changed = heard.find((one) => one.changed);
  if (changed)
    trial.fail({
      title: 'Bytes that were heard change afterwards',
      sent,
      expected: `${kindOf(changed)} ${shown(changed)}, for good`,
      came: 'other bytes in the same array, after the next reads',
      note: 'is a buffer used again that has been handed out?',
    });
  return heard;
}

/** Two clients send at the same time; each is heard by itself. */
async function mustTellApart(
  trial: CheckContext,
  learner: Learner,
  speaker: () => Speaker,
) {
  const { data } = trial;
  const words = (count: number) => Array.from({ length: count }, data.word);
  const both = [speaker(), speaker()];
  both[0]!.fragments('text', words(3)).say('ping', words(1)[0]!);
  both[1]!.fragments('binary', words(3)).say('text', data.line());
  // Each frame in two reads, so that all kinds of rest have to be kept apart.
  const parts = both.map(({ frames }) =>
    frames.flatMap((frame) => cutAt(frame, [data.whole(1, frame.length - 1)])),
  );
  const most = Math.max(...parts.map(({ length }) => length));
  const readBy = (who: number) => (bytes: Uint8Array) =>
    [who, bytes] as [of: number, bytes: Uint8Array];
  const reads: [of: number, bytes: Uint8Array][] = [];
  for (let at = 0; at < most; at += 1)
    for (const who of [0, 1])
      reads.push(...parts[who]!.slice(at, at + 1).map(readBy(who)));
  const sent = 'the reads of two connections, in turn';
  const heard = await listen(trial, learner, reads, { sent, together: false });
  for (const [of, { wanted }] of both.entries()) {
    const own = heard.filter((one) => one.of === of);
    const wrong = Math.max(
      wanted.findIndex((want, at) => !isSame(want, own[at])),
      own.length > wanted.length ? wanted.length : -1,
    );
    if (wrong < 0) continue;
    const want = wanted[wrong];
    trial.fail({
      title: 'Two connections share what is kept',
      sent,
      expected: want ? `${kindOf(want)} ${shown(want)}` : 'nothing more',
      came: own[wrong] ? saw(own[wrong]) : 'nothing',
      note: 'each call of createReader is for a connection of its own',
    });
  }
}

const isSame = (one: Said | undefined, other: Heard | undefined) =>
  one?.kind === other?.kind &&
  Buffer.compare(one?.data ?? nothing, other?.data ?? nothing) === 0;

function titleOf(size: number) {
  if (size > 65_535) return 'A length above 65,535 is misread';
  return size > 125
    ? 'A length above 125 is misread'
    : 'A length up to 125 is misread';
}

/** What the kinds are called; the others by their names. */
const names: Partial<Record<string, string>> = {
  text: 'text',
  binary: 'binary message',
};
const nothing = new Uint8Array();
/** Of a close frame: 1000, and a reason. */
const codes = Buffer.from('\u0003\u00e8goes home for good', 'latin1');
const hex = (bytes: Uint8Array) =>
  Buffer.from(bytes)
    .toString('hex')
    .replaceAll(/(..)(?=.)/g, '$1 ');
const kindOf = ({ kind, data }: Said | Heard) =>
  `a ${kind} of ${data.length} bytes:`;
const shown = ({ kind, data }: Said | Heard) =>
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
  const mask = said.masks[0]!;
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

/** Whether its payload was unmasked with the mask of an earlier frame. */
function isMaskedAsAnother(said: Speaker, want: Said, came?: Heard) {
  const own = said.masks[said.wanted.indexOf(want)]!;
  const unmask = (mask: Uint8Array) =>
    want.data.map((byte, at) => byte ^ own[at % 4]! ^ mask[at % 4]!);
  // A text of such bytes has lost some of them, so both are compared as texts.
  const heard = Buffer.from(came?.data ?? nothing).toString();
  return said.masks.some(
    (mask) => mask !== own && Buffer.from(unmask(mask)).toString() === heard,
  );
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
