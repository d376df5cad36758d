/** What the shell's page gets from `/wire/faults`, as JSON. */
export interface FaultsMessage {
  kinds: FaultKindMessage[];
  presets: {
    name: string;
    title: string;
    sentence: string;
    /** The faults that it stands for, as `now` would tell them. */
    faults: string[];
  }[];
  /** The links that can be broken one by one; none where there is only one. */
  links: string[];
  /** The faults that apply. */
  now: FaultMessage[];
  /** When this was written, by the clock of `since`. */
  at: number;
}

/** A fault that applies. */
export interface FaultMessage {
  name: string;
  /** The only link that it is on. */
  link?: string;
  /** Text that can be set again. */
  text: string;
  /** What it does, with its numbers. */
  sentence: string;
  /** Its numbers: `after 2 kB`. Empty where it has none. */
  numbers: string;
  /** Where, if not everywhere as usual: `from the server, on gateway-feed`. */
  where: string;
  /** When it was set: ms since 1970, by the clock of the shell. */
  since: number;
}

/** A kind of fault, and the numbers that it takes. */
export interface FaultKindMessage {
  name: string;
  sentence: string;
  /** It may strike one direction only. */
  directed: boolean;
  /** Only one of the parameters is given. */
  alternatives: boolean;
  parameters: { label: string; meaning: string; usual: string }[];
}
