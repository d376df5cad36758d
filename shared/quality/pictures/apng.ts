/**
 * Makes one moving picture of several screenshots: an animated PNG, as the PNG
 * specification (third edition, 11.3.5) has it. Its colours are at most 256,
 * and each frame holds only the rectangle that has changed: that keeps it small.
 *
 * In: what a browser writes, PNG with 8 bits for each of 3 or 4 channels, not
 * interlaced; alpha is left out, because a page has none.
 */
import { crc32, deflateSync, inflateSync } from 'node:zlib';

/** A screenshot, and for how long it is shown. */
export interface Frame {
  png: Uint8Array;
  /** ms; at most 65,535 */
  shown: number;
}

interface Pixels {
  width: number;
  height: number;
  /** Three bytes each, from left to right, then down. */
  rgb: Uint8Array;
}

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

/**
 * @param frames all of one size; what equals the one before makes that longer
 * @returns the bytes of a PNG file that is shown again and again; a reader that
 *   knows no animation shows the first frame
 * @throws Error if a frame is of another size, or no such PNG
 */
export function animate(frames: readonly Frame[]): Buffer {
  const all = frames.map(({ png, shown }) => ({ ...pixelsOf(png), shown }));
  const [first] = all;
  if (!first) throw new Error('Animating: found no frame, expected some.');
  const { width, height } = first;
  const palette = new Palette(all.map(({ rgb }) => rgb));

  const parts: { area: Area; bytes: Buffer; shown: number }[] = [];
  let before: Uint8Array | undefined;
  for (const { rgb, shown, ...size } of all) {
    if (size.width !== width || size.height !== height)
      throw new Error(
        `Animating: found ${size.width} × ${size.height} pixels, expected ${width} × ${height}, as in the first frame.`,
      );
    const indexes = palette.indexesOf(rgb);
    const area = changed(before, indexes, width, height);
    const last = parts.at(-1);
    if (!area && last) last.shown += shown;
    else {
      const whole = area ?? { x: 0, y: 0, width, height };
      const bytes = packed(indexes, width, whole);
      parts.push({ area: whole, bytes, shown });
    }
    before = indexes;
  }

  let sequence = 0;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3], 8); // bits of an index, and that it is one
  const control = Buffer.alloc(8);
  control.writeUInt32BE(parts.length, 0); // 0 plays follow: without an end
  const chunks = [
    chunk('IHDR', header),
    chunk('acTL', control),
    chunk('PLTE', palette.bytes),
  ];
  for (const [at, { area, bytes, shown }] of parts.entries()) {
    const frame = Buffer.alloc(26);
    frame.writeUInt32BE(sequence++, 0);
    frame.writeUInt32BE(area.width, 4);
    frame.writeUInt32BE(area.height, 8);
    frame.writeUInt32BE(area.x, 12);
    frame.writeUInt32BE(area.y, 16);
    frame.writeUInt16BE(Math.min(shown, 65_535), 20);
    frame.writeUInt16BE(1000, 22);
    chunks.push(chunk('fcTL', frame));
    if (at === 0) chunks.push(chunk('IDAT', bytes));
    else {
      const number = Buffer.alloc(4);
      number.writeUInt32BE(sequence++, 0);
      chunks.push(chunk('fdAT', Buffer.concat([number, bytes])));
    }
  }
  return Buffer.concat([SIGNATURE, ...chunks, chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(data.length, 0);
  bytes.set(body, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
}

// ---- What has changed ----

interface Area {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The smallest rectangle around all that differs; undefined if nothing does. */
function changed(
  before: Uint8Array | undefined,
  now: Uint8Array,
  width: number,
  height: number,
): Area | undefined {
  if (!before) return { x: 0, y: 0, width, height };
  let [left, right, top, bottom] = [width, -1, height, -1];
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      if (before[at] === now[at]) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  if (right < 0) return undefined;
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The rows of an area without filters, which help little with indexes. */
function packed(indexes: Uint8Array, width: number, area: Area): Buffer {
  const rows = Buffer.alloc((area.width + 1) * area.height);
  for (let y = 0; y < area.height; y++) {
    const from = (area.y + y) * width + area.x;
    const row = indexes.subarray(from, from + area.width);
    rows.set(row, y * (area.width + 1) + 1);
  }
  return deflateSync(rows, { level: 9 });
}

// ---- Colours ----

/** The most frequent colours; others become the one that is nearest. */
class Palette {
  readonly bytes: Buffer;
  readonly #indexes = new Map<number, number>();
  readonly #colours: number[];

  constructor(pictures: readonly Uint8Array[]) {
    const counted = new Map<number, number>();
    for (const rgb of pictures)
      for (let at = 0; at < rgb.length; at += 3) {
        const colour = colourAt(rgb, at);
        counted.set(colour, (counted.get(colour) ?? 0) + 1);
      }
    this.#colours = [...counted]
      .sort(([, one], [, other]) => other - one)
      .slice(0, 256)
      .map(([colour]) => colour);
    this.bytes = Buffer.alloc(this.#colours.length * 3);
    for (const [at, colour] of this.#colours.entries()) {
      this.bytes.writeUIntBE(colour, at * 3, 3);
      this.#indexes.set(colour, at);
    }
  }

  indexesOf(rgb: Uint8Array): Uint8Array {
    const indexes = new Uint8Array(rgb.length / 3);
    for (let at = 0; at < indexes.length; at++)
      indexes[at] = this.#indexOf(colourAt(rgb, at * 3));
    return indexes;
  }

  #indexOf(colour: number): number {
    const known = this.#indexes.get(colour);
    if (known !== undefined) return known;
    let nearest = 0;
    let least = Infinity;
    for (const [at, other] of this.#colours.entries()) {
      const far = distance(colour, other);
      if (far < least) [nearest, least] = [at, far];
    }
    this.#indexes.set(colour, nearest);
    return nearest;
  }
}

const colourAt = (rgb: Uint8Array, at: number) =>
  (rgb[at]! << 16) | (rgb[at + 1]! << 8) | rgb[at + 2]!;

function distance(one: number, other: number): number {
  let sum = 0;
  for (const shift of [16, 8, 0]) {
    const by = ((one >> shift) & 255) - ((other >> shift) & 255);
    sum += by * by;
  }
  return sum;
}

// ---- Reading a PNG ----

/** @throws Error for what is no PNG of the kind that browsers write */
function pixelsOf(png: Uint8Array): Pixels {
  const bytes = Buffer.from(png);
  const data: Buffer[] = [];
  let header: Buffer | undefined;
  if (bytes.subarray(0, 8).equals(SIGNATURE))
    for (let at = 8; at + 8 <= bytes.length;) {
      const end = at + 8 + bytes.readUInt32BE(at);
      const type = bytes.toString('latin1', at + 4, at + 8);
      if (type === 'IHDR') header = bytes.subarray(at + 8, end);
      if (type === 'IDAT') data.push(bytes.subarray(at + 8, end));
      at = end + 4;
    }
  const channels = { 2: 3, 6: 4 }[header?.[9] ?? -1];
  if (!header || !channels || header[8] !== 8 || header[12] !== 0)
    throw new Error(
      'Animating: expected PNG with 8 bits a channel, RGB or RGBA, not interlaced.',
    );
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const plain = unfiltered(
    inflateSync(Buffer.concat(data)),
    width * channels,
    channels,
  );
  const rgb = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++)
    for (let channel = 0; channel < 3; channel++)
      rgb[at * 3 + channel] = plain[at * channels + channel]!;
  return { width, height, rgb };
}

/**
 * Undoes the filters of the rows (PNG, 9.2).
 *
 * @param length of a row, in bytes, without the one that names its filter
 * @param step bytes to the pixel on the left
 */
function unfiltered(rows: Buffer, length: number, step: number): Uint8Array {
  const height = rows.length / (length + 1);
  const plain = new Uint8Array(length * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (length + 1)]!;
    for (let x = 0; x < length; x++) {
      const at = y * length + x;
      const left = x < step ? 0 : plain[at - step]!;
      const above = y === 0 ? 0 : plain[at - length]!;
      const corner = x < step || y === 0 ? 0 : plain[at - length - step]!;
      const by = [
        0,
        left,
        above,
        (left + above) >> 1,
        paeth(left, above, corner),
      ][filter]!;
      plain[at] = rows[y * (length + 1) + 1 + x]! + by;
    }
  }
  return plain;
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [byLeft, byAbove, byCorner] = [left, above, corner].map((each) =>
    Math.abs(guess - each),
  ) as [number, number, number];
  if (byLeft <= byAbove && byLeft <= byCorner) return left;
  return byAbove <= byCorner ? above : corner;
}
