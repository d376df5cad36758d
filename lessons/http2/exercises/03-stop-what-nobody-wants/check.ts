/** Whose work ends when a stream is reset: RFC 9113, 5.4.2 and 6.4. */
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
} from 'node:http2';
import { connect as connectTls } from 'node:tls';
import type {
  Check,
  FailureParts,
  Learner,
  TappedConnection,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import {
  decodeFrame,
  encodeFrame,
  flags,
  preface,
  type Type,
} from '../../frame.ts';

/** ms that are as good as at once. */
const soon = 20;

export default {
  starter: 'A search goes on after its client has gone',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const opened = await learner.stage<number | undefined>('open');
    // There is none: this says what the file exports instead.
    const port = opened ?? (await learner.call<number>('createServer'));
    const line = await trial.line(port, { tls: true });
    const further = await trial.line(port, { tls: true });
    const open = (by: TappedConnection) => openClient(trial, learner, by);
    const leave = async (...clients: ReturnType<typeof open>[]) => {
      for (const client of clients) client.leave();
      await learner.stage('left', 0);
    };
    /** These have been reset: their searches end, no other. */
    const mustEndAlone = async (
      client: ReturnType<typeof open>,
      gone: Reader[],
      others: Reader[],
      parts: Partial<FailureParts>,
      title = 'One cancelled stream ends the others',
    ) => {
      // What the server does about it is done before these lines are read.
      await client.fence();
      for (const other of others)
        await other.mustHear({
          ...parts,
          title:
            other.client !== client
              ? 'A cancelled stream ends a search on another connection'
              : title,
          ...(other.client !== client && {
            note: 'streams of different connections may have the same number',
          }),
          section: 'RFC 9113, 5.4.2',
        });
      for (const each of gone)
        await mustEnd(trial, learner, each, parts, async () => {
          await each.find(data.line());
          await client.fence();
          for (const other of others) await other.mustHear();
          if (await isClosed(learner, each))
            return {
              title: 'A search ends only at its next line',
              note: 'that may take long',
            };
          await leave(client);
          await trial.still();
          return (
            (await isClosed(learner, each)) && {
              title: 'A search ends only with the connection',
              note: 'other streams were still being read',
            }
          );
        });
    };

    await trial.step('a search gives its lines, and ends', async () => {
      const client = open(line);
      const reader = await client.ask();
      const other = await client.ask();
      reader.mustBegin();
      for (let n = data.whole(2, 4); n > 0; n -= 1) await reader.mustHear();
      await reader.mustHear({}, ['']);
      await reader.mustHear({}, [data.line(), data.line(), '', data.line()]);
      await reader.find(undefined);
      await trial.within(reader.ended, () => ({
        title: 'The response does not end with its search',
        ...reader.parts,
        came: reader.came(),
      }));
      await other.mustHear({
        title: 'The end of one search ends the others',
        sent: 'two searches over one connection; the first comes to its end',
      });
      await mustEnd(trial, learner, reader, {
        title: 'A search is not closed after its last line',
        expected: `close() of the search for “${reader.text}”`,
      });
      await leave(client);
    });

    await trial.step('hours between two lines', async () => {
      const client = open(await trial.line(port, { tls: true, faults: [] }));
      const readers = [await client.ask(), await client.ask()];
      const hours = data.whole(2, 4);
      await learner.stage('passHours', hours);
      await client.fence();
      for (const reader of readers) {
        const { stream } = reader;
        await reader.mustHear({
          get title() {
            return stream.closed || stream.destroyed
              ? 'A search is cut off because it finds nothing for a while'
              : 'A line that is found hours later does not come';
          },
          sent: `two searches over one connection, which find nothing for ${hours} hours, and then a line`,
          note: 'a client that hears nothing still waits: no time is too long',
        });
      }
      await leave(client);
    });

    let turn = 0;
    for (const name of [
      'CANCEL',
      'INTERNAL_ERROR',
      'NO_ERROR',
      'an unknown code',
    ] as const)
      await trial.step(`one stream of three is reset: ${name}`, async () => {
        const code =
          name === 'an unknown code'
            ? data.whole(0x20, 0x7fffffff)
            : constants[`NGHTTP2_${name}`];
        const client = open(line);
        const readers = [await client.ask()];
        readers.push(await client.ask(readers[0]!.text));
        readers.push(await client.ask());
        // One of two for the same text.
        const [gone] = readers.splice(turn % 2, 1) as [Reader];
        turn += 1;
        gone.stream.close(code);
        const shown = name === 'an unknown code' ? `code ${code}` : name;
        await mustEndAlone(client, [gone], readers, {
          sent: `RST_STREAM (${shown}) for stream ${gone.stream.id}, “${gone.text}”, while its search waits for a line`,
          wire: { ...gone.parts.wire!, direction: 'up' as const },
        });
        await client.ask(undefined, 'found', {
          title: 'After a cancelled stream, the connection takes no other',
          sent: 'a stream is reset; then another request comes',
        });
        await leave(client);
      });

    await trial.step('a stream is reset before its first line', async () => {
      const client = open(line);
      const other = await client.ask();
      const gone = await client.ask(undefined, 'begun');
      gone.stream.close(constants.NGHTTP2_CANCEL);
      await mustEndAlone(client, [gone], [other], {
        sent: `RST_STREAM for stream ${gone.stream.id}, “${gone.text}”, before its search has found anything`,
      });
      await leave(client);
    });

    await trial.step('a request and its reset arrive together', async () => {
      const text = data.word();
      const whole = await trial.line(port, { tls: true, faults: [] });
      const sent = `GET /search?for=${text}, and its RST_STREAM in the same bytes`;
      const parts = { sent, wire: whole.seen('up') };
      const close = await trial.within(sendTogether(whole.port, text), () => ({
        ...parts,
        title: 'The server stops reading after a reset',
        expected: 'the acknowledgement of the PING that follows it',
        came: 'nothing',
      }));
      await mustEnd(
        trial,
        learner,
        { text, at: 0, parts },
        {
          note: 'it was reset before anybody listened',
        },
      );
      close();
      await learner.stage('left', 0);
    });

    await trial.step('two streams are reset at the same moment', async () => {
      const client = open(line);
      const readers: Reader[] = [];
      for (let n = 0; n < 4; n += 1) readers.push(await client.ask());
      const gone = [0, 1].map(
        () => readers.splice(data.whole(0, readers.length - 1), 1)[0]!,
      );
      for (const { stream } of gone) stream.close(constants.NGHTTP2_CANCEL);
      await mustEndAlone(client, gone, readers, {
        sent: `RST_STREAM for streams ${gone.map(({ stream }) => stream.id).join(' and ')}, at the same moment`,
      });
      await leave(client);
    });

    await trial.step('a stream of another connection', async () => {
      const clients = [open(line), open(further)];
      const [first, second] = clients as [
        (typeof clients)[0],
        (typeof clients)[0],
      ];
      const text = data.line();
      const readers = [];
      for (const client of clients) readers.push(await client.ask(text));
      const [one, two] = readers as [Reader, Reader];
      const rest = [await first.ask(), await second.ask()];
      const sent = (reader: Reader) =>
        `RST_STREAM for stream ${reader.stream.id} of one connection of two`;
      one.stream.close(constants.NGHTTP2_CANCEL);
      await mustEndAlone(first, [one], [two, ...rest], { sent: sent(one) });
      two.stream.close(constants.NGHTTP2_CANCEL);
      await mustEndAlone(second, [two], rest, { sent: sent(two) });
      await leave(...clients);
    });

    await trial.step('one connection of two ends', async () => {
      const ways = {
        'is reset': () => further.cut('rst'),
        'is closed': () => further.cut('fin'),
        'is closed after a GOAWAY': (client: ReturnType<typeof open>) =>
          client.leave(),
      };
      for (const [how, end] of Object.entries(ways)) {
        const there = open(further);
        const here = open(line);
        const lost = [await there.ask()];
        const stays = await here.ask(lost[0]!.text);
        lost.push(await there.ask(undefined, 'begun'));
        const parts = {
          sent: `two searches over one connection, and one over another; then the first connection ${how}`,
        };
        end(there);
        await trial.within(learner.stage('left', 1), () => ({
          ...parts,
          title: 'The server keeps a connection that has ended',
        }));
        await stays.mustHear({
          ...parts,
          title: 'A broken connection ends searches of another one',
        });
        for (const reader of lost)
          await mustEnd(trial, learner, reader, parts, async () => ({
            title: 'A broken connection leaves its searches running',
            note: 'a client that is cut off cannot reset its streams',
          }));
        await leave(here);
      }
    });
  },
} satisfies Check;

interface Asked {
  text: string;
  /** Which of the searches for this text it is. */
  at: number;
  parts: Pick<FailureParts, 'sent' | 'wire'>;
}

interface Reader extends Asked {
  client: object;
  stream: ClientHttp2Stream;
  /** Finds lines at once, and waits until they are here; usually one. */
  mustHear(otherwise?: Partial<FailureParts>, lines?: string[]): Promise<void>;
  /** The first line has come: its headers are as before. */
  mustBegin(): void;
  find(...lines: (string | undefined)[]): Promise<unknown>;
  ended: Promise<unknown>;
  came(): string;
}

/** How many searches for a text were requested so far, of whom. */
const requested = new WeakMap<Learner, Map<string, number>>();

/** A client of one connection. */
function openClient(
  trial: CheckContext,
  learner: Learner,
  line: TappedConnection,
) {
  const { data } = trial;
  const session: ClientHttp2Session = connect(line.origin, {
    rejectUnauthorized: false,
  });
  let wire: FailureParts['wire'];
  session.on('connect', () => {
    wire = { client: session.socket.localPort!, direction: 'down' };
  });
  session.on('error', () => {}); // each stream fails by itself
  trial.defer(() => session.destroy());

  /** @param until it has found a line, or has only begun */
  async function ask(
    text = `${data.word()} ${data.line()} ${data.whole(1, 1_000_000)}`,
    until: 'found' | 'begun' = 'found',
    instead: Partial<FailureParts> = {},
  ): Promise<Reader> {
    const counts = requested.get(learner) ?? new Map<string, number>();
    const at = counts.get(text) ?? 0;
    requested.set(learner, counts.set(text, at + 1));
    const path = `/search?for=${encodeURIComponent(text)}`;
    const stream = session.request({ ':path': path });
    let heard = '';
    let begin = 'nothing';
    let isOver = false;
    let look = () => {};
    stream.setEncoding('utf8');
    stream.on('error', () => {});
    stream.on('response', (headers) => {
      begin = `${headers[':status']}, ${headers['content-type'] ?? 'no Content-Type'}`;
    });
    stream.on('data', (piece: string) => {
      heard += piece;
      look();
    });
    const ended = new Promise<void>((resolve) => stream.on('end', resolve));
    stream.on('close', () => {
      isOver = true;
      look();
    });
    const hears = (wanted: string) =>
      new Promise<void>((resolve, reject) => {
        look = () => {
          if (heard === wanted) resolve();
          else if (isOver) reject(new Error('the stream was closed'));
        };
        look();
      });
    const came = () =>
      isOver
        ? `stream ${stream.id} is closed (code ${stream.rstCode}), after ${JSON.stringify(heard)}`
        : JSON.stringify(heard);
    let wanted = '';
    const find = (...lines: (string | undefined)[]) =>
      learner.stage('find', text, at, lines);
    const mustHear = async (
      otherwise?: Partial<FailureParts>,
      lines = [data.line()],
    ) => {
      wanted += lines.map((each) => `${each}\n`).join('');
      await find(...lines);
      await trial.within(hears(wanted), () => ({
        ...reader.parts,
        title: 'A search does not give its lines',
        expected: `on stream ${stream.id}: ${JSON.stringify(wanted)}`,
        came: came(),
        ...otherwise,
      }));
    };
    const mustBegin = () => {
      const expected = '200, text/plain; charset=utf-8';
      if (begin !== expected)
        trial.fail({
          ...reader.parts,
          title: 'The response is not as it was',
          expected,
          came: begin,
        });
    };
    const reader: Reader = {
      client,
      text,
      at,
      stream,
      mustHear,
      mustBegin,
      find,
      ended,
      came,
      get parts() {
        return { sent: `GET ${path}`, ...(wire && { wire }) };
      },
    };
    const closed = once(stream, 'close').then(() => {
      throw new Error('the stream was closed');
    });
    const begun = Promise.race([
      learner.stage('hasBegun', text, at + 1),
      closed,
    ]);
    await trial.within(begun, () => ({
      ...reader.parts,
      title: 'A request begins no search',
      expected: `search(${JSON.stringify(text)})`,
      came: isOver ? came() : 'no such call',
      ...instead,
    }));
    if (until === 'found') await mustHear();
    return reader;
  }

  /** What was sent up to here has come when a ping is acknowledged. */
  const fence = () =>
    new Promise<void>((resolve) => {
      if (session.destroyed) return resolve();
      session.once('close', resolve);
      session.ping(() => {
        session.off('close', resolve);
        resolve();
      });
    });

  const client = { ask, fence, leave: () => session.destroy() };
  return client;
}

/**
 * Sends a request and its RST_STREAM in one piece, which no client of Node does.
 * Resolves when the server has read both, with what ends the connection.
 */
async function sendTogether(port: number, text: string) {
  const literal = (index: number, value: string) => [
    index,
    value.length,
    ...Buffer.from(value),
  ];
  // RFC 7541: 2 is GET, 7 is https; 1 and 4 are :authority and :path.
  const head = [
    0x82,
    0x87,
    ...literal(0x01, 'localhost'),
    ...literal(0x04, `/search?for=${text}`),
  ];
  const frame = (
    type: Type,
    stream: number,
    payload: number[] = [],
    bits: number = 0,
  ) =>
    encodeFrame({ type, stream, flags: bits, payload: Buffer.from(payload) });
  const { endHeaders, endStream } = flags;
  const bytes = Buffer.concat([
    Buffer.from(preface),
    frame('SETTINGS', 0),
    frame('HEADERS', 1, head, endHeaders | endStream),
    frame('RST_STREAM', 1, [0, 0, 0, constants.NGHTTP2_CANCEL]),
    frame('PING', 0, [1, 2, 3, 4, 5, 6, 7, 8]),
  ]);
  const socket = connectTls({
    host: '127.0.0.1',
    port,
    ALPNProtocols: ['h2'],
    rejectUnauthorized: false,
  });
  socket.on('error', () => {}); // nothing comes then
  socket.on('secureConnect', () => socket.write(bytes));
  let rest = Buffer.alloc(0);
  return new Promise<() => void>((resolve) => {
    socket.on('data', (piece: Buffer) => {
      rest = Buffer.concat([rest, piece]);
      for (let next = decodeFrame(rest); next; next = decodeFrame(rest)) {
        rest = rest.subarray(next.end);
        const isAck =
          next.frame.type === 'PING' && next.frame.flags === flags.ack;
        if (isAck) resolve(() => void socket.destroy());
      }
    });
  });
}

/** What became of its search. */
const lookAt = (learner: Learner, { text, at }: Asked) =>
  learner.stage<{ closed: boolean; asked: number } | undefined>(
    'look',
    text,
    at,
  );

/** Whether it is closed, or has never begun. */
const isClosed = async (learner: Learner, reader: Asked) =>
  (await lookAt(learner, reader))?.closed ?? true;

/** Its search is closed; where not, `why` finds out more. */
async function mustEnd(
  trial: CheckContext,
  learner: Learner,
  reader: Asked,
  parts: Partial<FailureParts> = {},
  why?: () => Promise<false | { title: string; note: string }>,
) {
  if (await isClosed(learner, reader)) return;
  await trial.still(); // Some close it a little later.
  if (await isClosed(learner, reader)) return;
  await learner.stage('pass', soon);
  if (await isClosed(learner, reader)) return;
  const { parts: usual } = reader;
  await learner.stage('pass', 3_600_000);
  const isLate = await isClosed(learner, reader);
  const more = isLate
    ? {
        title: 'A search ends only some time later',
        note: 'a timer ended it, not the reset itself',
      }
    : await why?.();
  const { asked = 0 } = (await lookAt(learner, reader)) ?? {};
  trial.fail({
    ...usual,
    title: 'A search goes on after its client has gone',
    expected: `close() of the search for “${reader.text}”, at once`,
    came: isLate
      ? `close(), but more than ${soon} ms later`
      : `no close(); so far next() was called ${asked} times`,
    section: 'step “Leave without loss” of the tutorial',
    ...parts,
    ...more,
  });
}
