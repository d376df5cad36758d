/**
 * What a message of the broker says. Any client that may publish there can send
 * anything, and JSON.parse returns `any`: so each field is checked before the
 * compiler is told that this is News.
 */
import type { News } from '@on-the-wire/shared/board/update.ts';

const most = 65_536; // bytes: a whole board takes some 2,000

/** Reads a message; undefined if it is no update of a board. Never throws. */
export function readNews(bytes: Uint8Array): News | undefined {
  if (bytes.length > most) return undefined;
  try {
    const news: unknown = JSON.parse(Buffer.from(bytes).toString());
    return isNews(news) ? news : undefined;
  } catch {
    return undefined;
  }
}

function isNews(news: unknown): news is News {
  const { id, kind, data } = fieldsOf(news);
  const found = /^(\w{1,40})-(\d{1,15})$/.exec(String(id));
  if (typeof id !== 'string' || !found) return false;
  const [, run, n] = found;
  const said = fieldsOf(data);
  if (said['n'] !== Number(n)) return false;
  if (kind === 'announcement')
    return isText(said['text']) && Number.isSafeInteger(said['number']);
  if (kind === 'departure')
    return isRow(said) && isText(said['replaces'] ?? '');
  const { departures } = said;
  const isBoard = Array.isArray(departures) && departures.every(isRow);
  return kind === 'snapshot' && said['run'] === run && isBoard;
}

function isRow(row: unknown): boolean {
  const { train, to, due, platform, status, delay } = fieldsOf(row);
  const texts = [train, to, due, platform, status];
  return texts.every(isText) && Number.isSafeInteger(delay);
}

const isText = (value: unknown) => typeof value === 'string';
const fieldsOf = (value: unknown) => (value ?? {}) as Record<string, unknown>;
