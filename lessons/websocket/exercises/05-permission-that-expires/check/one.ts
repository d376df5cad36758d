/** What must hold for one connection with a permission. */
import type {
  CheckContext,
  Generated,
} from '@on-the-wire/course/exercise/check.ts';
import type { Clients } from './clients.ts';
import type { Message } from './connection.ts';

/** What staff may send, if the check makes it up. */
export function messageOf(data: Generated): Message {
  const kind = data.pick(['delay', 'announce', data.word()]);
  return { kind, train: data.whole(0, 9_999) };
}

/** A user, and times in ms: much longer than what passes between two looks. */
export const anyone = (data: Generated) => ({
  user: data.word(),
  ms: data.whole(3_000, 9_000),
  graceMs: data.whole(1_000, 2_000),
});

/** How late it may be closed: for code that looks at a clock now and then. */
export const slackOf = (graceMs: number) => Math.floor(graceMs / 10);

/** Titles where a renewed connection does not go on. */
const oldEnd = {
  refused: 'A renewed permission expires when the old one would have',
  closed: 'The timer of the old permission closes the connection',
};
const tooLong = 'A renewed permission lasts too long';
const notClosed = 'It is not closed when graceMs are over';
const tooEarly = 'It is closed before graceMs are over';

export async function mustBeValid({ data }: CheckContext, all: Clients) {
  const { user, ms, graceMs } = anyone(data);
  const client = await all.connect({ permission: { user, ms }, graceMs });
  await client.mustDo([messageOf(data)]);
  const first = data.whole(1, ms - 2);
  await all.wait(first);
  await client.mustDo([messageOf(data), messageOf(data), messageOf(data)]);
  await client.mustDo([{ ...messageOf(data), inMs: 0, expiresAt: 0 }]);
  await all.wait(ms - 1 - first);
  await client.mustDo([messageOf(data)]);
  await client.leave('close');
}

export async function mustExpire({ data }: CheckContext, all: Clients) {
  const { user, ms, graceMs } = anyone(data);
  const ticket = { permission: { user, ms }, graceMs };
  const [busy, quiet] = [await all.connect(ticket), await all.connect(ticket)];
  await all.wait(ms - 1);
  await busy.mustDo([messageOf(data)]);
  await all.wait(2);
  await busy.mustRefuse([{ ...messageOf(data), kind: 'delay' }]);
  await quiet.mustRefuse([messageOf(data)]);
  await busy.mustRefuse([messageOf(data), messageOf(data)]);
  const claims = { user, ms, inMs: 1e9, expiresAt: 1e15, until: 1e15 };
  await busy.mustRefuse([{ ...messageOf(data), ...claims }]);
  await all.wait(graceMs - 2);
  await busy.mustRefuse([messageOf(data)]);
  for (const client of [busy, quiet]) await client.leave('close');
}

export async function mustClose({ data }: CheckContext, all: Clients) {
  const { user, ms, graceMs } = anyone(data);
  const ticket = { permission: { user, ms }, graceMs };
  const [busy, quiet] = [await all.connect(ticket), await all.connect(ticket)];
  await all.wait(ms + 1);
  await quiet.mustBeOpen(tooEarly);
  await busy.mustRefuse([messageOf(data)]);
  const half = Math.floor(graceMs / 2);
  await all.wait(half);
  await busy.mustRefuse([messageOf(data)]);
  await all.wait(graceMs - half - 2);
  await quiet.mustBeOpen(tooEarly);
  await busy.mustRefuse([messageOf(data)]);
  await all.wait(slackOf(graceMs) + 1);
  await quiet.mustBeClosed(notClosed);
  await busy.mustBeClosed('Messages that are refused put the close off');
  for (const client of [busy, quiet]) await client.leave('close');
}

export async function mustIgnore({ data }: CheckContext, all: Clients) {
  const { user, ms, graceMs } = anyone(data);
  const client = await all.connect({ permission: { user, ms }, graceMs });
  await client.mustDo([messageOf(data)]);
  await all.wait(ms + graceMs + slackOf(graceMs));
  await client.mustBeClosed(notClosed);
  await client.mustIgnore(messageOf(data), messageOf(data));
  const ticket = await all.ticketFor({ user, ms });
  await client.mustIgnore({ kind: 'renew', ticket }, messageOf(data));
  await all.wait(1);
  await client.mustIgnore(messageOf(data));
  await client.leave('close');
}

export async function mustRenew({ data }: CheckContext, all: Clients) {
  const { user, ms, graceMs } = anyone(data);
  const slack = slackOf(graceMs);
  const client = await all.connect({ permission: { user, ms }, graceMs });
  let lasts = ms;
  const renew = async (fresh: number, more?: object) => {
    const ticket = await all.ticketFor({ user, ms: fresh });
    await client.mustRenew([ticket], [fresh], more);
    lasts = fresh;
  };

  // For longer: the old end passes, and the time at which it would be closed.
  const early = data.whole(1, ms - 2);
  await all.wait(early);
  const rest = ms - early + graceMs + slack;
  await renew(rest + data.whole(500, 3_000));
  await client.mustDo([messageOf(data)], oldEnd);
  await all.wait(ms - early + 1);
  await client.mustDo([messageOf(data)], oldEnd);
  await all.wait(graceMs + slack);
  await client.mustDo([messageOf(data)], oldEnd);

  // Twice in one read: the second one counts.
  const times = [data.whole(2_000, 3_000), data.whole(6_000, 9_000)];
  const two = times.map((time) => all.ticketFor({ user, ms: time }));
  await client.mustRenew(await Promise.all(two), times);
  lasts = times[1]!;
  await all.wait(lasts - 1);
  await client.mustDo([messageOf(data)], {
    refused: 'Of two renewals in one read, the first one counts',
    closed: 'Of two renewals in one read, the timer of the first one goes on',
  });

  // For a shorter time than what is left; what the client says of it is none.
  await renew(data.whole(7_000, 9_000));
  await renew(data.whole(1_000, 5_000), { claims: { ms: 1e9, inMs: 1e9 } });
  await all.wait(lasts - 1);
  await client.mustDo([messageOf(data)]);
  await all.wait(2);
  await client.mustRefuse([messageOf(data)], tooLong);

  // At the last moment, of either time; and what comes right after it.
  await all.wait(graceMs - 2); // it has expired for 1 ms already
  await renew(data.whole(2_000, 6_000), { also: [messageOf(data)] });
  for (const late of [-1, 1, graceMs - 1]) {
    await all.wait(lasts + late);
    await client.mustBeOpen(oldEnd.closed);
    await renew(data.whole(2_000, 6_000), { also: [messageOf(data)] });
  }
  await all.wait(lasts - 1);
  await client.mustDo([messageOf(data)], oldEnd);
  await all.wait(2);
  await client.mustRefuse([messageOf(data)], tooLong);
  await all.wait(graceMs + slack);
  await client.mustBeClosed('A connection that was renewed is never closed');
  await client.leave('close');
}

export async function mustNotRenew({ data }: CheckContext, all: Clients) {
  const { user, ms, graceMs } = anyone(data);
  const client = await all.connect({ permission: { user, ms }, graceMs });
  const used = await all.ticketFor({ user, ms });
  await client.mustRenew([used], [ms]);
  const others = async () => all.ticketFor({ user: `${user}2`, ms: 3 * ms });
  const bad = async (): Promise<[ticket: unknown, title: string][]> => [
    [used, 'A ticket renews twice'],
    [await others(), 'The ticket of another user renews'],
    ...[data.word(), undefined, '', null, data.whole(1, 99)].map(
      (ticket): [unknown, string] => [ticket, 'What is no ticket renews'],
    ),
  ];
  const pause = Math.floor(ms / 10);
  let now = 0;
  for (const [ticket, title] of await bad()) {
    await all.wait(pause);
    now += pause;
    await client.mustNotRenew(ticket, title);
    await client.mustDo([messageOf(data)], {
      refused: 'A ticket that is no good takes the permission away',
      closed: 'A ticket that is no good ends the connection',
    });
  }
  await all.wait(ms - 1 - now);
  await client.mustDo([messageOf(data)], {
    refused: 'A ticket that is no good takes the permission away',
    closed: 'A ticket that is no good ends the connection',
  });
  await all.wait(2);
  const renews = 'A ticket that is no good renews all the same';
  await client.mustRefuse([messageOf(data)], renews);
  const short = Math.floor(graceMs / 10);
  now = 1;
  for (const [ticket, title] of await bad()) {
    await all.wait(short);
    now += short;
    await client.mustNotRenew(ticket, title);
    await client.mustRefuse([messageOf(data)], renews);
  }
  await all.wait(graceMs - 1 - now);
  await client.mustBeOpen(tooEarly);
  await all.wait(slackOf(graceMs) + 1);
  await client.mustBeClosed('After a ticket that is no good it is not closed');
  await client.leave('close');
}
