/**
 * A unit, or the exchange that it belongs to, as a text that a reader copies.
 *
 * It reads a run and knows nothing of secrets: hand it a run in which they are
 * asterisks already (`captureRun`, `SavedRun`), and no form can tell them.
 */
import { contentWithoutSecrets } from '@on-the-wire/wire/masking/body.ts';
import { hexByte } from '@on-the-wire/wire/text.ts';
import { STILL_OPEN } from '@on-the-wire/wire/still-open.ts';
import { prettyJson } from '../content/pretty-json.ts';
import { conversationText } from '../conversation/conversation-text.ts';
import { isUnit, type Details, type RunReader } from '../source.ts';
import { curlForPosix, curlForPowerShell } from './curl.ts';
import { CopyError } from './error.ts';
import {
  exchangeOf,
  hasTextsAlone,
  isReplaced,
  type CopiedExchange,
} from './exchange.ts';
import type { CopyForm } from './forms.ts';
import { writeHar } from './har.ts';
import { readText } from './text.ts';

/**
 * Copies a unit.
 *
 * @param n the number of its line
 * @throws CopyError where it cannot be copied in this form
 */
export function copyOf(reader: RunReader, n: number, form: CopyForm): string {
  if (form === 'conversation') return found(conversationText(reader, n), n);
  const details = reader.details(n);
  if (!details)
    throw new CopyError(
      reader.line(n)
        ? 'This line has no bytes that could be copied.'
        : notKept(n),
    );
  switch (form) {
    case 'text':
      return textOf(details);
    case 'hex':
      return hexOf(bytesOf(details));
    case 'json':
      return jsonOf(details);
    case 'curl':
      return curlForPosix(wanted(reader, n));
    case 'curl-powershell':
      return curlForPowerShell(wanted(reader, n));
    case 'har':
      return writeHar(reader, [wanted(reader, n)]);
  }
}

interface Copied {
  original: RunReader;
  n: number;
  isLive?: boolean;
}

/**
 * Copies a unit without its secrets.
 *
 * @param original the run with its secrets, of which `n` is a line; `isLive`: it
 *   goes on
 * @param masked of the same connection, decoded again without its secrets;
 *   `chosen` is the same unit
 * @throws CopyError as `copyOf`, and where it is not told apart without secrets
 */
export function copyMasked(
  { original, n, isLive = false }: Copied,
  masked: RunReader & { readonly chosen: number | undefined },
  form: CopyForm,
): string {
  if (form === 'conversation')
    return conversationMasked({ original, n, isLive }, masked);
  const { chosen } = masked;
  if (!original.details(n)) return copyOf(original, n, form);
  if (form === 'text' || form === 'json') {
    const shown =
      chosen === undefined ? undefined : masked.content(chosen)?.bytes;
    const bytes =
      shown && !isReplaced(shown) ? undefined : plainOf(original, n);
    const text = bytes && readText(bytes);
    if (text !== undefined)
      return form === 'text' ? text : (layOut(text) ?? text);
  }
  if (chosen !== undefined) return copyOf(masked, chosen, form);
  throw new CopyError(UNTOLD);
}

const UNTOLD =
  'It cannot be told from the secrets around it, with which it was compressed or whose beginning was dropped. Copy it with secrets.';

/**
 * Units of the masked run may have other numbers, and it begins with its own
 * connection: the times are those of the original.
 */
function conversationMasked(
  { original, n, isLive }: Copied,
  masked: RunReader,
): string {
  const line = original.line(n);
  if (!line) throw new CopyError(notKept(n));
  const stream = isUnit(line) ? line.stream : undefined;
  const shift = masked.began - original.began;
  // It was captured for this copy alone, and nobody saved it.
  const without = isLive ? STILL_OPEN : undefined;
  for (let at = masked.first; at < masked.end; at++) {
    const each = masked.line(at)!;
    const own = isUnit(each) ? each.stream : undefined;
    if (own === stream)
      return found(conversationText(masked, at, { shift, without }), n);
  }
  throw new CopyError(UNTOLD);
}

function found(text: string | undefined, n: number): string {
  if (text === undefined) throw new CopyError(notKept(n));
  return text;
}

function notKept(n: number): string {
  return `Line ${n} is not, or no longer, kept.`;
}

/**
 * What a unit carries, without its secrets, if it was compressed: not of a piece,
 * which may end within a secret's name.
 */
function plainOf(reader: RunReader, n: number): Uint8Array | undefined {
  const content = reader.content(n);
  if (!content || content.problem !== undefined) return undefined;
  switch (reader.line(n)?.kind) {
    case 'event':
      break;
    case 'body':
      if (content.coding === undefined) return undefined;
      break;
    case 'websocket text':
    case 'websocket message': {
      const exchange = exchangeOf(reader, n);
      const isWhole = exchange?.messages.some((each) => each.n === n);
      if (!isWhole || !hasTextsAlone(exchange!)) return undefined;
      break;
    }
    default:
      return undefined;
  }
  return contentWithoutSecrets(content);
}

function bytesOf({ bytes }: Details): Uint8Array {
  if (bytes) return bytes;
  throw new CopyError('Its bytes were dropped from the recording.');
}

/** What a unit carries; what it is, where that is nothing. */
function textOf(details: Details): string {
  const bytes = details.content?.bytes ?? bytesOf(details);
  const text = readText(bytes);
  if (text !== undefined) return text;
  throw new CopyError('It is not text. Copy it as hex.');
}

/** The JSON that it carries, laid out; else what its fields say. */
function jsonOf({ content, line, fields }: Details): string {
  const text = content && readText(content.bytes);
  const laidOut = text === undefined ? undefined : layOut(text);
  if (laidOut !== undefined) return laidOut;
  const { kind, direction, time, size, summary } = line;
  const values = fields.map(({ label, value, meaning }) => ({
    label,
    value,
    meaning,
  }));
  const unit = { kind, direction, time, size, summary, fields: values };
  return JSON.stringify(unit, null, 2);
}

function layOut(text: string): string | undefined {
  const pretty = prettyJson(text);
  return pretty?.isWhole ? pretty.text : undefined;
}

function wanted(reader: RunReader, n: number): CopiedExchange {
  const exchange = exchangeOf(reader, n);
  if (exchange) return exchange;
  throw new CopyError('It belongs to no request of HTTP that is still kept.');
}

const IN_A_LINE = 16;

/** `48 54 54 50`, 16 bytes on a line: `xxd -r -p` makes bytes of it again. */
function hexOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += IN_A_LINE)
    lines.push(
      Array.from(bytes.subarray(at, at + IN_A_LINE), hexByte).join(' '),
    );
  return lines.join('\n');
}
