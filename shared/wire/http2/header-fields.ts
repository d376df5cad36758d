/** The fields of header blocks, RFC 9113, 6.2 and RFC 7541, 6. */
import type { FieldList, FieldDissector } from '../fields.ts';
import { readRepresentations, type Literal } from '../hpack/decoder.ts';
import { headerMeaning } from '../http/words.ts';
import { listHeader, listPadding, listPriority, uint31 } from './fields.ts';
import { FRAME, PRIORITY } from './words.ts';
import { hex, number } from '../text.ts';

/** HEADERS, PUSH_PROMISE or CONTINUATION. */
export class HeadersDissector implements FieldDissector {
  /** Name, value …; undefined where the block goes on in other frames. */
  readonly headers: string[] | undefined;

  constructor(headers: string[] | undefined) {
    this.headers = headers;
  }

  dissect(list: FieldList): void {
    const part = listHeader(list);
    let { from } = part;
    if (part.type === FRAME.PUSH_PROMISE) {
      list.add('promised stream', [from, from + 4], uint31(list.bytes, from), [
        'the stream on which the response will come',
        'RFC 9113, 6.6',
      ]);
      from += 4;
    } else if (part.type === FRAME.HEADERS && part.flags & PRIORITY) {
      listPriority(list, from);
      from += 5;
    }
    if (this.headers) {
      listHeaders(list, Math.min(from, part.to), part.to, this.headers);
    } else {
      const shown = hex(list.bytes.subarray(from, part.to), 32);
      list.add('header block', [from, part.to], shown, [
        'a part of the compressed headers: decoded when all parts are there',
        'RFC 9113, 4.3',
      ]);
    }
    listPadding(list, part);
  }
}

/** A header block that came in several frames; its bytes are their parts. */
export class HeaderListDissector implements FieldDissector {
  readonly headers: string[];

  constructor(headers: string[]) {
    this.headers = headers;
  }

  dissect(list: FieldList): void {
    listHeaders(list, 0, list.bytes.length, this.headers);
  }
}

function how(literal: Literal | undefined): string {
  return literal?.isHuffman ? ' (Huffman)' : '';
}

function listHeaders(
  list: FieldList,
  from: number,
  to: number,
  headers: string[],
): void {
  const block = list.bytes.subarray(from, to);
  let next = 0;
  for (const one of readRepresentations(block).representations) {
    const start = from + one.start;
    const end = from + one.end;
    if (one.kind === 'size update') {
      const value = number(one.index);
      list.add('table size', [start, end], value, [
        'from here on the HPACK table has at most so many bytes',
        'RFC 7541, 6.3',
      ]);
      continue;
    }
    const name = headers[next++];
    const value = headers[next++];
    // The list was longer than is kept, or broke off.
    if (name === undefined || value === undefined) break;
    const [says, section] = headerMeaning(name);
    const name1 = one.name
      ? `written out${how(one.name)}`
      : `index ${one.index}`;
    const form = {
      indexed: `index ${one.index}, name and value`,
      incremental: `name ${name1}, value written out${how(one.value)} and remembered`,
      'without indexing': `name ${name1}, value written out${how(one.value)}`,
      'never indexed': `name ${name1}, value written out${how(one.value)}, never to be remembered`,
      'size update': '',
    }[one.kind];
    list.add(name, [start, end], value, [`${says}; ${form}`, section]);
  }
}
