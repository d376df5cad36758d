/** What a server keeps for readers that have left, or do not read. */
import { request } from 'node:http';
import type {
  Check,
  Learner,
  Served,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { EventReader } from '@on-the-wire/course/exercise/event-reader.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';

const buffer = 1_048_576; // bytes that a reader may leave unread
const atOnce = 800; // announcements of almost 1 KB: less than the buffer
const most = 4 * buffer; // and after how much more it must have been cut off

export default {
  starter: 'A reader that has left is still served',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const server = await learner.serve({ buffer });

    await trial.step('readers get updates, by GET and by POST', async () => {
      for (const [method, body] of [
        ['GET', ''],
        ['POST', data.line()],
      ] as const) {
        const reader = await open(trial, server, method, body);
        await mustHear(trial, server, reader, method);
        reader.leave();
      }
      await allGone(trial, learner);
    });

    await trial.step('a reader that leaves leaves nothing behind', async () => {
      const count = data.whole(8, 16);
      const before = await server.feed.listeners('update');
      await mustBe(trial, before, 0, 2);
      const readers = await Promise.all(
        Array.from({ length: count }, () => open(trial, server, 'GET')),
      );
      for (const reader of readers)
        await mustHear(trial, server, reader, 'GET');
      for (const reader of readers) reader.leave();
      await allGone(trial, learner);
      const after = await server.feed.listeners('update');
      await mustBe(trial, after, before, count);
    });

    await trial.step(
      'one does not read: nobody waits, nothing piles up',
      async () => {
        // A network that passes on at once: this is about many bytes, not pieces.
        server.break();
        const sleeper = await rawClient(server.port);
        sleeper.send('GET /events HTTP/1.1\r\nHost: board\r\n\r\n');
        await trial.within(sleeper.until('\r\n\r\n'), () => ({
          title: 'The stream does not open',
        }));
        sleeper.socket.pause();
        trial.defer(() => sleeper.socket.destroy());
        const reader = await open(trial, server, 'GET');
        let sent = 0;
        let unread = 0;
        for (;;) {
          const heard = reader.bytes;
          const last = await learner.stage<number>('burst', atOnce);
          sent += atOnce;
          await trial.within(
            reader.until(({ numbers }) => numbers.at(-1) === last),
            () => ({
              title: reader.response.closed
                ? 'A reader that reads was cut off'
                : 'One reader stops the others',
              sent: `${sent} announcements; one reader does not read, the other does`,
              expected: `the other gets all, up to "n":${last}`,
              came: `it got all up to "n":${reader.numbers.at(-1) ?? 0}`,
              wire: { client: reader.client, direction: 'down' },
            }),
          );
          let { waiting, connections } = await learner.memory();
          if (waiting > 0) {
            // Perhaps they were the reader's, which has them by now.
            await trial.still();
            ({ waiting, connections } = await learner.memory());
          }
          if (connections < 2) break;
          // Operating systems on the way buffer some megabytes, each as many as it
          // likes, before anything waits in the server. From then on all of it does.
          if (waiting === 0) continue;
          unread += reader.bytes - heard;
          if (unread < most) continue;
          trial.fail({
            title: 'Unread bytes fill the memory',
            sent: `${sent} announcements to a reader that does not read`,
            expected: `with more than ${buffer} bytes unread it is cut off`,
            came: `${unread} bytes since the first had to wait, and it is still connected`,
            section: 'tutorial, “What about a reader that does not read?”',
          });
        }
        reader.leave();
        await allGone(trial, learner);
        await mustBe(trial, await server.feed.listeners('update'), 0, 2);
      },
    );
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
) {
  const [update] = await server.feed.next();
  const { n } = update!.data;
  await trial.within(
    reader.until(({ numbers }) => numbers.includes(n)),
    () => ({
      title: 'A reader that is still there gets nothing',
      sent: `${method} /events, its body read; then an update with "n":${n}`,
      expected: `id: ${update!.id}`,
      came: `${reader.events.length} events`,
      tryIt: `curl -N ${method === 'POST' ? '-d hello ' : ''}${trial.live}/events`,
      wire: { client: reader.client, direction: 'down' },
    }),
  );
}

/** Waits until the server has noticed that nobody is connected. */
async function allGone(trial: CheckContext, learner: Learner) {
  await trial.still();
  const { connections } = await learner.memory();
  if (connections > 0)
    trial.fail({ title: 'A reader has left, and its connection stays open' });
}

/** The feed has as many listeners as it had. */
async function mustBe(
  trial: CheckContext,
  found: number,
  expected: number,
  readers: number,
) {
  if (found <= expected) return;
  trial.fail({
    title: 'A reader that has left is still served',
    sent: `${readers} readers came, got an update, and left`,
    expected: `as many listeners on the feed as before: ${expected}`,
    came: `${found} listeners`,
    section: 'tutorial, “Which close do I listen for?”',
  });
}
