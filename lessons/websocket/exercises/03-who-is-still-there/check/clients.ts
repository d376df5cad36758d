/** Clients of the learner's server, which return a pong when the check says so. */
import { once } from 'node:events';
import type {
  CheckContext,
  FailureParts,
  Learner,
  TappedConnection,
} from '@on-the-wire/course/exercise/check.ts';
import { WebSocket } from 'ws';
import type { Client } from '../stage.ts';

const section = 'RFC 6455, 5.5.2'; // ping

/** A client, as the check moves it. */
export type Visitor = Awaited<ReturnType<ReturnType<typeof visitors>>>;

/** Returns a function to open one client after the other. */
export function visitors(
  trial: CheckContext,
  learner: Learner,
  line: TappedConnection,
) {
  let count = 0;
  return (intervalMs: number) =>
    visit(trial, learner, line, { which: count++, intervalMs });
}

async function visit(
  trial: CheckContext,
  learner: Learner,
  line: TappedConnection,
  { which, intervalMs }: { which: number; intervalMs: number },
) {
  const url = `${line.origin.replace('http', 'ws')}/${intervalMs}`;
  const client = new WebSocket(url, { autoPong: false });
  trial.defer(() => client.terminate());
  client.on('error', () => {});
  let localPort = 0;
  client.on('upgrade', ({ socket }) => (localPort = socket.localPort!));
  /** How it ended. */
  const end: { how?: string } = {};
  client.once('close', (code) => {
    end.how = code === 1006 ? 'no close frame' : `a close frame, code ${code}`;
  });
  const payloads: Buffer[] = [];
  client.on('ping', (payload: Buffer) => payloads.push(payload));
  await trial.within(once(client, 'open'), (why) => ({
    title: 'A client can no longer connect',
    came: why.message,
  }));
  const wire = { client: localPort, direction: 'down' as const };
  let pongs = 0;
  let others = 0;
  let told: Partial<FailureParts> = {};

  const look = async () => (await learner.stage<Client[]>('look'))[which]!;
  const wait = async (ms: number) =>
    (await learner.stage<Client[]>('wait', Math.round(ms)))[which]!;

  function fail(parts: FailureParts): never {
    return trial.fail({ section, wire, ...parts, ...told });
  }

  const hasLeft = () =>
    trial.within(learner.stage('left', which), () => ({
      title: 'The server does not notice that a client has left',
      section,
      wire,
    }));

  return {
    look,
    /** So many ms pass, for all clients. */
    wait,
    fail,
    /** What is said of it from now on, whatever goes wrong. */
    explain: (parts: Partial<FailureParts>) => (told = parts),
    leave: () => client.close(1000),
    /** Without a close frame. */
    drop: () => client.terminate(),

    /** Returns a pong for each ping that the server has sent. */
    async pong() {
      const { pings } = await look();
      const sent = pings.length;
      while (payloads.length < sent && end.how === undefined)
        await trial.within(
          Promise.race([once(client, 'ping'), once(client, 'close')]),
          () => ({ title: 'A ping does not arrive', section, wire }),
        );
      for (; pongs < sent && end.how === undefined; pongs += 1)
        client.pong(payloads[pongs]);
      await trial.within(learner.stage('came', which, { pongs }), () => ({
        title: 'A pong does not arrive',
        section,
        wire,
      }));
    },

    /** Sends what is no pong. */
    async talk() {
      client.send(trial.data.line());
      client.ping();
      others += 2;
      await trial.within(learner.stage('came', which, { others }), () => ({
        title: 'A message does not arrive',
        section,
        wire,
      }));
    },

    /** It is connected, as it has returned all its pongs. */
    async mustStay() {
      const { state, pings } = await look();
      if (state === WebSocket.OPEN) return;
      if (pongs === 0)
        fail({
          title: 'A new client is terminated because of an earlier one',
          sent: `intervalMs: ${intervalMs}; a client that has just come`,
          expected: `a ping, and ${intervalMs} ms for its pong`,
          came: `the end of its connection after ${pings.length} pings`,
          note: 'is anything remembered for all clients together?',
        });
      fail({
        title: 'A client that sends its pongs is terminated',
        sent: `intervalMs: ${intervalMs}; a pong for each ping, before the next one`,
        expected: 'the same connection, and the next ping',
        came: `pings at ${list(pings)} ms, then the connection was ended`,
        note: 'is each pong noted, and only looked for at the next ping?',
        wire: { ...wire, direction: 'up' },
      });
    },

    /** It was pinged every `intervalMs`, from the start or after the first. */
    async mustBePinged(least: number) {
      const { pings } = await look();
      const gaps = pings.slice(1).map((at, index) => at - pings[index]!);
      const parts = {
        sent: `intervalMs: ${intervalMs}; a pong for each ping, some of them late`,
        expected: `a ping every ${intervalMs} ms`,
        came: pings.length === 0 ? 'no ping' : `pings at ${list(pings)} ms`,
      };
      if (pings.length === 0) fail({ title: 'No ping comes', ...parts });
      const slack = intervalMs / 10; // for code that looks at a clock now and then
      const isOff = (gap: number) => Math.abs(gap - intervalMs) > slack;
      const isLate = pings[0]! > intervalMs + slack;
      if (gaps.some(isOff) || isLate || pings.length < least)
        fail({ title: 'The pings do not come every intervalMs', ...parts });
    },

    /**
     * Its pongs have stopped: at the next ping but one it is terminated. The
     * next one has just been sent.
     */
    async mustBeCut(how: string, meanwhile?: () => Promise<void>) {
      const sent = `intervalMs: ${intervalMs}; ${how}, after ${pongs} pongs`;
      const expected = `${intervalMs} ms after the ping without a pong: terminate(), and no close frame`;
      const early = Math.round(intervalMs / 2);
      const parts = { sent, expected };
      for (const ms of [early, intervalMs - early - 1]) {
        await meanwhile?.();
        const { isCut, state } = await wait(ms);
        if (isCut || state !== WebSocket.OPEN)
          fail({
            title: 'A client is given up before the next ping',
            ...parts,
            came: `the end of its connection in less than ${intervalMs} ms`,
            note: 'its pong may come until then',
          });
      }
      let now = await wait(1);
      if (!now.isCut && now.state === WebSocket.OPEN)
        now = await wait(intervalMs / 10); // as above
      if (!now.isCut && now.state === WebSocket.OPEN)
        for (let more = 1; more <= 3; more += 1) {
          now = await wait(intervalMs);
          if (now.isCut)
            fail({
              title: 'A dead client is noticed too late',
              ...parts,
              came: `its end ${(more + 1) * intervalMs} ms after it`,
            });
        }
      if (!now.isCut && now.state === WebSocket.CLOSING)
        fail({
          title: 'A dead client gets a close frame, and is waited for',
          ...parts,
          came: 'a close frame, for which none is returned: readyState 2, for 30 s',
          section: 'RFC 6455, 7.1.1',
        });
      if (!now.isCut)
        fail({
          title: 'A dead client is not noticed',
          ...parts,
          came: `more pings, and no end: readyState ${now.state}`,
        });
      await learner.stage('left', which);
    },

    /** It saw no close frame when it was cut. */
    async mustHaveSeenNoClose() {
      if (end.how === undefined)
        await trial.within(once(client, 'close'), () => ({
          title: 'A dead client is not noticed',
          section,
          wire,
        }));
      if (end.how === 'no close frame') return;
      fail({
        title: 'A dead client gets a close frame',
        sent: `intervalMs: ${intervalMs}; a client that returns no pong`,
        expected: 'the end of the connection: terminate(), and no close frame',
        came: end.how,
        section: 'RFC 6455, 7.1.1',
      });
    },

    hasLeft,

    /** It has left: no ping, no timer. */
    async mustBeForgotten(how: string) {
      await hasLeft();
      let after = await look();
      for (let time = 0; time < 3; time += 1) after = await wait(intervalMs);
      if (after.late === 0 && after.timers === 0) return;
      fail({
        title: 'The timer of a client that has left goes on',
        sent: `${how}, then 3 times ${intervalMs} ms`,
        expected: 'no ping, and no timer',
        came: `${after.late} pings, ${after.timers} timers that go on`,
      });
    },
  };
}

const list = (times: number[]) => times.map(Math.round).join(', ');
