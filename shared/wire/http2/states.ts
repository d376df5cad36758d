/**
 * What HTTP/2 forbids because of what came before: the states of streams, RFC
 * 9113 5.1, their numbers, the settings that were agreed upon, windows.
 *
 * Both sides are seen in the middle, at slightly other times than each sees
 * the other. So nothing is said that might only be late: a setting counts
 * against its reader once that has acknowledged it, a larger one at once; and
 * what a side may not send any more is what it has itself ended.
 */
import {
  fieldsProblem,
  settingProblem,
  type Facts,
  type Section,
} from './forbidden.ts';
import { uint, uint31 } from './fields.ts';
import type { Http2Frame } from './frame.ts';
import {
  ACK,
  END_STREAM,
  FRAME,
  frameName,
  PRIORITY,
  PADDED,
  SETTING,
} from './words.ts';
import { byteCount, hex, number } from '../text.ts';
import { otherDirection, type Direction } from '../unit.ts';

/** What one side of a stream has sent. */
class Half {
  /** END_STREAM or RST_STREAM: nothing more may come. */
  isOver = false;
  /** Its header section, and not an interim one. */
  hasHeaders = false;
  /** What Content-Length says, in bytes. */
  length: number | undefined;
  /** Bytes of data so far. */
  sent = 0;
  /** Why it has no content; undefined if it may have one. */
  noContent: string | undefined;
}

class StreamState {
  readonly up = new Half();
  readonly down = new Half();
  method = '';
  isClosed = false;
}

/** The settings that others are judged by. */
interface Values {
  push: number;
  streams: number;
  window: number;
  connect: number;
  /** NO_RFC7540_PRIORITIES. */
  priorities: number;
}

const KEYS = new Map<number, keyof Values>([
  [SETTING.ENABLE_PUSH, 'push'],
  [SETTING.MAX_CONCURRENT_STREAMS, 'streams'],
  [SETTING.INITIAL_WINDOW_SIZE, 'window'],
  [SETTING.ENABLE_CONNECT_PROTOCOL, 'connect'],
  [SETTING.NO_RFC7540_PRIORITIES, 'priorities'],
]);
const DEFAULTS: Values = {
  push: 1,
  streams: Infinity,
  window: 65_535,
  connect: 0,
  priorities: 0,
};

/** Settings that the reader may or may not know yet. */
class Settings {
  /** The most that the reader may go by. */
  most = DEFAULTS;
  #known = DEFAULTS;
  /** The frames that were not acknowledged, oldest first. */
  #pending: Partial<Values>[] = [];

  add(values: Partial<Values>): void {
    this.#pending.push(values);
    // A side that never acknowledges anything is given the most of all.
    if (this.#pending.length > MOST_PENDING)
      this.#known = larger(this.#known, this.#pending.shift()!);
    this.most = larger(this.most, values);
  }

  /** Returns false if there is nothing to acknowledge. */
  acknowledge(): boolean {
    const values = this.#pending.shift();
    if (!values) return false;
    this.#known = { ...this.#known, ...values };
    this.most = this.#pending.reduce(larger, this.#known);
    return true;
  }
}

function larger(values: Values, others: Partial<Values>): Values {
  const all = { ...values };
  for (const key of Object.keys(others) as (keyof Values)[])
    all[key] = Math.max(all[key], others[key]!);
  return all;
}

const MOST_PENDING = 100;
/** Pings that wait for their acknowledgement; with more, none is looked for. */
const MOST_PINGS = 100;
/** Streams that are open and judged by what they have sent before, counted. */
const MOST_FOLLOWED = 1_000;
/** Those that are over, but still known. */
const MOST_CLOSED = 100;

/** What a header section belongs to. */
export interface SectionPlace {
  /** The stream that it is about: another one in PUSH_PROMISE. */
  about: number;
  isPromise: boolean;
  /** It ends its side of the stream. */
  endsStream: boolean;
}

/** What one side of the connection has sent. */
class Sender {
  hasBegun = false;
  readonly settings = new Settings();
  /** The data of its pings that were not acknowledged, in hex. */
  pings: string[] = [];
  hasLostPings = false;
  /** The last stream of its GOAWAY. */
  lastStream = Infinity;
  /** The highest stream that it has opened, or promised. */
  highest = 0;
  /** Of those that it has opened, how many are open. */
  open = 0;
}

/**
 * The states of all streams, and what each side has set and acknowledged. Each
 * frame is asked about once, in the order of recording.
 */
export class Http2States {
  #senders = { up: new Sender(), down: new Sender() };
  #streams = new Map<number, StreamState>();
  #closed: number[] = [];
  /** A stream is not known any more: nothing is said of unknown ones. */
  #hasForgotten = false;

  /** The most that INITIAL_WINDOW_SIZE of `receiver` may be to its peer. */
  initialWindow(receiver: Direction): number {
    return this.#senders[receiver].settings.most.window;
  }

  /** What a frame breaks that is right by itself; and what it changes. */
  frame(
    direction: Direction,
    frame: Http2Frame,
    payload: Uint8Array,
  ): string | undefined {
    const sender = this.#senders[direction];
    const isFirst = !sender.hasBegun;
    sender.hasBegun = true;
    const problem = this.#byType(direction, frame, payload, isFirst);
    const isSettings = frame.type === FRAME.SETTINGS && !(frame.flags & ACK);
    if (isFirst && !isSettings)
      return `expected SETTINGS as the first frame, found ${frameName(frame.type)} (RFC 9113, 3.4)`;
    return problem;
  }

  #byType(
    direction: Direction,
    frame: Http2Frame,
    payload: Uint8Array,
    isFirst: boolean,
  ): string | undefined {
    switch (frame.type) {
      case FRAME.SETTINGS:
        return this.#settings(direction, frame, payload, isFirst);
      case FRAME.PING:
        return this.#ping(direction, frame, payload);
      case FRAME.GOAWAY:
        return this.#goaway(direction, payload);
      case FRAME.PRIORITY:
        return dependencyProblem(frame.stream, uint31(payload, 0));
      case FRAME.WINDOW_UPDATE:
        return this.#windowUpdate(frame, payload);
      case FRAME.RST_STREAM:
        return this.#reset(direction, frame);
      case FRAME.PRIORITY_UPDATE:
        return updateProblem(direction, frame, payload);
      case FRAME.ALTSVC:
        return alternativeProblem(frame, payload);
      case FRAME.HEADERS:
        return this.#headers(direction, frame, payload);
      case FRAME.PUSH_PROMISE:
        return this.#promise(direction, frame, payload);
      default:
        return undefined;
    }
  }

  #settings(
    direction: Direction,
    { flags }: Http2Frame,
    payload: Uint8Array,
    isFirst: boolean,
  ): string | undefined {
    if (flags & ACK) {
      const { settings } = this.#senders[otherDirection(direction)];
      return settings.acknowledge()
        ? undefined
        : 'expected SETTINGS that this acknowledges, found none (RFC 9113, 6.5.3)';
    }
    const values: Partial<Values> = {};
    let problem: string | undefined;
    for (let at = 0; at + 6 <= payload.length; at += 6) {
      const id = uint(payload, at, 2);
      const value = uint(payload, at + 2, 4);
      problem ??= settingProblem(id, value, direction === 'down');
      const key = KEYS.get(id);
      if (key) values[key] = value;
    }
    const { settings } = this.#senders[direction];
    if (settings.most.connect > 0 && values.connect === 0)
      problem ??=
        'expected ENABLE_CONNECT_PROTOCOL to stay 1, found 0 (RFC 8441, 3)';
    const { priorities } = settings.most;
    if (!isFirst && (values.priorities ?? priorities) !== priorities)
      problem ??= `expected NO_RFC7540_PRIORITIES to stay as it was, ${priorities}, found ${values.priorities} (RFC 9218, 2.1)`;
    settings.add(values);
    return problem;
  }

  #ping(
    direction: Direction,
    { flags }: Http2Frame,
    payload: Uint8Array,
  ): string | undefined {
    const data = hex(payload);
    if (!(flags & ACK)) {
      const sender = this.#senders[direction];
      if (sender.pings.length < MOST_PINGS) sender.pings.push(data);
      else sender.hasLostPings = true;
      return undefined;
    }
    const pinging = this.#senders[otherDirection(direction)];
    const at = pinging.pings.indexOf(data);
    if (at >= 0) pinging.pings.splice(at, 1);
    else if (!pinging.hasLostPings)
      return `expected a PING that this acknowledges, found none with ${data} (RFC 9113, 6.7)`;
    return undefined;
  }

  #goaway(direction: Direction, payload: Uint8Array): string | undefined {
    const sender = this.#senders[direction];
    const last = uint31(payload, 0);
    const before = sender.lastStream;
    sender.lastStream = Math.min(before, last);
    const isOfPeer = (last % 2 === 1) === (direction === 'down');
    if (last !== 0 && !isOfPeer)
      return `expected a stream that the other side opens as the last one, found ${last} (RFC 9113, 6.8)`;
    return last > before
      ? `expected a last stream of at most ${before}, as the GOAWAY before said, found ${last} (RFC 9113, 6.8)`
      : undefined;
  }

  #windowUpdate(frame: Http2Frame, payload: Uint8Array): string | undefined {
    if (frame.stream !== 0 && this.#isIdle(frame.stream))
      return idleProblem(frame);
    return uint31(payload, 0) === 0
      ? 'expected an increment of at least 1, found 0 (RFC 9113, 6.9)'
      : undefined;
  }

  #reset(direction: Direction, frame: Http2Frame): string | undefined {
    if (this.#isIdle(frame.stream)) return idleProblem(frame);
    const state = this.#streams.get(frame.stream);
    if (!state) return undefined;
    state[direction].isOver = true;
    this.#close(frame.stream, state);
    return undefined;
  }

  /** Nobody has opened or promised it. */
  #isIdle(id: number): boolean {
    return id > this.#senders[id % 2 === 1 ? 'up' : 'down'].highest;
  }

  #headers(
    direction: Direction,
    frame: Http2Frame,
    payload: Uint8Array,
  ): string | undefined {
    const { stream, flags } = frame;
    const isOpening = direction === 'up' && this.#isIdle(stream);
    let problem: string | undefined;
    if (flags & PRIORITY) {
      const on = uint31(payload, flags & PADDED ? 1 : 0);
      problem = dependencyProblem(stream, on);
    }
    if (isOpening) return this.#opens(stream) ?? problem;
    if (this.#isIdle(stream)) return idleProblem(frame);
    const state = this.#streams.get(stream);
    if (!state)
      return this.#hasForgotten
        ? problem
        : `expected a stream above ${this.#senders.up.highest}, found ${stream} (RFC 9113, 5.1.1)`;
    const half = state[direction];
    if (half.isOver) return overProblem(frame);
    if (half.hasHeaders && !(flags & END_STREAM))
      problem ??= `expected END_STREAM on the second header section of stream ${stream} (RFC 9113, 8.1)`;
    return problem;
  }

  #opens(id: number): string | undefined {
    const { up, down } = this.#senders;
    if (id % 2 === 0)
      return `expected an odd stream, as a client opens, found ${id} (RFC 9113, 5.1.1)`;
    up.highest = id;
    if (this.#add(id)) up.open++;
    const most = down.settings.most.streams;
    return up.open > most
      ? `expected at most ${number(most)} open streams, found ${number(up.open)} (RFC 9113, 5.1.2)`
      : undefined;
  }

  /** Follows a stream that is new, if there are not too many. */
  #add(id: number): StreamState | undefined {
    if (this.#streams.size >= MOST_FOLLOWED + MOST_CLOSED) {
      this.#hasForgotten = true;
      return undefined;
    }
    const state = new StreamState();
    this.#streams.set(id, state);
    return state;
  }

  /** A header section could not be read: what follows says nothing for sure. */
  forget(id: number): void {
    const state = this.#streams.get(id);
    if (!state) return;
    if (!state.isClosed && id % 2 === 1) this.#senders.up.open--;
    state.isClosed = true;
    this.#streams.delete(id);
    this.#hasForgotten = true;
  }

  #close(id: number, state: StreamState): void {
    if (state.isClosed) return;
    state.isClosed = true;
    if (id % 2 === 1) this.#senders.up.open--;
    this.#closed.push(id);
    // In turns of many, as taking off the first one is slow.
    if (this.#closed.length < MOST_CLOSED) return;
    for (const old of this.#closed.splice(0, MOST_CLOSED / 2))
      this.#streams.delete(old);
    this.#hasForgotten = true;
  }

  #promise(
    direction: Direction,
    frame: Http2Frame,
    payload: Uint8Array,
  ): string | undefined {
    if (direction === 'up')
      return 'expected no PUSH_PROMISE from a client (RFC 9113, 8.4)';
    const { up, down } = this.#senders;
    const id = uint31(payload, frame.flags & PADDED ? 1 : 0);
    const before = down.highest;
    const isNew = id % 2 === 0 && id > before;
    if (isNew) {
      down.highest = id;
      // The client has nothing to say on it.
      const state = this.#add(id);
      if (state) state.up.isOver = true;
    }
    if (up.settings.most.push === 0)
      return 'expected no PUSH_PROMISE, as the client has set ENABLE_PUSH to 0 (RFC 9113, 6.6)';
    if (!isNew)
      return `expected an even promised stream above ${before}, found ${id} (RFC 9113, 5.1.1)`;
    if (this.#isIdle(frame.stream)) return idleProblem(frame);
    return this.#streams.get(frame.stream)?.down.isOver
      ? overProblem(frame)
      : undefined;
  }

  /** The fields of a header section: name, value, name, value … */
  fields(
    direction: Direction,
    { about, isPromise, endsStream }: SectionPlace,
    headers: readonly string[],
  ): string | undefined {
    const state = this.#streams.get(about);
    const half = state?.[direction];
    const section = sectionOf(direction, half, isPromise, headers);
    const facts: Facts = { length: undefined, method: '', status: 0 };
    const mayConnect = this.#senders.down.settings.most.connect > 0;
    const problem = fieldsProblem(headers, section, mayConnect, facts);
    if (!state || !half) return problem;
    if (section === 'request') state.method = facts.method;
    if (isPromise) return problem;
    const isInterim = facts.status >= 100 && facts.status < 200;
    if (isInterim && endsStream)
      return (
        problem ??
        `expected another header section after ${facts.status}, found END_STREAM (RFC 9113, 8.1)`
      );
    if (section !== 'trailers' && !isInterim) {
      half.hasHeaders = true;
      half.length = facts.length;
      half.noContent = noContentOf(state.method, facts.status);
    }
    return (
      problem ?? (endsStream ? this.#ends(about, state, direction) : undefined)
    );
  }

  /**
   * A DATA frame.
   * @param size of its data, padding not counted
   */
  data(
    direction: Direction,
    frame: Http2Frame,
    size: number,
  ): string | undefined {
    const { stream } = frame;
    const sender = this.#senders[direction];
    if (!sender.hasBegun) {
      sender.hasBegun = true;
      return 'expected SETTINGS as the first frame, found DATA (RFC 9113, 3.4)';
    }
    if (this.#isIdle(stream)) return idleProblem(frame);
    const state = this.#streams.get(stream);
    const half = state?.[direction];
    if (!state || !half) return undefined;
    if (half.isOver) return overProblem(frame);
    half.sent += size;
    let problem: string | undefined;
    if (!half.hasHeaders)
      problem = `expected HEADERS before DATA on stream ${stream} (RFC 9113, 8.1)`;
    else if (half.noContent !== undefined && size > 0) problem = half.noContent;
    else if (half.length !== undefined && half.sent > half.length)
      problem = lengthProblem(half);
    const ended =
      frame.flags & END_STREAM
        ? this.#ends(stream, state, direction)
        : undefined;
    return problem ?? ended;
  }

  /** END_STREAM: this side has said all. */
  #ends(
    id: number,
    state: StreamState,
    direction: Direction,
  ): string | undefined {
    const half = state[direction];
    half.isOver = true;
    if (state[otherDirection(direction)].isOver) this.#close(id, state);
    const isWhole =
      half.length === undefined ||
      half.noContent !== undefined ||
      half.sent === half.length;
    return isWhole ? undefined : lengthProblem(half);
  }
}

function sectionOf(
  direction: Direction,
  half: Half | undefined,
  isPromise: boolean,
  headers: readonly string[],
): Section {
  if (isPromise) return 'request';
  // Of a stream that is not known, its fields tell.
  const hasStart = headers.includes(':method') || headers.includes(':status');
  if (half ? half.hasHeaders : !hasStart) return 'trailers';
  return direction === 'up' ? 'request' : 'response';
}

/** Why a response has no content, whatever its length: RFC 9110, 6.4.1. */
function noContentOf(method: string, status: number): string | undefined {
  if (status === 0) return undefined;
  if (method === 'HEAD')
    return 'expected no DATA in the response to HEAD (RFC 9110, 9.3.2)';
  if (status === 204) return 'expected no DATA after 204 (RFC 9110, 15.3.5)';
  if (status === 304) return 'expected no DATA after 304 (RFC 9110, 15.4.5)';
  return undefined;
}

function lengthProblem({ length, sent }: Half): string {
  return `expected ${byteCount(length!)} of DATA, as content-length says, found ${number(sent)} (RFC 9113, 8.1.1)`;
}

function idleProblem({ type, stream }: Http2Frame): string {
  const opened = stream % 2 === 1 ? 'opened' : 'promised';
  return `expected ${frameName(type)} on a stream that was ${opened}, found stream ${stream} (RFC 9113, 5.1)`;
}

function overProblem({ type, stream }: Http2Frame): string {
  return `expected no ${frameName(type)} on stream ${stream}, as this side has ended it (RFC 9113, 5.1)`;
}

/** RFC 9218, 7.1: only a client says how urgent its requests are. */
function updateProblem(
  direction: Direction,
  { stream }: Http2Frame,
  payload: Uint8Array,
): string | undefined {
  const section = '(RFC 9218, 7.1)';
  if (direction === 'down')
    return `expected no PRIORITY_UPDATE from a server ${section}`;
  if (stream !== 0)
    return `expected PRIORITY_UPDATE on stream 0, found ${stream} ${section}`;
  return uint31(payload, 0) === 0
    ? `expected PRIORITY_UPDATE for a stream, found stream 0 ${section}`
    : undefined;
}

/** RFC 7838, 4: on stream 0 it names a site, on others it must not. */
function alternativeProblem(
  { stream }: Http2Frame,
  payload: Uint8Array,
): string | undefined {
  const hasOrigin = uint(payload, 0, 2) > 0;
  if (hasOrigin === (stream === 0)) return undefined;
  return `expected ALTSVC ${hasOrigin ? 'without an origin on a stream, found one' : 'with an origin on stream 0, found none'} (RFC 7838, 4)`;
}

function dependencyProblem(stream: number, on: number): string | undefined {
  return stream === on
    ? `expected a stream that depends on another one, found ${stream} on itself (RFC 7540, 5.3.1)`
    : undefined;
}
