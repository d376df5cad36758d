/** Links of a tutorial that point at a control: the control must exist. */
import { join, posix } from 'node:path';
import type { PointTarget } from '@on-the-wire/course/texts/point-target.ts';
import { kinds } from '@on-the-wire/course/conditions/kinds.ts';
import { programs } from '@on-the-wire/proxies/programs.ts';
import { faultKinds, presets } from '@on-the-wire/tap/tap.ts';
import { filesOf, packageJson, textOf } from './tree.ts';

const inTheWire = new Set([
  'break',
  'clear',
  'close',
  'counts',
  'cut',
  'diagram',
  'filter',
  'lines',
  'links',
  'mend',
  'pause',
  'save',
]);
const notes = ['open', 'end', 'fault'];
const isLineKind = (kind: string) =>
  notes.includes(kind) || (kinds as string[]).includes(kind);
const inTheShell = new Set(['own-tab', 'projector', 'wire']);

/**
 * What such a link expects, in words; undefined if that exists.
 *
 * @param file in which the link stands, from the root
 */
export async function missingControl(
  root: string,
  file: string,
  { place, control, beside }: PointTarget,
): Promise<string | undefined> {
  const [, lesson] = /^lessons\/([^/]+)\//.exec(file) ?? [];
  if (lesson === undefined)
    return 'a link to a control only where the shell shows the text: in a lesson';
  if (place === 'shell')
    return inTheShell.has(control)
      ? undefined
      : `one of ${[...inTheShell].map((name) => `#shell:${name}`).join(', ')}`;
  if (place === 'wire') return missingInWire(root, lesson, control);
  const page = await pageOf(root, posix.join('lessons', lesson));
  const missing = [control, ...beside].find((name) => !isInPage(page, name));
  return missing === undefined
    ? undefined
    : `an element of the lesson's page with the id or the name "${missing}"`;
}

async function missingInWire(
  root: string,
  lesson: string,
  control: string,
): Promise<string | undefined> {
  const [kind = '', name = '', link] = control.split(':');
  if (name === '' && inTheWire.has(kind)) return undefined;
  if (kind === 'unit')
    return isLineKind(name)
      ? undefined
      : `a kind of unit: ${kinds.join(', ')}, or a note: ${notes.join(', ')}`;
  if (kind === 'preset')
    return presets.some((preset) => preset.name === name)
      ? undefined
      : `a preset: ${presets.map((preset) => preset.name).join(', ')}`;
  const isFault = kind === 'fault';
  if (isFault && !faultKinds.some((fault) => fault.name === name))
    return `a fault: ${faultKinds.map((fault) => fault.name).join(', ')}`;
  if (isFault && link === undefined) return undefined;
  if (isFault || kind === 'link')
    return (await isLink(root, lesson, isFault ? (link ?? '') : name))
      ? undefined
      : 'a link between two processes of the lesson, such as station-broker, or one to or from a proxy, such as nginx-lesson';
  return `one of ${[...inTheWire].join(', ')}, fault:…, preset:…, link:…, unit:…`;
}

/** Whether both ends of `station-broker` are in the lesson's manifest. */
async function isLink(
  root: string,
  lesson: string,
  link: string,
): Promise<boolean> {
  const manifest = await packageJson(root, posix.join('lessons', lesson));
  const { processes = {} } = manifest?.lesson ?? {};
  const ends = Object.entries(processes).flatMap(
    ([name, { addresses = {} }]) => [name, ...Object.keys(addresses)],
  );
  const [from = '', to = '', ...rest] = link.split('-');
  if (rest.length > 0) return false;
  // Behind a proxy: what goes in, and what comes out.
  if (to in programs) return from === 'browser';
  if (from in programs) return ['lesson', ...ends].includes(to);
  return ['browser', ...ends].includes(from) && ends.includes(to);
}

/** Whether a name in a lesson's folder is that of the learner's file of a proxy. */
export function isProxyFile(name: string): boolean {
  const [, file = ''] = /^workspace\/behind\/([^/]+)$/.exec(name) ?? [];
  return Object.values(programs).some((program) => program.file === file);
}

/** All that the lesson's page is made of. */
async function pageOf(root: string, lesson: string): Promise<string> {
  const files = await filesOf(join(root, lesson));
  const texts = files
    .filter((each) => /^page\/.*\.(?:html|ts)$/.test(each))
    .map((each) => textOf(root, posix.join(lesson, each)));
  return (await Promise.all(texts)).join('\n');
}

/** Some of a page is made by its script, which then has the name in quotes. */
function isInPage(page: string, name: string): boolean {
  const [control = '', ...rest] = name.split('=');
  const value = rest.join('=');
  if (name === 'seen') return page.includes('<departures-board');
  // A control of a page that this page has in a frame: both are below page/.
  if (/^[^=/]+\//.test(name))
    return name.split('/').every((each) => isInPage(page, each));
  const isThere = (text: string) =>
    page.includes(`"${text}"`) ||
    page.includes(`'${text}'`) ||
    // One of several that are counted: `train-${n}`.
    (/-\d+$/.test(text) && page.includes(`\`${text.replace(/\d+$/, '')}\${`));
  if (!isThere(control)) return false;
  return value === '' || isThere(value) || page.includes(`>${value}<`);
}
