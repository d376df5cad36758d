// Right, and different: character by character, no regular expression.

export interface StreamEvent {
  event?: string;
  id?: string;
  retry?: number;
  data?: string;
}

export function encodeEvent({ event, id, retry, data }: StreamEvent): string {
  let text = '';
  if (id !== undefined) {
    if (id.includes('\0') || linesOf(id).length > 1) refuse('id');
    text += `id: ${id}\n`;
  }
  if (event !== undefined) {
    if (linesOf(event).length > 1) refuse('event');
    text += `event: ${event}\n`;
  }
  if (retry !== undefined) {
    if (retry % 1 !== 0 || retry < 0) refuse('retry');
    text += `retry: ${retry}\n`;
  }
  if (data !== undefined)
    for (const line of linesOf(data)) text += `data: ${line}\n`;
  return text + '\n';
}

export function encodeComment(text: string): string {
  let lines = '';
  for (const line of linesOf(text)) lines += `:${line}\n`;
  return lines;
}

function linesOf(text: string): string[] {
  const lines = [''];
  let before = '';
  for (const character of text) {
    const isEnd = character === '\r' || character === '\n';
    const isPair = before === '\r' && character === '\n';
    if (isEnd && !isPair) lines.push('');
    if (!isEnd) lines[lines.length - 1] += character;
    before = character;
  }
  return lines;
}

function refuse(field: string): never {
  throw new TypeError(`This ${field} cannot be written.`);
}
