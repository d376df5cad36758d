/**
 * What the server sends as text: the kinds that this page knows, each with the
 * fields that it uses. A server of next month sends more kinds and more fields,
 * to a tab that was opened today: they are left out, and nothing breaks.
 */
import {
  anyOf,
  list,
  number,
  object,
  oneOf,
  optional,
  text,
  yesOrNo,
  type TypeOf,
} from './border.ts';

const departure = {
  train: text,
  to: text,
  due: text,
  platform: text,
  delay: number,
  status: oneOf('scheduled', 'boarding', 'departed', 'cancelled'),
};
const snapshot = { run: text, n: number, departures: list(object(departure)) };
const update = { n: number, replaces: optional(text), ...departure };
const announcement = { n: number, number, text };

const isMessage = anyOf(
  object({ kind: oneOf('hello'), staff: yesOrNo, rate: text }),
  object({ kind: oneOf('snapshot'), id: text, data: object(snapshot) }),
  object({ kind: oneOf('departure'), id: text, data: object(update) }),
  object({ kind: oneOf('announcement'), id: text, data: object(announcement) }),
  object({ kind: oneOf('expires'), inMs: number }),
  object({ kind: oneOf('renewed'), inMs: number }),
  object({ kind: oneOf('refused'), of: text, why: text }),
  object({ kind: oneOf('error'), message: text }),
  object({ kind: oneOf('pong') }),
);

export type Message = TypeOf<typeof isMessage>;

/** A message; undefined if it is none that this page knows. */
export function read(data: string): Message | undefined {
  try {
    const message: unknown = JSON.parse(data);
    return isMessage(message) ? message : undefined;
  } catch {
    return undefined;
  }
}
