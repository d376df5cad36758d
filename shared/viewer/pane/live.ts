/** The run that goes on now, from the shell's event stream. */
import type { UnitContent } from '@on-the-wire/wire/fields.ts';
import type {
  Conversation,
  Details,
  FoundLines,
  HeaderFacts,
  Lines,
  Source,
} from '../source.ts';
import { events } from '../page/events.ts';
import { fromBase64 } from './base64.ts';

/** As the server writes details: bytes as base64, the same ones once. */
type DetailsMessage = Omit<Details, 'bytes' | 'content'> & {
  base64?: string;
  content?: Omit<UnitContent, 'bytes'> & { base64?: string };
};

const listeners: ((lines: Lines) => void)[] = [];

events.addEventListener('lines', ({ data }) => {
  const lines = JSON.parse(data) as Lines;
  for (const listener of listeners) listener(lines);
});

/** `follow` is for what begins with the page: it gets later lines alone. */
export const live: Source = {
  isLive: true,
  follow(listener) {
    listeners.push(listener);
  },
  async readDetails(n) {
    const response = await fetch(`/wire/units/${n}`);
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(await response.text());
    const { base64, content, ...rest } =
      (await response.json()) as DetailsMessage;
    const bytes = base64 === undefined ? undefined : fromBase64(base64);
    return { ...rest, bytes, content: content && withBytes(content, bytes) };
  },
  async readHeaders(lines) {
    const response = await fetch(`/wire/headers?lines=${lines.join()}`);
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as HeaderFacts[];
  },
  async copy(n, form, secrets) {
    const query = new URLSearchParams({ unit: String(n), as: form });
    if (secrets) query.set('secrets', 'yes');
    const response = await fetch(`/wire/copy?${query}`);
    const text = await response.text();
    if (!response.ok) throw new Error(text.trim());
    return text;
  },
  async find({ text, from, to }, signal) {
    const query = new URLSearchParams({ text, from: `${from}`, to: `${to}` });
    const response = await fetch(`/wire/find?${query}`, { signal });
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as FoundLines;
  },
  async readConversation(n, from = { line: 0, offset: 0 }) {
    const response = await fetch(
      `/wire/conversation?unit=${n}&line=${from.line}&offset=${from.offset}`,
    );
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(await response.text());
    return (await response.json()) as Conversation;
  },
};

/** @param own the bytes of the unit: of its content, if that says no others */
function withBytes(
  { base64, ...rest }: NonNullable<DetailsMessage['content']>,
  own: Uint8Array = new Uint8Array(0),
): UnitContent {
  return { ...rest, bytes: base64 === undefined ? own : fromBase64(base64) };
}
