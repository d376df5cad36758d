/** What is compared: the fences of one text. */
import type { Fence } from '../markdown.ts';

/** Fences of one text, and where their commands run. */
export interface ProseExamples {
  root: string;
  /** The text, relative to the root. */
  file: string;
  fences: Fence[];
  /** The lesson's server.ts as an absolute path, if it is a lesson's text. */
  serverFile: string | undefined;
  /** The verbs: scripts of the root's package.json. */
  scripts: Record<string, string>;
  /** How long a command or a response may take, in ms. */
  timeoutMs?: number;
}
