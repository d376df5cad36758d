// Right, and different: no space where none is needed, CR LF, other order.

export interface StreamEvent {
  event?: string;
  id?: string;
  retry?: number;
  data?: string;
}

export function encodeEvent(event: StreamEvent): string {
  const out: string[] = [];
  const field = (name: string, value: string) =>
    out.push(value.startsWith(' ') ? `${name}: ${value}` : `${name}:${value}`);
  for (const line of event.data?.split(/\r\n?|\n/) ?? []) field('data', line);
  if (event.retry !== undefined) {
    if (!(Number.isInteger(event.retry) && event.retry >= 0)) refuse('retry');
    field('retry', String(event.retry));
  }
  if (event.id?.includes('\0')) refuse('id');
  if (event.id !== undefined) field('id', oneLine('id', event.id));
  if (event.event !== undefined) field('event', oneLine('event', event.event));
  return [...out, '', ''].join('\r\n');
}

export function encodeComment(text: string): string {
  return [...text.split(/\r\n?|\n/), ''].map((line) => `:${line}\r\n`).join('');
}

function oneLine(name: string, value: string): string {
  return /[\r\n]/.test(value) ? refuse(name) : value;
}

function refuse(field: string): never {
  throw new TypeError(`This ${field} cannot be written.`);
}
