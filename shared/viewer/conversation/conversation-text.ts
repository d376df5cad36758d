/**
 * A whole conversation as one text, as it is copied. Each part begins with a
 * line of its own, `--- 0.012 s → client to server, headers`, and ends in LF.
 */
import type { ConversationPart, RunReader } from '../source.ts';
import { conversationOf } from './conversation.ts';

/** So much text is copied at once, at most: characters, and one page more. */
const COPIED = 20_000_000;

const ways = { up: '→ client to server', down: '← server to client' };

/**
 * Puts all pages of a conversation together.
 *
 * @param n the number of a line that is part of it
 * @param options.shift ms that are added to each time
 * @param options.without parts of this name are left out
 * @returns undefined where that line is not, or no longer, kept
 */
export function conversationText(
  reader: RunReader,
  n: number,
  { shift = 0, without }: { shift?: number; without?: string | undefined } = {},
): string | undefined {
  let text = '';
  let page = conversationOf(reader, n);
  while (page) {
    for (const part of page.parts)
      if (part.what !== without) text += partAsText(part, shift);
    if (page.isEnd) return text;
    if (text.length > COPIED) return `${text}--- The rest is not copied.\n`;
    page = conversationOf(reader, n, page.next);
  }
  return undefined;
}

function partAsText(
  { time, direction, what, text, note }: ConversationPart,
  shift: number,
): string {
  const way = direction ? `${ways[direction]}, ` : '';
  const noted = note === undefined ? '' : ` (${note})`;
  const end = text === '' || text.endsWith('\n') ? '' : '\n';
  const at = ((time + shift) / 1000).toFixed(3);
  return `--- ${at} s ${way}${what}${noted}\n${text}${end}`;
}
