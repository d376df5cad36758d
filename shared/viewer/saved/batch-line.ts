/** A line as it is handed on while a run is decoded. */
import type { Unit } from '@on-the-wire/wire/unit.ts';
import type { UnitLine } from '../source.ts';

/**
 * The line of a unit, whose texts are made when they are asked for: of most
 * lines nobody asks, and a browser keeps a list of all that its decoder made.
 */
export class BatchLine implements UnitLine {
  readonly n: number;
  readonly connection: number;
  readonly time: number;
  readonly #link: string | undefined;
  readonly #unit: Unit;

  constructor(
    n: number,
    connection: number,
    link: string | undefined,
    time: number,
    unit: Unit,
  ) {
    this.n = n;
    this.connection = connection;
    this.#link = link;
    this.time = time;
    this.#unit = unit;
  }

  // What is not there is undefined here, where a line of `line` lacks it.
  get link(): string {
    return this.#link!;
  }
  get kind(): UnitLine['kind'] {
    return this.#unit.kind;
  }
  get direction(): UnitLine['direction'] {
    return this.#unit.direction;
  }
  get layer(): number {
    return this.#unit.layer;
  }
  get start(): number {
    return this.#unit.ranges[0]?.[0] ?? 0;
  }
  get end(): number {
    return this.#unit.ranges.at(-1)?.[1] ?? 0;
  }
  get size(): number {
    return this.#unit.size;
  }
  get payload(): number {
    return this.#unit.payload;
  }
  get counts(): boolean {
    return this.#unit.counts;
  }
  get summary(): string {
    return this.#unit.summary;
  }
  get text(): string {
    return this.#unit.text!;
  }
  get problem(): string {
    return this.#unit.problem!;
  }
  get exchange(): number {
    return this.#unit.exchange!;
  }
  get stream(): number {
    return this.#unit.stream!;
  }
  get message(): number {
    return this.#unit.message!;
  }
}
