/** What must come of what a client sends, and of some time. */
import type { FailureParts } from '@on-the-wire/course/exercise/check.ts';
import { type Message, type Reply, textOf } from './connection.ts';

/** A client that can send, and say what does not hold. */
interface Client {
  fail(parts: FailureParts): never;
  say(...messages: Message[]): Promise<Reply>;
  /** What has come since the last look. */
  look(): Promise<Reply>;
  /** Notes that it was renewed, for so many ms. */
  renewed(times: number[]): void;
}

/** What is told of a message that must be carried out, and is not. */
interface Titles {
  refused: string;
  closed: string;
  note?: string;
}

const titles: Titles = {
  refused: 'A message is not carried out, although nothing has expired',
  closed: 'The connection is closed, although nothing has expired',
};

export function mustsOf(client: Client) {
  const { say, look, renewed } = client;
  const fail: Client['fail'] = (parts) => client.fail(parts);

  function mustStay(reply: Reply, expected: string, title: string) {
    if (reply.end) fail({ title, expected, came: textOf(reply) });
  }

  return {
    /** It is connected, and nothing has come. */
    async mustBeOpen(title: string) {
      const reply = await look();
      mustStay(reply, 'an open connection', title);
      if (reply.responses.length > 0)
        fail({
          title: 'A response comes, and nothing was sent',
          expected: 'nothing',
          came: textOf(reply),
        });
    },

    /** Each of them is carried out, and gets no response. */
    async mustDo(
      messages: Message[],
      { refused, closed, note }: Titles = titles,
    ) {
      const reply = await say(...messages);
      const parts = {
        expected: textOf({ done: messages }),
        came: textOf(reply),
        note,
      };
      if (reply.end) fail({ title: closed, ...parts });
      if (reply.done.length > messages.length)
        fail({ title: 'A message is carried out twice', ...parts });
      if (!areSame(reply.done, messages)) fail({ title: refused, ...parts });
      if (reply.responses.length > 0)
        fail({
          title: 'What is carried out gets a response all the same',
          ...parts,
        });
    },

    /** Each of them is refused, and none is carried out. */
    async mustRefuse(
      messages: Message[],
      title = 'A message is carried out after the permission has expired',
      why = 'expired',
    ) {
      const reply = await say(...messages);
      const wanted = messages.map(({ kind: of }) => ({
        kind: 'refused',
        of,
        why,
      }));
      const parts = {
        expected: textOf({ messages: wanted }),
        came: textOf(reply),
      };
      if (reply.done.length > 0) fail({ title, ...parts });
      if (reply.end)
        fail({ title: 'It is closed before graceMs are over', ...parts });
      if (reply.responses.length < wanted.length)
        fail({ title: 'A message that is refused gets no response', ...parts });
      const isSame = reply.responses.every((one, at) =>
        covers(one, wanted[at] ?? { kind: 'nothing' }),
      );
      if (!isSame)
        fail({
          title: 'The response does not say what was refused, and why',
          ...parts,
        });
    },

    /** It is closed: what comes now is not carried out, and renews nothing. */
    async mustIgnore(...messages: Message[]) {
      const reply = await say(...messages);
      if (reply.done.length > 0)
        fail({
          title: 'What comes after the close frame is carried out',
          expected: 'nothing is carried out',
          came: textOf({ ...reply, end: undefined }),
          note: 'ws hands on what comes until the client, too, has closed',
        });
    },

    /**
     * Sends tickets, and each renews the permission. What comes right after
     * them is carried out.
     *
     * @param times how many ms each of them gives
     */
    async mustRenew(
      tickets: string[],
      times: number[],
      { claims = {}, also = [] as Message[] } = {},
    ) {
      const renewals = tickets.map((ticket) => ({
        ...claims,
        kind: 'renew',
        ticket,
      }));
      const reply = await say(...renewals, ...also);
      const wanted = times.map((inMs) => ({ kind: 'renewed', inMs }));
      const parts = {
        expected: textOf({ messages: wanted, done: also }),
        came: textOf(reply),
      };
      if (reply.end)
        fail({ title: 'A good ticket ends the connection', ...parts });
      if (reply.done.some(({ kind }) => kind === 'renew'))
        fail({ title: 'The message renew itself is carried out', ...parts });
      if (reply.responses.length === 0)
        fail({ title: 'A renewal gets no response', ...parts });
      const found = reply.responses.filter(({ kind }) => kind === 'renewed');
      if (found.length < wanted.length)
        fail({ title: 'A good ticket does not renew', ...parts });
      if (!found.every((one, at) => covers(one, wanted[at] ?? {})))
        fail({ title: 'The response does not say for how long', ...parts });
      if (reply.responses.length > found.length || !areSame(reply.done, also))
        fail({
          title: 'What comes right after a renewal is not carried out',
          ...parts,
          note: 'messages of one connection are carried out in their order',
        });
      renewed(times);
    },

    /** Sends what is no good ticket: an error comes, and nothing is renewed. */
    async mustNotRenew(ticket: unknown, title: string) {
      const reply = await say({ kind: 'renew', ticket });
      const parts = {
        expected: '{"kind":"error","message":"…"}',
        came: textOf(reply),
      };
      if (reply.end)
        fail({
          title: 'A ticket that is no good ends the connection',
          ...parts,
        });
      const isRenewed = reply.responses.some(({ kind }) => kind === 'renewed');
      if (isRenewed || reply.done.length > 0) fail({ title, ...parts });
      const [first, ...others] = reply.responses;
      const isError =
        first?.kind === 'error' && typeof first['message'] === 'string';
      if (!isError || others.length > 0)
        fail({ title: 'A ticket that is no good gets no error', ...parts });
    },

    /** It has been closed, by a close frame that says why. */
    async mustBeClosed(title: string) {
      const reply = await look();
      const { end } = reply;
      const parts = {
        expected: 'a close frame: 3000, and a reason',
        came: end ? textOf(reply) : 'no close frame',
        section: 'RFC 6455, 7.4.2', // codes
      };
      if (!end) fail({ title, ...parts });
      if (end.code === undefined)
        fail({ title: 'The connection ends without a close code', ...parts });
      if (end.code !== 3000)
        fail({
          title: 'The close code is not 3000',
          ...parts,
          note: 'at IANA, 3000 is registered as Unauthorized',
        });
      if (end.reason.trim() === '')
        fail({ title: 'The close frame has no reason', ...parts });
    },
  };
}

/** Whether a message has all that is wanted; it may have more. */
const covers = (message: Message, wanted: object) =>
  Object.entries(wanted).every(([field, value]) => message[field] === value);

const areSame = (some: Message[], others: Message[]) =>
  some.length === others.length &&
  some.every((one, at) => covers(one, others[at]!) && covers(others[at]!, one));
