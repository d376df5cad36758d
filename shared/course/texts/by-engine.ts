/**
 * Sentences by engine: a list whose items each say what one engine does, or
 * several.
 *
 *     - **Chromium:** The state says *waiting* after 3,000 ms.
 *     - **Firefox, WebKitGTK:** It says so at once.
 *
 * A Git host and the terminal show all of it. The shell shows the reader's own
 * item, and the others where somebody asks for them: see
 * shell/page/own-engine.ts.
 */
import type { Token } from 'markdown-it';
import { engineNames } from '@on-the-wire/viewer/page/engine.ts';
import type { Engine } from '@on-the-wire/browser/engines.ts';

export { engineNames };

/** What is said of some engines. */
export interface EngineItem {
  engines: Engine[];
  /** What stands in the engines' place, and is the name of none. */
  unknown: string[];
  /** `list_item_open` */
  open: Token;
  /** The words that name the engines, in bold; undefined where there are none. */
  strong: Token | undefined;
  /** Of its tokens: the first, and the one behind the last. */
  tokens: [from: number, to: number];
  /** Of the text: its first line, and the one behind the last, from 0. */
  lines: [from: number, to: number];
}

/** Such a list. */
export interface EngineList {
  /** `bullet_list_open` */
  open: Token;
  items: EngineItem[];
}

const engines = Object.keys(engineNames) as Engine[];
const names = Object.values(engineNames).join('|');
const begins = new RegExp(String.raw`^(?:${names})\b`);

/** All such lists: those of which an item begins with an engine's name in bold. */
export function findEngineLists(tokens: readonly Token[]): EngineList[] {
  const lists: EngineList[] = [];
  for (const [at, open] of tokens.entries()) {
    if (open.type !== 'bullet_list_open') continue;
    const to = closing(tokens, at);
    const items: EngineItem[] = [];
    let isOne = false;
    for (let from = at + 1; from < to; from = closing(tokens, from) + 1) {
      const [, strong, words] = tokens[from + 2]?.children ?? [];
      const label = strong?.type === 'strong_open' ? words!.content : '';
      isOne ||= begins.test(label);
      items.push(itemOf(tokens, from, label));
    }
    if (isOne) lists.push({ open, items });
  }
  return lists;
}

function itemOf(
  tokens: readonly Token[],
  from: number,
  label: string,
): EngineItem {
  const open = tokens[from]!;
  const [, named = label] = /^(.+):$/.exec(label) ?? [];
  const isNamed = named !== label;
  const said = named.split(', ');
  return {
    engines: engines.filter(
      (engine) => isNamed && said.includes(engineNames[engine]),
    ),
    unknown: said.filter(
      (name) => !isNamed || !new RegExp(`^(?:${names})$`).test(name),
    ),
    open,
    strong: isNamed ? tokens[from + 2]!.children![1] : undefined,
    tokens: [from, closing(tokens, from) + 1],
    lines: open.map!,
  };
}

/** The place of the token that closes what one opens. */
function closing(tokens: readonly Token[], at: number): number {
  const { level, type } = tokens[at]!;
  const wanted = type.replace('_open', '_close');
  return tokens.findIndex(
    (token, place) =>
      place > at && token.level === level && token.type === wanted,
  );
}
