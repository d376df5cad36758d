/** Reads what tshark writes with `-T pdml`. */

/** A field of a packet. */
export interface PdmlField {
  name: string;
  show: string;
  /** In hex; '' where the field has no bytes of its own. */
  value: string;
  size: number;
}

/** One unit, as a dissector sees it. */
export interface PdmlProtocol {
  name: string;
  size: number;
  fields: PdmlField[];
}

export interface PdmlPacket {
  /** Not those within others. */
  protocols: PdmlProtocol[];
}

const TAG = /<(packet|proto|field)\b([^>]*?)(\/?)>|<\/(packet|proto|field)>/g;
const ATTRIBUTE = /([a-z]+)="([^"]*)"/g;
const ENTITIES: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

function attributes(text: string): Record<string, string> {
  const all: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(ATTRIBUTE))
    all[name!] = value!.replaceAll(/&[a-z]+;/g, (one) => ENTITIES[one] ?? one);
  return all;
}

/** Every packet of the file. */
export function readPdml(text: string): PdmlPacket[] {
  const packets: PdmlPacket[] = [];
  const open: (PdmlProtocol | undefined)[] = [];
  for (const [, tag, rest, isEmpty, closed] of text.matchAll(TAG)) {
    if (closed) {
      if (closed === 'proto') open.pop();
      continue;
    }
    if (tag === 'packet') {
      packets.push({ protocols: [] });
      continue;
    }
    const { name = '', show = '', value = '', size } = attributes(rest!);
    if (tag === 'field') {
      open[0]?.fields.push({ name, show, value, size: Number(size) });
      continue;
    }
    const protocol = { name, size: Number(size), fields: [] };
    if (open.length === 0) packets.at(-1)!.protocols.push(protocol);
    if (!isEmpty) open.push(protocol);
  }
  return packets;
}
