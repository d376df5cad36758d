/** Lists of what differs by engine: page/own-engine.ts looks for these marks. */
import type { MarkdownIt } from 'markdown-it';
import { findEngineLists } from '../../texts/by-engine.ts';

/** A plugin of markdown-it. */
export function byEngine(markdown: MarkdownIt): void {
  markdown.core.ruler.push('by-engine', ({ tokens }) => {
    for (const { open, items } of findEngineLists(tokens)) {
      open.attrSet('class', 'by-engine');
      for (const item of items) {
        item.open.attrSet('data-engines', item.engines.join(' '));
        item.strong?.attrSet('class', 'engine');
      }
    }
  });
}
