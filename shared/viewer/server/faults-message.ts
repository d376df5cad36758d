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
  /** The faults that apply, each as text that can be set again. */
  now: { name: string; link?: string; text: string; sentence: string }[];
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
