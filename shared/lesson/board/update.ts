/**
 * What the board's data look like on every wire: types only, so that pages
 * may import them too.
 */

/**
 * How often something happens. `night`: one update in 5 s on average;
 * `normal`: one a second; `rush`: 50 a second; `over`: the last train has
 * left, and nothing more comes until another rate is set.
 */
export type Rate = 'night' | 'normal' | 'rush' | 'over';

/** What has become of a departure. */
export type Status = 'scheduled' | 'boarding' | 'departed' | 'cancelled';

/** One row of the board. */
export interface Departure {
  /** Its name, unique on the board: `RE 17`. */
  train: string;
  /** Where it goes: `Zürich HB`. */
  to: string;
  /** When it should leave, by the station's clock: `14:05`. */
  due: string;
  platform: string;
  /** Minutes it is late; 0 is on time. */
  delay: number;
  status: Status;
}

/** One change of the board: the row as it is now. */
export interface DepartureUpdate {
  /** `<run>-<n>` */
  id: string;
  kind: 'departure';
  data: {
    n: number;
    /** The train whose row this one takes. */
    replaces?: string;
  } & Departure;
}

/** A sentence from the loudspeakers. A snapshot does not bring it back. */
export interface AnnouncementUpdate {
  /** `<run>-<n>` */
  id: string;
  kind: 'announcement';
  data: {
    n: number;
    /** 1, 2, 3 …: counts announcements only, so that a gap can be seen. */
    number: number;
    text: string;
  };
}

/** One thing that happened: it has a number and an id of its own. */
export type Update = DepartureUpdate | AnnouncementUpdate;

/** The whole board as it was after update `n`. */
export interface Snapshot {
  /** `<run>-<n>` */
  id: string;
  kind: 'snapshot';
  data: { run: string; n: number; departures: Departure[] };
}

/** Whatever a feed has to tell. */
export type News = Update | Snapshot;
