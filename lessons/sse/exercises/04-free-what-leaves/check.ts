/** What a server keeps for readers that have left, or do not read. */
import { request } from 'node:http';
import type {
  Check,
  CheckContext,
  FailureParts,
  Learner,
  Served,
} from '@on-the-wire/course/exercise/check.ts';
import { EventReader } from '@on-the-wire/course/exercise/event-reader.ts';
import type { Steady } from './stage.ts';

const section =
  'tutorial, “How do I notice that a reader has left, or does not read?”';

export default {
  starter: 'A reader that has left is still served',

  async run(trial) {
    const { data } = trial;
    /** Bytes that a reader may leave unread. */
    const buffer = data.whole(600, 900) * 1_000;
    const learner = await trial.start();
    const server = await learner.serve({ buffer });
    const before = await server.feed.listeners('update');

    await trial.step('readers get updates, by GET and by POST', async () => {
      for (const [method, body] of [
        ['GET', ''],
        ['POST', data.line()],
      ] as const) {
        const reader = await open(trial, server, method, body);
        await mustHear(trial, server, reader, method);
        await mustHear(trial, server, reader, method);
        await leave(trial, learner, reader, 0);
      }
    });

    await trial.step('a reader that leaves leaves nothing behind', async () => {
      const count = data.whole(4, 8);
      const start = await server.feed.listeners('update');
      mustListen(trial, start, before, 2);
      const readers = await Promise.all(
        Array.from({ length: 2 * count }, (_, index) =>
          open(trial, server, index % 2 === 0 ? 'GET' : 'POST'),
        ),
      );
      for (const reader of readers)
        await mustHear(trial, server, reader, 'GET');
      // Half of them leave, and the others stay.
      for (let left = 0; left < count; left += 1)
        await leave(trial, learner, readers[left]!, 2 * count - left - 1);
      mustListen(
        trial,
        await server.feed.listeners('update'),
        before + count,
        count,
      );
      for (const reader of readers.slice(count))
        await mustHear(trial, server, reader, 'GET', 'one that has left');
      for (let left = count; left < 2 * count; left += 1)
        await leave(trial, learner, readers[left]!, 2 * count - left - 1);
      const after = await server.feed.listeners('update');
      mustListen(trial, after, before, 2 * count);
    });

    // A network that passes on at once: this is about many bytes, not pieces.
    server.break();
    const sleepers: EventReader[] = [];
    let reader: EventReader;
    /** Updates for all; resolves when the one that reads has got them. */
    const burst = async (share: number, name: 'burst' | 'big' = 'burst') => {
      const bytes = Math.round(share * buffer);
      const last = await learner.stage<number>(name, bytes, 0);
      await mustGet(trial, server, reader, last, {
        who: 'A reader that reads',
        sent: `updates of ${bytes} bytes; buffer: ${buffer}; other readers do not read`,
        stops: 'One reader stops the others',
      });
      return last;
    };

    await trial.step('a slow reader gets each update, too', async () => {
      for (let count = 0; count < 2; count += 1) {
        const sleeper = await open(trial, server, 'GET');
        sleeper.response.pause();
        sleepers.push(sleeper);
      }
      reader = await open(trial, server, 'GET');
      // Operating systems on the way buffer some megabytes, each as many as it
      // likes, before anything waits in the server.
      let last = 0;
      for (;;) {
        last = await burst(0.6);
        const { waiting, connections } = await learner.memory();
        if (connections < 3) break;
        if (waiting === 0) continue;
        // Perhaps they were the reader's, which has them by now.
        await trial.still();
        if ((await learner.memory()).waiting > 0) break;
      }
      const slow = sleepers.pop()!;
      slow.response.resume();
      await mustGet(trial, server, slow, last, {
        who: 'A reader that is only slow',
        sent: `buffer: ${buffer}; less than that was unread; then the reader read it`,
        // Node 26 may leave out a `drain`: code that waits for it cannot go on.
        stops: '',
      });
      await leave(trial, learner, slow, 2);
      await mustKeepSteady(trial, learner);
    });

    await trial.step(
      'one does not read: nobody waits, nothing piles up',
      async () => {
        const isStuck = async () => {
          await trial.still();
          const { waiting, connections } = await learner.memory();
          return waiting > 0 || connections < 2;
        };
        // Each system on the way has its own measure: this one may have room.
        while (!(await isStuck())) await burst(0.3);
        // From here on nobody takes what the sleeper gets: all of it waits. It
        // is less than the buffer first, and three times as much in the end: Node
        // counts the characters of a string, and the bytes of a Buffer.
        await burst(0.3);
        await trial.still();
        if ((await learner.memory()).connections < 2)
          trial.fail({
            title: 'A reader is cut off too early',
            sent: `updates for a reader that does not read; buffer: ${buffer}`,
            expected: 'an open connection, until more than that is unread',
            came: 'less was unread, and it was cut off',
            section,
          });
        for (let times = 1; times <= 3; times += 1) {
          await burst(0.9, 'big');
          await trial.still();
          const { waiting, connections } = await learner.memory();
          if (connections < 2) break;
          // As many characters wait in the connection: there is the rest.
          const isString = waiting > 0.3 * buffer && waiting <= buffer;
          if (isString && times < 3) continue;
          await mustNotStay(trial, server, learner, sleepers[0]!, {
            sent: `an update of ${Math.round(0.9 * buffer)} bytes, ${times} times; buffer: ${buffer}`,
            expected: `with more than ${buffer} bytes unread it is cut off`,
            section,
          });
        }
        const after = await server.feed.listeners('update');
        mustListen(trial, after, before + 1, 1, 'was cut off');
        await mustHear(trial, server, reader, 'GET', 'one that was cut off');
        await leave(trial, learner, reader, 0);
        const end = await server.feed.listeners('update');
        mustListen(trial, end, before, 3);
      },
    );

    await trial.step('two feeds: each reader gets its own', async () => {
      const other = await learner.serve({ buffer });
      const first = await open(trial, server, 'GET');
      const second = await open(trial, other, 'GET');
      const [update] = await other.feed.next();
      const last = await learner.stage<number>('burst', 2_000, 0);
      const parts = {
        sent: 'two servers in one process, each with a feed and a reader',
        stops: 'A reader gets nothing from its own feed',
      };
      await mustGet(trial, server, first, last, { who: 'A reader', ...parts });
      const { n } = update!.data;
      await mustGet(trial, other, second, n, { who: 'A reader', ...parts });
      await trial.still();
      if (first.numbers.length === 3 && second.numbers.length === 1) return;
      trial.fail({
        title: 'A reader gets updates of another feed',
        sent: parts.sent,
        expected: '3 updates for the first reader, 1 for the second',
        came: `${first.numbers.length} for the first, ${second.numbers.length} for the second`,
      });
    });
  },
} satisfies Check;

function open(
  trial: CheckContext,
  server: Served,
  method: string,
  body = '',
): Promise<EventReader> {
  const asking = new Promise<EventReader>((resolve, reject) => {
    const path = '/events';
    const host = '127.0.0.1';
    request({ port: server.port, host, method, path, agent: false })
      .on('response', (response) => resolve(new EventReader(response)))
      .on('error', reject)
      .end(body);
  });
  return trial.within(asking, (why) => ({
    title: 'The stream does not open',
    sent: `${method} /events`,
    expected: 'HTTP/1.1 200, at once',
    came: why.message,
  }));
}

async function mustHear(
  trial: CheckContext,
  server: Served,
  reader: EventReader,
  method: string,
  others?: string,
) {
  const [update] = await server.feed.next();
  const { n } = update!.data;
  await trial.within(
    reader.until(({ numbers }) => numbers.includes(n)),
    () => ({
      title: others
        ? `A reader gets nothing more after ${others}`
        : 'A reader that is still there gets nothing',
      sent: `${method} /events, its body read; then an update with "n":${n}`,
      expected: `id: ${update!.id}`,
      came: `${reader.events.length} events`,
      tryIt: `curl -N ${method === 'POST' ? '-d hello ' : ''}${trial.live}/events`,
      wire: { client: reader.client, direction: 'down' },
    }),
  );
}

/**
 * Resolves when nothing goes on, and nothing has gone on for a while: a system
 * may take some tenths of a second until it says that it has room again.
 */
async function quiet(trial: CheckContext) {
  for (let times = 0; times < 4; times += 1) await trial.still();
}

/** This reader gets everything up to this number: none missing, none twice. */
async function mustGet(
  trial: CheckContext,
  server: Served,
  reader: EventReader,
  last: number,
  { who, sent, stops }: { who: string; sent: string; stops: string },
) {
  const wire = { client: reader.client, direction: 'down' } as const;
  const expected = `all updates up to "n":${last}`;
  const came = () => `all up to "n":${reader.numbers.at(-1) ?? 0}`;
  await trial
    .within(
      reader.until(({ numbers }) => numbers.at(-1) === last),
      () => ({
        title: reader.response.closed ? `${who} was cut off` : stops,
        sent,
        expected,
        came: came(),
        wire,
      }),
      { still: false, until: () => quiet(trial) },
    )
    .catch(async (failure: unknown) => {
      // Does it get nothing any more, or only not everything?
      const before = came();
      const [next] = await server.feed.next();
      await trial.still();
      const goesOn = reader.numbers.at(-1) === next!.data.n;
      if (!goesOn && !stops && !reader.response.closed) return;
      if (!goesOn) throw failure;
      trial.fail({
        title: `${who} misses updates`,
        sent,
        expected,
        came: `${before}, and then "n":${next!.data.n}`,
        wire,
      });
    });
  const { numbers } = reader;
  const at = numbers.findIndex((n, index) => n !== numbers[0]! + index);
  if (at < 0) return;
  const isTwice = numbers.slice(0, at).includes(numbers[at]!);
  trial.fail({
    title: isTwice ? `${who} gets updates twice` : `${who} misses updates`,
    sent,
    expected,
    came: `after "n":${numbers[at - 1]} comes "n":${numbers[at]}`,
    wire,
  });
}

/** A reader that reads all the time, and is always a little behind, stays. */
async function mustKeepSteady(trial: CheckContext, learner: Learner) {
  const { data } = trial;
  const buffer = data.whole(2_000, 3_000) * 1_000;
  // Two of them are less than the buffer, and all of them twice as much.
  const bytes = Math.round((data.whole(26, 31) / 100) * buffer);
  const count = data.whole(8, 12);
  const { made, got, wasCut } = await learner.stage<Steady>(
    'steady',
    bytes,
    count,
    buffer,
  );
  if (!wasCut) return;
  trial.fail({
    title: 'A slow reader that goes on reading was cut off',
    sent: `${count} updates of ${bytes} bytes; buffer: ${buffer}; one is read before the next one comes`,
    expected: `an open connection: never more than ${2 * bytes} bytes are unread`,
    came: `cut off at update ${made.length}, when ${got.length} had been read`,
    note: 'what it has read is not unread any more',
    section,
  });
}

/** Says how a reader stays that should have been cut off. */
async function mustNotStay(
  trial: CheckContext,
  server: Served,
  learner: Learner,
  sleeper: EventReader,
  parts: Partial<FailureParts>,
) {
  await learner.stage('burst', 1, 0);
  await trial.still();
  if ((await learner.memory()).connections < 2)
    trial.fail({
      ...parts,
      title: 'A reader is cut off too late',
      came: 'it stayed until there was one more update',
    });
  const gap = await gapOf(trial, server, sleeper);
  if (sleeper.response.complete)
    trial.fail({
      ...parts,
      title: 'The response is ended, and its unread bytes stay',
      came: 'the response ended, but not before all of it was read',
    });
  if (gap)
    trial.fail({
      ...parts,
      title: 'Updates are left out, and the reader is not cut off',
      came: gap,
    });
  trial.fail({
    ...parts,
    title: 'Unread bytes fill the memory',
    came: 'all of them were kept, and it is still connected',
  });
}

/** What a reader has missed that did not read, and reads now; '' if nothing. */
async function gapOf(trial: CheckContext, server: Served, reader: EventReader) {
  reader.response.resume();
  await trial.still();
  await server.feed.next();
  await trial.still();
  const { numbers } = reader;
  const at = numbers.findIndex((n, index) => n > (numbers[index - 1] ?? n) + 1);
  return at > 0 ? `after "n":${numbers[at - 1]} comes "n":${numbers[at]}` : '';
}

/** A reader leaves; resolves when the server has noticed it. */
async function leave(
  trial: CheckContext,
  learner: Learner,
  reader: EventReader,
  others: number,
) {
  const { socket } = reader.response;
  if (trial.data.whole(0, 1) === 0) reader.leave();
  else socket.resetAndDestroy();
  let { connections } = await learner.memory();
  while (connections > others) ({ connections } = await learner.memory());
}

/** The feed has as many listeners as it should, or fewer: they may share one. */
function mustListen(
  trial: CheckContext,
  found: number,
  most: number,
  readers: number,
  what = 'has left',
) {
  if (found === 0)
    trial.fail({
      title: "A reader that leaves removes somebody else's listener",
      sent: `${readers} readers came, got an update, and left`,
      expected: 'the listener that was on the feed before them',
      came: 'no listener',
    });
  if (found <= most) return;
  trial.fail({
    title: `A reader that ${what} is still served`,
    sent: `${readers} readers came, got an update, and ${what === 'has left' ? 'left' : 'one was cut off'}`,
    expected: `${most} listeners on the feed, at most`,
    came: `${found} listeners`,
    section,
  });
}
