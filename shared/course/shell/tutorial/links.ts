/** Links and images: where they lead from a page of the shell. */
import { posix } from 'node:path';
import type { MarkdownIt, Token } from 'markdown-it';
import { readPointTarget } from '../../texts/point-target.ts';
import type { TutorialEnv } from './env.ts';
import { wordsOf } from './tokens.ts';

type Target =
  | { kind: 'points'; href: string }
  | { kind: 'here'; href: string }
  | { kind: 'file'; href: string }
  | { kind: 'web'; href: string }
  | { kind: 'elsewhere'; path: string };

/**
 * Where a link of the text leads: to a control, to a heading of the text, to a file of the
 * lesson or the glossary, to the web, or elsewhere, which is shown and not linked.
 *
 * @param href as it stands in the text
 */
export function targetOf(
  href: string,
  { place, ids, hasSteps }: TutorialEnv,
): Target {
  if (readPointTarget(href)) return { kind: 'points', href };
  if (/^https?:\/\//i.test(href)) return { kind: 'web', href };
  if (href.startsWith('#')) {
    const wanted = decode(href.slice(1));
    const id = ids.get(wanted) ?? wanted;
    return { kind: 'here', href: `#${encodeURIComponent(id)}` };
  }
  if (/^[a-z][a-z0-9+.-]*:|^\/|\\/i.test(href))
    return { kind: 'elsewhere', path: decode(href) };
  const [, path = '', fragment = ''] = /^([^?#]*)[^#]*(#.*)?$/.exec(href) ?? [];
  const inLesson = posix.join(place.folder, decode(path));
  if (inLesson === '../GLOSSARY.md')
    return {
      kind: 'file',
      href: `/glossary${fragment.replace('#', '#term-')}`,
    };
  if (/^\.\.(\/|$)/.test(inLesson))
    return {
      kind: 'elsewhere',
      path: posix.join('lessons', place.lesson, inLesson),
    };
  const encoded = inLesson.split('/').map(encodeURIComponent).join('/');
  // A side trip, or a step of it or of the lesson's own tutorial, by the id that
  // its heading has there. Among each other they are one document.
  const [isText, trip] = textWithSteps.exec(inLesson) ?? [];
  const [, number] = /^#(\d+)-/.exec(fragment) ?? [];
  const step = number === undefined ? '' : `step-${number}`;
  if (isText && hasSteps && (trip || step))
    return { kind: 'here', href: `#${[trip, step].filter(Boolean).join('-')}` };
  if (isText && step)
    return { kind: 'file', href: `/files/${encoded}#file-${step}` };
  return { kind: 'file', href: `/files/${encoded}${fragment}` };
}

const textWithSteps = /^(?:side-trips\/([\w-]+)\/)?README\.md$/;

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/**
 * The path of a file from the root of the repository, as it is said to a reader.
 *
 * @param href of a target that is a file
 * @returns undefined if it is none of the lesson's folder
 */
export function pathOf(
  href: string,
  { place }: TutorialEnv,
): string | undefined {
  const [, inLesson] = /^\/files\/([^#]*)/.exec(href) ?? [];
  return inLesson === undefined
    ? undefined
    : posix.join('lessons', place.lesson, decode(inLesson));
}

/** Not those of which a lesson has several, nor what is no part of it. */
const aside = /^(?:test|exercises|workspace|side-trips)\//;

/** A plugin of markdown-it: code that names a file of the lesson is a link. */
export function fileNames(markdown: MarkdownIt): void {
  markdown.core.ruler.push('file-names', (state) => {
    const env = state.env as TutorialEnv;
    for (const [index, token] of state.tokens.entries()) {
      if (token.type !== 'inline' || !token.children) continue;
      if (state.tokens[index - 1]?.type === 'heading_open') continue;
      let inLink = 0;
      token.children = token.children.flatMap((child) => {
        inLink += child.type === 'link_open' ? 1 : 0;
        inLink -= child.type === 'link_close' ? 1 : 0;
        const file = child.type === 'code_inline' && !inLink;
        const name = file ? fileNamed(child.content, env) : undefined;
        if (name === undefined) return child;
        const { href } = targetOf(name, {
          ...env,
          place: { ...env.place, folder: '' },
        }) as { href: string };
        const open = new state.Token('link_open', 'a', 1);
        open.attrs = [
          ['href', href],
          ['class', 'file'],
          ['title', pathOf(href, env) ?? name],
        ];
        return [open, child, new state.Token('link_close', 'a', -1)];
      });
    }
  });
}

/** The file that is meant, by its path in the lesson or by its name alone. */
function fileNamed(
  code: string,
  { files, place }: TutorialEnv,
): string | undefined {
  if (!/^[\w./-]+\.\w+$/.test(code)) return undefined;
  const here = posix.join(place.folder, code);
  if (here === 'README.md') return undefined; // it is what one reads
  if (files.includes(here)) return here;
  // A side trip names the files of its lesson from the lesson's folder, too.
  if (files.includes(code)) return code;
  const named = files.filter(
    (file) => posix.basename(file) === code && !aside.test(file),
  );
  return named.length === 1 ? named[0] : undefined;
}

/** A plugin of markdown-it. */
export function links(markdown: MarkdownIt): void {
  markdown.core.ruler.push('links', (state) => {
    const env = state.env as TutorialEnv;
    const make = (type: string, tag: string, content: string) =>
      Object.assign(new state.Token(type, tag, 0), { content });
    for (const token of state.tokens)
      if (token.children)
        token.children = settleLinks(token.children, env, make);
  });
}

function settleLinks(
  inline: Token[],
  env: TutorialEnv,
  make: (type: string, tag: string, content: string) => Token,
): Token[] {
  const settled: Token[] = [];
  // The path that stands beside the words of a link that leads elsewhere, or
  // instead of them where they say the same.
  let beside: string | undefined;
  let wordsFrom = 0;
  for (const token of inline) {
    if (token.type === 'link_open') {
      const target = targetOf(String(token.attrGet('href')), env);
      if (target.kind === 'elsewhere') {
        beside = target.path;
        wordsFrom = settled.length;
        continue;
      }
      token.attrSet('href', target.href);
      if (target.kind === 'file') token.attrSet('class', 'file');
      if (target.kind === 'points') token.attrSet('class', 'points');
      if (target.kind === 'web') {
        token.attrSet('target', '_blank');
        token.attrSet('rel', 'noopener');
      }
    }
    if (token.type === 'link_close' && beside !== undefined) {
      const code = make('code_inline', 'code', beside);
      const words = wordsOf(settled.slice(wordsFrom));
      if (['', beside, posix.basename(beside)].includes(words))
        settled.splice(wordsFrom, settled.length, code);
      else settled.push(make('text', '', ' ('), code, make('text', '', ')'));
      beside = undefined;
      continue;
    }
    if (token.type === 'image') {
      const target = targetOf(String(token.attrGet('src')), env);
      if (target.kind !== 'file') {
        const source = target.kind === 'elsewhere' ? target.path : target.href;
        settled.push(
          make('text', '', `${token.content} (`),
          make('code_inline', 'code', source),
          make('text', '', ')'),
        );
        continue;
      }
      token.attrSet('src', target.href);
    }
    settled.push(token);
  }
  return settled;
}
