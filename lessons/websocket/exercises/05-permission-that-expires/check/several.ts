/** What must hold for several connections, for others, and for a long time. */
import type { CheckContext } from '@on-the-wire/course/exercise/check.ts';
import type { Clients } from './clients.ts';
import { anyone, messageOf, slackOf } from './one.ts';

const hour = 3_600_000; // ms
const day = 24 * hour;

export async function mustStandAlone({ data }: CheckContext, all: Clients) {
  const { user, ms, graceMs } = anyone(data);
  const shared = {
    refused: 'What happens to one connection ends the permission of another',
    closed: 'What happens to one connection closes another',
  };
  const connect = (who: string, lasts: number, grace = graceMs) =>
    all.connect({ permission: { user: who, ms: lasts }, graceMs: grace });
  // The first and the second are two tabs of the same user.
  const first = await connect(user, ms, 2 * graceMs);
  const second = await connect(user, ms);
  const third = await connect(`${user}-${data.word()}`, 5 * ms);
  const early = data.whole(1, ms - 2);
  await all.wait(early);
  const ticket = await all.ticketFor({ user, ms: 4 * ms });
  await first.mustRenew([ticket], [4 * ms]);
  await second.mustNotRenew(ticket, 'A ticket renews two connections');
  await all.wait(ms - early + 1);
  const renewed = 'The renewal of one connection renews another';
  await second.mustRefuse([messageOf(data)], renewed);
  await first.mustDo([messageOf(data)], shared);
  await third.mustDo([messageOf(data)], shared);
  await all.wait(graceMs + slackOf(graceMs));
  await second.mustBeClosed('One of two connections is not closed');
  for (const client of [first, third])
    await client.mustDo([messageOf(data)], shared);
  await second.leave('close');
  for (const client of [first, third])
    await client.mustDo([messageOf(data)], shared);
  await third.leave('drop');
  const passed = ms + 1 + graceMs + slackOf(graceMs);
  await all.wait(early + 4 * ms - 1 - passed);
  await first.mustDo([messageOf(data)], shared);
  await all.wait(2);
  await first.mustRefuse([messageOf(data)]);
  await all.wait(2 * graceMs - 2);
  await first.mustBeOpen('It is closed before graceMs are over');
  await all.wait(slackOf(2 * graceMs) + 1);
  await first.mustBeClosed('When another has left, one is no longer closed');
  await first.leave('close');
}

export async function mustStay({ data }: CheckContext, all: Clients) {
  const { user, ms, graceMs } = anyone(data);
  const closed = 'A passenger is closed';
  const passenger = await all.connect({ graceMs });
  const refuse = async () => {
    const title = 'The message of a passenger is carried out';
    await passenger.mustRefuse([messageOf(data)], title, 'only for staff');
  };
  await refuse();
  await all.wait(ms + graceMs + slackOf(graceMs));
  await passenger.mustBeOpen(closed);
  const title = 'A passenger renews what they do not have';
  for (const ticket of [data.word(), await all.ticketFor({ user, ms })]) {
    await passenger.mustNotRenew(ticket, title);
    await refuse();
  }
  for (const time of [ms, graceMs, day]) {
    await all.wait(time);
    await passenger.mustBeOpen(closed);
  }
  await refuse();
  await passenger.leave('close');
}

export async function mustLast({ data }: CheckContext, all: Clients) {
  const { user, ms } = anyone(data);
  const weeks = 2 ** 31 + data.whole(1, 10) * day;
  const graceMs = data.whole(6, 12) * hour;
  const titles = {
    refused: 'Permission for weeks expires too early',
    closed: 'Permission for weeks is closed too early',
    note: 'setTimeout can wait for 2147483647 ms at most',
  };
  const long = await all.connect({ permission: { user, ms: weeks }, graceMs });
  const renewed = await all.connect({ permission: { user, ms }, graceMs });
  const ticket = await all.ticketFor({ user, ms: weeks });
  await renewed.mustRenew([ticket], [weeks]);
  const both = [long, renewed];
  let now = 0;
  for (const time of [10, hour, 2 ** 31 + 1, weeks - 1]) {
    await all.wait(time - now);
    now = time;
    for (const client of both) await client.mustDo([messageOf(data)], titles);
  }
  await all.wait(2);
  for (const client of both) await client.mustRefuse([messageOf(data)]);
  await all.wait(graceMs - 2);
  for (const client of both)
    await client.mustBeOpen('It is closed before graceMs are over');
  await all.wait(slackOf(graceMs) + 1);
  for (const client of both) {
    await client.mustBeClosed('Permission for weeks is never closed');
    await client.leave('close');
  }
}

export async function mustRest(trial: CheckContext, all: Clients) {
  const { data } = trial;
  const { user, ms, graceMs } = anyone(data);
  // One stays: a timer for all of them together may go on with it.
  const staying = { permission: { user, ms: 30 * hour }, graceMs };
  const witness = await all.connect(staying);
  const before = await all.timers();
  const ends: [sent: string, renews: boolean, time: number][] = [
    ['', false, 0],
    ['after a renewal, ', true, 0],
    ['after the permission has expired, ', false, ms + 1],
    ['after it has expired and was renewed, ', true, ms + 1],
    ['after it was closed, ', false, ms + graceMs + slackOf(graceMs)],
  ];
  for (const [sent, renews, time] of ends)
    for (const how of ['close', 'drop'] as const) {
      const client = await all.connect({ permission: { user, ms }, graceMs });
      await all.wait(time);
      const ticket = await all.ticketFor({ user, ms });
      if (renews) await client.mustRenew([ticket], [ms]);
      await client.leave(how);
      const after = await all.timers();
      if (after <= before) continue;
      trial.fail({
        title: 'A connection that has ended still has a timer',
        sent: `${sent}${how === 'close' ? 'a close frame' : 'an end without a close frame'}`,
        expected: 'as many timers as before it came',
        came: `${after - before} more`,
        note: 'a timer keeps the client in memory, and the process alive',
        section: 'step 7 of the tutorial',
      });
    }
  await all.wait(ms + graceMs + slackOf(graceMs));
  await witness.mustDo([messageOf(data)]);
  await witness.leave('close');
}
