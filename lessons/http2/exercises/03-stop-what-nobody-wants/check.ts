/** Whose work ends when a stream is reset: RFC 9113, 5.4.2 and 6.4. */
import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
} from 'node:http2';
import type {
  Check,
  FailureParts,
  Learner,
  TappedConnection,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';

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

    await trial.step('a search gives its lines, and ends', async () => {
      const client = open(line);
      const reader = await client.ask();
      for (let n = data.whole(2, 4); n > 0; n -= 1) await reader.mustHear();
      await learner.stage('find', reader.text);
      await trial.within(reader.ended, () => ({
        title: 'The response does not end with its search',
        ...reader.parts,
        came: reader.came(),
      }));
      await mustEnd(trial, learner, reader);
      client.leave();
      await learner.stage('left', 0);
    });

    for (const code of ['CANCEL', 'INTERNAL_ERROR', 'NO_ERROR'] as const)
      await trial.step(`one stream of three is reset: ${code}`, async () => {
        const client = open(line);
        const before = await client.ask();
        const gone = await client.ask();
        const after = await client.ask();
        const reset = constants[`NGHTTP2_${code}`];
        gone.stream.close(reset);
        const parts = {
          sent: `RST_STREAM (${code}) for stream ${gone.stream.id}, “${gone.text}”, while its search waits for a line`,
          wire: { ...gone.parts.wire!, direction: 'up' as const },
        };
        // What the server does about it is done before these lines are read.
        const others = {
          ...parts,
          title: 'One cancelled stream ends the others',
          section: 'RFC 9113, 5.4.2',
        };
        await client.fence();
        await before.mustHear(others);
        await after.mustHear(others);
        await mustEnd(trial, learner, gone, parts, async () => {
          await learner.stage('find', gone.text, data.line());
          await client.fence();
          await after.mustHear();
          if (await isClosed(learner, gone))
            return {
              title: 'A search ends only at its next line',
              note: 'that may take long',
            };
          client.leave();
          await learner.stage('left', 0);
          await trial.still();
          return (
            (await isClosed(learner, gone)) && {
              title: 'A search ends only with the connection',
              note: 'two other streams were still being read',
            }
          );
        });
        client.leave();
        await learner.stage('left', 0);
      });

    await trial.step('one connection of two breaks', async () => {
      const here = open(line);
      const there = open(further);
      const stays = await here.ask();
      const lost = [await there.ask(), await there.ask()];
      const parts = {
        sent: 'two searches over one connection, and one over another; then the first connection breaks',
      };
      further.cut('rst');
      await trial.within(learner.stage('left', 1), () => ({
        ...parts,
        title: 'The server keeps a connection that broke',
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
    });
  },
} satisfies Check;

interface Reader {
  text: string;
  stream: ClientHttp2Stream;
  /** Finds a line, and waits until it is here. */
  mustHear(otherwise?: FailureParts): Promise<void>;
  ended: Promise<unknown>;
  came(): string;
  parts: Pick<FailureParts, 'sent' | 'wire'>;
}

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

  async function ask(): Promise<Reader> {
    const text = `${data.word()} ${data.whole(1, 1_000_000)}`;
    const path = `/search?for=${encodeURIComponent(text)}`;
    const stream = session.request({ ':path': path });
    let heard = '';
    let isOver = false;
    let look = () => {};
    stream.setEncoding('utf8');
    stream.on('error', () => {});
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
    const mustHear = async (otherwise?: FailureParts) => {
      const found = data.line();
      wanted += `${found}\n`;
      await learner.stage('find', text, found);
      await trial.within(hears(wanted), () => ({
        ...reader.parts,
        title: 'A search does not give its lines',
        expected: `on stream ${stream.id}: ${JSON.stringify(wanted)}`,
        came: came(),
        ...otherwise,
      }));
    };
    const reader: Reader = {
      text,
      stream,
      mustHear,
      ended,
      came,
      get parts() {
        return { sent: `GET ${path}`, ...(wire && { wire }) };
      },
    };
    const closed = once(stream, 'close').then(() => {
      throw new Error('the stream was closed');
    });
    const begun = Promise.race([learner.stage('hasBegun', text), closed]);
    await trial.within(begun, () => ({
      ...reader.parts,
      title: 'A request begins no search',
      expected: `search(${JSON.stringify(text)})`,
      came: isOver ? came() : 'no such call',
    }));
    await mustHear();
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

  return { ask, fence, leave: () => session.destroy() };
}

async function isClosed(learner: Learner, { text }: Reader) {
  const found = await learner.stage<{ closed: boolean }>('look', text);
  return found.closed;
}

/** Its search is closed; where not, `why` finds out more. */
async function mustEnd(
  trial: CheckContext,
  learner: Learner,
  reader: Reader,
  parts: Partial<FailureParts> = {},
  why?: () => Promise<false | { title: string; note: string }>,
) {
  if (await isClosed(learner, reader)) return;
  await trial.still(); // Some close it a little later.
  if (await isClosed(learner, reader)) return;
  const { parts: usual } = reader;
  const more = await why?.();
  const { asked } = await learner.stage<{ asked: number }>('look', reader.text);
  trial.fail({
    ...usual,
    title: 'A search goes on after its client has gone',
    expected: `close() of the search for “${reader.text}”, at once`,
    came: `no close(); so far next() was called ${asked} times`,
    section: 'step “Leave without loss” of the tutorial',
    ...parts,
    ...more,
  });
}
