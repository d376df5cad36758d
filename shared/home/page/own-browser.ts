/** The reader's own browser: what it says of itself, and what it has shown. */
import type { Engine } from '@on-the-wire/browser/engines.ts';
import type { Http } from '@on-the-wire/compare/claims/columns.ts';
import {
  engineNames,
  engineOf,
  isSafari,
} from '@on-the-wire/viewer/page/engine.ts';
import type { CellMessage, ClaimOutcome } from '../messages.ts';

/** A browser, as its User-Agent tells. Who has built it, none says. */
export interface OwnBrowser {
  product: string;
  /** Empty where none is told. */
  version: string;
  /** The engine whose words hold for it; nothing where that was not measured. */
  engine: Engine | undefined;
}

/** What others call themselves too comes last. */
const products: [name: string, told: RegExp][] = [
  ['Edge', /\bEdg(?:A|iOS)?\/([\d.]+)/],
  ['Opera', /\bOP(?:R|T|iOS)\/([\d.]+)/],
  ['Firefox', /\b(?:Firefox|FxiOS)\/([\d.]+)/],
  ['Chrome', /\b(?:HeadlessChrome|Chrome|CriOS)\/([\d.]+)/],
  // On Linux it is a number of Safari's, not WebKitGTK's own.
  ['WebKitGTK', /\((?:X11|Wayland)\b.* AppleWebKit\/(?=\d)()/],
  ['Safari', /\bVersion\/([\d.]+).* Safari\//],
];

/**
 * Reads a User-Agent.
 *
 * @param userAgent as `navigator.userAgent` has it
 */
export function browserOf(userAgent: string): OwnBrowser {
  for (const [product, told] of products) {
    const [, version] = told.exec(userAgent) ?? [];
    if (version === undefined) continue;
    const engine = isSafari(userAgent) ? undefined : engineOf(userAgent);
    return { product, version: version.replace(/(\.0)+$/, ''), engine };
  }
  return { product: 'This browser', version: '', engine: undefined };
}

/** The one that shows this page. */
export const ownBrowser = browserOf(navigator.userAgent);
/** "Safari 26.1" */
export const ownTitle = `${ownBrowser.product} ${ownBrowser.version}`.trim();

/** What an outcome says of the cell. */
export type OutcomeKind = 'holds' | 'differs' | 'own' | 'unmeasured';

/** Holds an outcome against the word that the reader's engine should have. */
export function kindOfOutcome(
  { words }: CellMessage,
  http: Http,
  { word, unmeasured }: ClaimOutcome,
): OutcomeKind {
  const { engine } = ownBrowser;
  if (unmeasured) return 'unmeasured';
  if (!engine) return 'own';
  return word === words[http][engine] ? 'holds' : 'differs';
}

/** A word of a cell, and the engines that have it. */
export interface EngineWord {
  word: string;
  engines: Engine[];
  /** "Firefox, WebKitGTK" */
  names: string;
  /** Whether the reader's engine is among them. */
  isOwn: boolean;
}

/** The words of a cell: one where the engines are alike. */
export function engineWords({ words }: CellMessage, http: Http): EngineWord[] {
  const by = Object.entries(words[http]) as [Engine, string][];
  return [...Map.groupBy(by, ([, word]) => word)].map(([word, those]) => {
    const engines = those.map(([engine]) => engine);
    return {
      word,
      engines,
      names: engines.map((engine) => engineNames[engine]).join(', '),
      isOwn: engines.some((engine) => engine === ownBrowser.engine),
    };
  });
}
