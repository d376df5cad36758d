/** Clients of the learner's server, and their clock. */
import type {
  CheckContext,
  FailureParts,
  Learner,
  TappedConnection,
} from '@on-the-wire/course/exercise/check.ts';
import type { Permission } from '../solution.ts';
import { type Message, openConnection } from './connection.ts';
import { mustsOf } from './musts.ts';

/** What a client comes with; without a permission it is a passenger. */
export interface Ticket {
  permission?: Permission;
  graceMs: number;
}

export type Clients = ReturnType<typeof clients>;

const section = 'step 7 of the tutorial';

/** All clients of one server, and their clock. */
export function clients(
  trial: CheckContext,
  learner: Learner,
  line: TappedConnection,
) {
  let count = 0;
  const time = { now: 0 };
  return {
    connect: (ticket: Ticket) =>
      connect({ trial, learner, line, time }, ticket, count++),
    /** So many ms pass, for all of them. */
    async wait(ms: number) {
      time.now += ms;
      await learner.stage('wait', ms);
    },
    /** A new ticket, as an ordinary request would get it. */
    async ticketFor(permission: Permission) {
      const ticket = trial.data.word() + trial.data.word();
      await learner.stage('give', ticket, permission);
      return ticket;
    },
    /** How many timers have been set, for all of them together. */
    timers: () => learner.stage<number>('timers'),
  };
}

interface House {
  trial: CheckContext;
  learner: Learner;
  line: TappedConnection;
  time: { now: number };
}

async function connect(
  { trial, learner, line, time }: House,
  { permission, graceMs }: Ticket,
  which: number,
) {
  const began = time.now;
  const query = new URLSearchParams({
    grace: String(graceMs),
    ...(permission && { user: permission.user, ms: String(permission.ms) }),
  });
  const connection = await openConnection(trial, learner, line, {
    which,
    query,
  });
  const { wire, look } = connection;
  const who = permission
    ? `user: ${permission.user}, ms: ${permission.ms}, graceMs: ${graceMs}`
    : 'a passenger';
  /** What happened to it last. */
  let renewal: string | undefined;
  let last: string | undefined;
  let lastAt = -1;

  function fail(parts: FailureParts): never {
    const now = time.now - began;
    const at = lastAt < now ? `now ${now} ms` : undefined;
    const all = [who, renewal, last, at].filter((each) => each !== undefined);
    return trial.fail({ sent: all.join('; '), section, wire, ...parts });
  }

  function say(...messages: Message[]) {
    const texts = messages.map((message) => JSON.stringify(message));
    lastAt = time.now - began;
    last = `at ${lastAt} ms ${texts.join(' ')}`;
    return connection.say(texts);
  }

  return {
    ...mustsOf({
      fail,
      say,
      look,
      /** From here on this is told, and not what it has sent before. */
      renewed(times: number[]) {
        const now = time.now - began;
        renewal = `at ${now} ms renewed for ${times.join(', then ')} ms`;
        last = undefined;
      },
    }),
    leave: connection.leave,
  };
}
