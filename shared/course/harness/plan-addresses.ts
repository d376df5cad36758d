/** Where the shell, the lesson and all that it consists of are reached. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { defaultPort, findPorts, freePort } from '@on-the-wire/system/ports.ts';
import type { PlannedProxy } from '../behind/links.ts';
import { findOrigins } from './origins.ts';
import {
  planProcesses,
  publicNames,
  type Plan,
  type TappedLink,
} from './plan-processes.ts';

/** An address of a lesson beside its first. */
export interface FurtherAddress {
  name: string;
  /** What the lesson must listen on. */
  port: number;
  /** What clients connect to: the tap's. */
  publicPort: number;
  /** Where a page finds it: at the tap. */
  url: string;
}

/** All ports of one run of a lesson. */
export interface LessonAddresses {
  shellPort: number;
  /** The tap's: what clients of the lesson connect to. */
  lessonPort: number;
  /** The same as a URL that ends in a slash. */
  lessonUrl: string;
  /** Whether that is an https URL. */
  tls: boolean;
  /** What the lesson's first process must listen on. */
  serverPort: number;
  further: FurtherAddress[];
  /** Through which ports of the tap all is called; browsers call the first. */
  links: [TappedLink, ...TappedLink[]];
  /** The proxies that stand between, one for each address of a page. */
  proxies: PlannedProxy[];
  /** The processes of a lesson that has several. */
  plan: Plan | undefined;
  /** By which browsers know its pages. */
  origins: string[];
}

/**
 * Finds free ports for a lesson, and looks whether its files are there.
 *
 * @param how.port the shell's; the others follow it. Without it: free ones
 * @param how.file what the lesson is started from, in its folder
 * @param how.behind the proxy that stands between the browser and the lesson,
 *   and whether it ends TLS there
 * @throws UsageError (1) if the lesson lacks a file or a port is in use; (2)
 *   if the environment names what is no origin
 */
export async function planAddresses(
  lesson: FoundLesson,
  {
    port,
    smallest,
    file,
    behind,
  }: {
    port: number | undefined;
    smallest: boolean;
    file: string;
    behind?: { name: string; tls: boolean } | undefined;
  },
): Promise<LessonAddresses> {
  const { name, folder, manifest } = lesson;
  const { addresses = [] } = manifest;
  const tls = behind?.tls ?? manifest.tls ?? false;
  if (!existsSync(join(folder, file))) {
    const start = `The lesson "${name}" cannot be started`;
    throw new UsageError(`${start}: there is no ${file} in ${folder}.`, 1);
  }
  const isGroup = !smallest && manifest.processes !== undefined;
  // Of the pages that browsers call the first is the lesson's.
  const names = isGroup ? publicNames(lesson).slice(1) : addresses;
  const shellPort = await findPorts(port, defaultPort, 2 + names.length);
  const lessonPort = shellPort + 1;
  const urlOf = (at: number) => `http${tls ? 's' : ''}://127.0.0.1:${at}/`;
  const plan = isGroup
    ? await planProcesses(lesson, lessonPort, { tls })
    : undefined;
  for (const each of plan?.processes ?? []) {
    if (existsSync(join(folder, each.file))) continue;
    const why = `there is no ${each.file} in ${folder} for "${each.name}"`;
    throw new UsageError(`The lesson "${name}" cannot be started: ${why}.`, 1);
  }
  const serverPort = plan ? plan.links[0]!.target.port : await freePort();
  // Where the page is, or the pages: a further address has another.
  const pages = isGroup ? 1 + names.length : 1;
  const origins = findOrigins(lessonPort, pages, tls);
  const further = await Promise.all(
    names.map(async (other, index) => ({
      name: other,
      port: plan?.links[1 + index]!.target.port ?? (await freePort()),
      publicPort: lessonPort + 1 + index,
      url: urlOf(lessonPort + 1 + index),
    })),
  );
  const direct: [TappedLink, ...TappedLink[]] = [
    { target: { host: '127.0.0.1', port: serverPort }, port: lessonPort },
    ...further.map(({ port: behindPort, publicPort }) => ({
      target: { host: '127.0.0.1', port: behindPort },
      port: publicPort,
    })),
  ];
  const links = plan ? (plan.links as typeof direct) : direct;
  return {
    shellPort,
    lessonPort,
    lessonUrl: urlOf(lessonPort),
    tls,
    serverPort,
    further,
    plan,
    origins,
    ...(await withProxies()),
  };

  /** Loaded only where it is asked for. */
  async function withProxies() {
    if (!behind) return { links, proxies: [] };
    const { linksBehind } = await import('../behind/links.ts');
    return linksBehind(links, {
      proxy: behind.name,
      names: isGroup ? publicNames(lesson) : ['lesson', ...names],
      lessonSpeaksTls: manifest.tls ?? false,
    });
  }
}
