// Wrong: splits on LF only, so a lone CR smuggles a field in.
// Told: A carriage return alone ends a line, too

export interface StreamEvent {
  event?: string;
  id?: string;
  retry?: number;
  data?: string;
}

export function encodeEvent({ event, id, retry, data }: StreamEvent): string {
  let lines = '';
  if (event !== undefined) {
    if (/[\r\n]/.test(event)) refuse('event');
    lines += `event: ${event}\n`;
  }
  if (id !== undefined) {
    if (/[\r\n\0]/.test(id)) refuse('id');
    lines += `id: ${id}\n`;
  }
  if (retry !== undefined) {
    if (!/^\d+$/.test(String(retry))) refuse('retry');
    lines += `retry: ${retry}\n`;
  }
  for (const line of data?.split('\n') ?? []) lines += `data: ${line}\n`;
  return `${lines}\n`;
}

export function encodeComment(text: string): string {
  return text.replace(/^/gm, ': ') + '\n\n';
}

function refuse(field: string): never {
  throw new TypeError(`This ${field} cannot be said.`);
}
