/**
 * A run that was saved, as a source of lines: decoded again from its reads.
 * Pure, because a page that stands alone does it too.
 */
import { decodeConnection } from '@on-the-wire/wire/connection.ts';
import type { Decompressors, UnitContent } from '@on-the-wire/wire/fields.ts';
import type { Capture, CapturedConnection } from '@on-the-wire/wire/capture.ts';
import { withoutSecrets } from '@on-the-wire/wire/masking/connection.ts';
import { sayReplaced } from '@on-the-wire/wire/masking/replaced.ts';
import {
  openPcapng,
  type CaptureFile,
  type Moment,
  type OpenedConnection,
} from '@on-the-wire/wire/pcapng/capture-file.ts';
import { writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { sayStillOpen, STILL_OPEN } from '@on-the-wire/wire/still-open.ts';
import { byteCount } from '@on-the-wire/wire/text.ts';
import {
  contentOf,
  type ConnectionDecoder,
  type Direction,
  type Unit,
  describe,
} from '@on-the-wire/wire/unit.ts';
import { conversationOf } from '../conversation/conversation.ts';
import { copyMasked, copyOf } from '../copy/copy.ts';
import { copiedExchanges } from '../copy/exchange.ts';
import type { CopyForm } from '../copy/forms.ts';
import { writeHar } from '../copy/har.ts';
import { countNote, countUnit, noCounts } from '../counts.ts';
import { find } from '../find/find.ts';
import { headerFacts } from '../exchanges.ts';
import { toLine } from '../line-of.ts';
import type { Entry } from '../live/line-ring.ts';
import type { Note } from '../live/live-units.ts';
import { recordedBytes } from '../live/recorded-bytes.ts';
import {
  isUnit,
  type Conversation,
  type ConversationPlace,
  type Details,
  type HeaderFacts,
  type Line,
  type Lines,
  type RunReader,
  type Source,
  type UnitLine,
} from '../source.ts';
import { BatchLine } from './batch-line.ts';
import { SavedLines } from './saved-lines.ts';

/** What a fault's comment begins with; anything else is a label. */
export const FAULT = 'fault ';
/** What the comment begins with that names the chosen unit. */
const CHOSEN = 'chosen: ';

/** Where a unit is in a run: its number may be another one when it is opened. */
export interface UnitLocation {
  connection: number;
  direction: Direction;
  layer: number;
  /** The raw offset of its first byte. */
  start: number;
}

/** Where a unit of a connection is. */
export function locationOf(
  connection: number,
  { direction, layer, ranges }: Pick<Unit, 'direction' | 'layer' | 'ranges'>,
): UnitLocation {
  return { connection, direction, layer, start: ranges[0]?.[0] ?? 0 };
}

/** A comment that names the unit that was chosen. */
export function chosenComment({
  direction,
  layer,
  start,
}: UnitLocation): string {
  return `${CHOSEN}${direction}, byte ${start}, layer ${layer}`;
}

/** A connection that is being decoded. */
interface Decoding {
  decoder: ConnectionDecoder;
  /** The direction was told that no more bytes come. */
  ended: Record<Direction, boolean>;
  /** What is missing at its beginning has been told. */
  told: Record<Direction, boolean>;
  /** How many of its ends have passed. */
  ends: number;
  /** The unit that was chosen when the run was saved, as `chosenComment`. */
  chosen: string | undefined;
}

const directions = ['up', 'down'] as const;

/**
 * A saved run. It is decoded when it is made, or later in turns: then its lines
 * are there as far as it has come.
 */
export class SavedRun implements Source, RunReader {
  readonly isLive = false;
  readonly counts = noCounts();
  readonly #file: CaptureFile;
  readonly #lines = new SavedLines();
  readonly #decoding: (Decoding | undefined)[] = [];
  readonly #listeners: ((lines: Lines) => void)[] = [];
  readonly began: number;
  readonly decompressors: Decompressors;
  #chosen: number | undefined;
  /** How many moments of the file have been decoded. */
  #decoded = 0;
  #isWhole = false;

  /**
   * @param recording a file that was opened, or a capture that was changed
   * @param decompressors for codings other than gzip and deflate
   * @param options.inTurns it is decoded by `decode`, and not at once
   */
  constructor(
    recording: CaptureFile | Capture,
    decompressors?: Decompressors,
    { inTurns = false }: { inTurns?: boolean } = {},
  ) {
    this.#file =
      'capture' in recording ? recording : openPcapng(writePcapng(recording));
    this.decompressors = decompressors ?? {};
    let began = Infinity;
    for (const { start } of this.#file.connections)
      began = Math.min(began, start);
    this.began = began;
    if (!inTurns) this.decode();
  }

  /** Which version of the course saved it; early ones did not say. */
  get version(): string | undefined {
    return this.#file.version;
  }

  /** The number of the unit that was chosen when the run was saved. */
  get chosen(): number | undefined {
    return this.#chosen;
  }

  /** How much of the file has been decoded: from 0 to 1, which is all. */
  get share(): number {
    return this.#isWhole ? 1 : this.#decoded / (this.#file.length + 1);
  }

  /**
   * Goes on decoding, and hands on the lines that come of it.
   *
   * @param most how long it may take, in ms; a read that has begun is finished
   * @returns whether there is no more to decode
   */
  decode(most = Infinity): boolean {
    if (this.#isWhole) return true;
    const from = this.end;
    const until = most === Infinity ? most : performance.now() + most;
    const { length } = this.#file;
    while (this.#decoded < length) {
      this.#pass(this.#file.moment(this.#decoded), this.#decoded);
      this.#decoded += 1;
      if (until < Infinity && performance.now() >= until) break;
    }
    if (this.#decoded === length) this.#finish();
    // Made once, for all of them.
    const lines = this.#listeners.length > 0 && this.#linesFrom(from);
    if (lines) for (const listener of this.#listeners) listener(lines);
    return this.#isWhole;
  }

  follow(listener: (lines: Lines) => void): void {
    this.#listeners.push(listener);
    if (this.end > 0) listener(this.#linesFrom(0));
  }

  readonly first = 0;

  get end(): number {
    return this.#lines.end;
  }

  /** All lines so far, made for the one who asks: `line` makes one. */
  get lines(): readonly Line[] {
    return Array.from({ length: this.end }, (_, n) => this.line(n)!);
  }

  line(n: number): Line | undefined {
    const entry = this.#lines.get(n);
    return entry && this.#toLine(entry, n);
  }

  content(n: number): UnitContent | undefined {
    const entry = this.#lines.get(n);
    if (!entry || !('unit' in entry)) return undefined;
    return contentOf(
      entry.unit,
      this.#bytesOf(entry.connection, entry.unit),
      this.decompressors,
    );
  }

  bytes(n: number): Uint8Array | undefined {
    const entry = this.#lines.get(n);
    if (!entry || !('unit' in entry)) return undefined;
    return this.#bytesOf(entry.connection, entry.unit);
  }

  headerList(n: number): readonly string[] | undefined {
    const entry = this.#lines.get(n);
    return entry && 'unit' in entry ? entry.unit.dissector.headers : undefined;
  }

  details(n: number): Details | undefined {
    const entry = this.#lines.get(n);
    if (!entry || !('unit' in entry)) return undefined;
    const { unit, connection } = entry;
    const { direction, ranges } = unit;
    const bytes = this.#bytesOf(connection, unit);
    const [start, end] = [ranges[0]?.[0] ?? 0, ranges.at(-1)?.[1] ?? 0];
    const reads = this.#file.readsWithin(connection, direction, start, end);
    return {
      line: this.#toLine(entry, n) as UnitLine,
      ranges,
      bytes,
      fields: describe(unit, bytes, this.decompressors),
      content: contentOf(unit, bytes, this.decompressors),
      reads: reads.map(({ offset, time }) => ({
        offset,
        time: time - this.began,
      })),
    };
  }

  readDetails(n: number): Promise<Details | undefined> {
    return Promise.resolve(this.details(n));
  }

  readHeaders(lines: readonly number[]): Promise<HeaderFacts[]> {
    return Promise.resolve(headerFacts(this, lines));
  }

  find(...where: Parameters<Source['find']>): ReturnType<Source['find']> {
    return find(this, ...where);
  }

  readConversation(
    n: number,
    from?: ConversationPlace,
  ): Promise<Conversation | undefined> {
    return Promise.resolve(conversationOf(this, n, from));
  }

  copy(n: number, form: CopyForm, secrets: boolean): Promise<string> {
    return Promise.resolve().then(() =>
      secrets || this.isMasked
        ? copyOf(this, n, form)
        : copyMasked({ original: this, n }, this.withoutSecrets(n), form),
    );
  }

  /**
   * All its exchanges as a HAR file: see `har.ts`.
   *
   * @param secrets as they are, as far as they were saved
   * @param masked the same run without its secrets, if it is there already
   */
  har(secrets: boolean, masked?: SavedRun): string {
    this.decode();
    if (secrets || this.isMasked)
      return writeHar(this, copiedExchanges(this), this.version);
    const without = masked ?? this.withoutSecrets();
    return writeHar(without, copiedExchanges(without, this), this.version);
  }

  /** Nothing in it is a secret any more. */
  get isMasked(): boolean {
    return this.#file.connections.every(({ about }) => about.isMasked);
  }

  /** @param n only its connection, of which this unit is the chosen one */
  withoutSecrets(n?: number): SavedRun {
    const line = n === undefined ? undefined : this.line(n);
    const ranges = n === undefined ? undefined : this.details(n)?.ranges;
    const connections = this.#captured(line?.connection)
      .map((each) => (each.isMasked ? each : withoutSecrets(each)))
      .map((each) => {
        if (!line || !isUnit(line) || !ranges) return each;
        const { direction, layer } = line;
        const text = chosenComment(
          locationOf(each.id, { direction, layer, ranges }),
        );
        // Another one may have been chosen when the run was saved.
        const others = each.comments.filter(
          (comment) => !comment.text.startsWith(CHOSEN),
        );
        const comments = [...others, { time: each.start, text }];
        return { ...each, comments };
      });
    return new SavedRun({ connections }, this.decompressors);
  }

  /** @param only the id of the only connection that is wanted */
  #captured(only?: number): CapturedConnection[] {
    this.decode(); // Nothing else may walk through the file meanwhile.
    return this.#file.capture(only).connections;
  }

  /** In what is kept, a connection is its place in the file. */
  #toLine(entry: Entry, n: number): Line {
    const { id, link } = this.#file.connections[entry.connection]!.about;
    return toLine({ ...entry, connection: id, link }, n);
  }

  #linesFrom(from: number): Lines {
    const lines: Line[] = [];
    for (let n = from; n < this.end; n++) {
      const entry = this.#lines.get(n)!;
      if ('unit' in entry) {
        const { id, link } = this.#file.connections[entry.connection]!.about;
        lines.push(new BatchLine(n, id, link, entry.time, entry.unit));
      } else {
        lines.push(this.#toLine(entry, n));
      }
    }
    return { lines, dropped: 0, counts: this.counts, share: this.share };
  }

  #bytesOf(place: number, unit: Unit): Uint8Array {
    return recordedBytes(this.#file, place, unit)!;
  }

  // ---- Decoding ----

  #pass(moment: Moment, at: number): void {
    const { connection: place, time, direction, bytes, how, comment } = moment;
    const connection = this.#file.connections[place]!;
    if (moment.opens) this.#open(place, connection);
    const decoding = this.#decoding[place]!;
    if (bytes) {
      this.#tellMissing(place, direction, time);
      decoding.ended[direction] = false;
      this.#add(place, time, decoding.decoder.feed(direction, bytes));
    }
    // Where there is no end, no bytes come that would decide about these.
    if (at === connection.lastRead)
      for (const way of openIn(connection))
        this.#endDirection(place, way, time, true);
    if (how) this.#end(place, direction, time, how);
    else if (comment !== undefined) this.#comment(place, time, comment);
    if (at === connection.last) this.#close(place, time);
  }

  #open(place: number, connection: OpenedConnection): void {
    const { about, start, bytes } = connection;
    const { realPort, secure, alpn } = about;
    this.#decoding[place] = {
      decoder: decodeConnection({
        ...about,
        decompressors: this.decompressors,
      }),
      ended: { up: false, down: false },
      told: { up: false, down: false },
      ends: 0,
      chosen: undefined,
    };
    const tls = secure ? `, over TLS${alpn ? `, ALPN chose ${alpn}` : ''}` : '';
    const text = `opened, to port ${realPort}${tls}`;
    this.#note(place, start, { kind: 'open', text });
    // A note stands where what is gone would stand: before what is kept of it.
    for (const direction of directions)
      if (bytes[direction] === 0) this.#tellMissing(place, direction, start);
  }

  #tellMissing(place: number, direction: Direction, time: number): void {
    const { told } = this.#decoding[place]!;
    if (told[direction]) return;
    told[direction] = true;
    const gone = this.#file.connections[place]!.about.missing?.[direction] ?? 0;
    if (gone === 0) return;
    const text = `${byteCount(gone)} before this ${gone === 1 ? 'was' : 'were'} dropped from the recording`;
    this.#note(place, time, { kind: 'label', direction, text });
  }

  #end(
    place: number,
    direction: Direction,
    time: number,
    how: 'fin' | 'rst',
  ): void {
    const { ends } = this.#file.connections[place]!;
    const decoding = this.#decoding[place]!;
    const [first, second] = ends;
    // The tap itself cut both sides.
    const isCut =
      second?.how === 'rst' &&
      first!.how === 'rst' &&
      first!.time === second.time;
    const passed = decoding.ends++;
    if (isCut && passed === 1) return;
    for (const way of directions) {
      // A reset ends what the other side says, too.
      const isOver =
        way === direction ||
        (how === 'rst' &&
          (isCut || !ends.some((end) => end.direction === way)));
      if (isOver) this.#endDirection(place, way, time);
    }
    this.#note(place, time, {
      kind: 'end',
      ...(!isCut && { direction }),
      text:
        how === 'fin'
          ? 'FIN: closed in this direction'
          : 'RST: the connection was reset',
    });
  }

  /** What was incomplete becomes a unit. */
  #endDirection(
    place: number,
    direction: Direction,
    time: number,
    isOpen = false,
  ): void {
    const { decoder, ended } = this.#decoding[place]!;
    if (ended[direction]) return;
    ended[direction] = true;
    const units = decoder.end(direction);
    this.#add(place, time, isOpen ? units.flatMap(sayStillOpen) : units);
  }

  #comment(place: number, time: number, text: string): void {
    if (text.startsWith(CHOSEN)) {
      this.#decoding[place]!.chosen ??= text;
      return;
    }
    const isFault = text.startsWith(FAULT);
    this.#note(place, time, {
      kind: isFault ? 'fault' : 'label',
      text: isFault ? text.slice(FAULT.length) : text,
    });
  }

  /** No more of this connection is in the file: its decoder can go. */
  #close(place: number, time: number): void {
    for (const way of directions) this.#endDirection(place, way, time);
    this.#decoding[place] = undefined;
  }

  /** All has been decoded: what was open when the run was saved is said last. */
  #finish(): void {
    const { connections, lastTime } = this.#file;
    for (const [place, connection] of connections.entries()) {
      const open = openIn(connection);
      if (open.length === 0) continue;
      this.#note(place, lastTime, {
        kind: 'label',
        ...(open.length === 1 && { direction: open[0]! }),
        text: STILL_OPEN,
      });
    }
    this.#isWhole = true;
  }

  #add(connection: number, time: number, units: readonly Unit[]): void {
    if (units.length === 0) return;
    const { isMasked } = this.#file.connections[connection]!.about;
    const { chosen } = this.#decoding[connection]!;
    const since = time - this.began;
    for (const each of units) {
      const unit = isMasked
        ? sayReplaced(each, this.#bytesOf(connection, each))
        : each;
      if (chosen !== undefined && this.#chosen === undefined)
        if (chosen === chosenComment(locationOf(connection, unit)))
          this.#chosen = this.end;
      this.#lines.addUnit({ connection, time: since, unit });
      countUnit(this.counts, unit);
    }
  }

  #note(
    connection: number,
    time: number,
    rest: Omit<Note, 'connection' | 'time'>,
  ): void {
    this.#lines.addNote({ connection, time: time - this.began, ...rest });
    countNote(this.counts, rest.kind);
  }
}

/** The directions of a connection that had not ended when it was saved. */
function openIn({ ends }: OpenedConnection): Direction[] {
  if (ends.some(({ how }) => how === 'rst')) return [];
  return directions.filter(
    (way) => !ends.some(({ direction }) => direction === way),
  );
}
