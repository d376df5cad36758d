/**
 * The processes of a lesson that has several: where each listens, whom it calls,
 * and what it finds in its environment. Every call leads through a tap.
 */
import type {
  FoundLesson,
  ProcessManifest,
  Speech,
} from '@on-the-wire/lesson/lesson.ts';
import type { Target } from '@on-the-wire/tap/tap.ts';
import type { Protocol } from '@on-the-wire/wire/connection.ts';
import type { Address } from './lesson-process.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { freePorts } from '@on-the-wire/system/ports.ts';

/** One process, and all that it is started with. */
export interface PlannedProcess {
  name: string;
  file: string;
  /** What it must listen on. */
  port: number;
  addresses: Address[];
  environment: Record<string, string>;
}

/** Who calls whom, and the port of the tap that is called instead. */
export interface PlannedLink {
  /** `station-broker` */
  name: string;
  target: Target;
  port: number;
  /** What is spoken there, where the first bytes do not tell. */
  protocol?: Protocol;
  /** Where browsers call. */
  url?: string;
}

/** A port of the tap, and where it leads. */
export interface TappedLink extends Omit<PlannedLink, 'name'> {
  /** There is none where there is one link only. */
  name?: string;
  /** Whether the target speaks TLS, where the first link's does. */
  speaksTls?: boolean;
}

/** All processes of a lesson, and the taps between them. */
export interface Plan {
  /** Those that have to be started; the one of `server.ts` comes first. */
  processes: PlannedProcess[];
  links: PlannedLink[];
  /** What is not started or not seen, and why: a sentence for each. */
  notes: string[];
}

/** How the URL begins of what speaks so. */
export const schemes: Record<Speech, string> = {
  http: 'http',
  mqtt: 'mqtt',
  frames: 'tcp',
};

/** How the processes of a lesson are called that browsers call. */
export const publicNames = (lesson: FoundLesson): string[] =>
  Object.entries(lesson.manifest.processes ?? {})
    .filter(([, { browsers }]) => browsers)
    .map(([name]) => name);

/**
 * Plans the processes. Where the environment names a process's URL already
 * (`BROKER_URL`), that one is called instead, and none is started.
 *
 * @param publicPort where browsers find the first that they call; the others
 *   have the next ones
 * @param how.tls whether what browsers call is found at https URLs
 * @param how.given the environment
 * @throws UsageError (2) where a URL that is given is none
 */
export async function planProcesses(
  lesson: FoundLesson,
  publicPort: number,
  {
    tls = false,
    given = process.env,
  }: { tls?: boolean; given?: NodeJS.ProcessEnv } = {},
): Promise<Plan> {
  const all = Object.entries(lesson.manifest.processes ?? {});
  const notes: string[] = [];
  const outside = new Map<string, URL>();
  for (const [name, { browsers }] of all) {
    const text = given[variable(name)];
    if (text && !browsers) outside.set(name, parseUrl(variable(name), text));
  }
  const started = all
    .filter(([name]) => !outside.has(name))
    .sort((a, b) => Number(isMain(b[1])) - Number(isMain(a[1])));

  /** Where each name leads, an address's name included. */
  const places = new Map<string, { target: Target; speech: Speech }>();
  const wanted = started.flatMap(([name, process]) => [
    [name, process.speaks ?? 'http'] as const,
    ...Object.entries(process.addresses ?? {}),
  ]);
  const calls = all.flatMap(([from, { calls: called = [] }]) =>
    outside.has(from) ? [] : called.map((to) => ({ from, to })),
  );
  const ports = await freePorts(wanted.length + calls.length);
  for (const [name, speech] of wanted) {
    const target = { host: '127.0.0.1', port: ports.pop()! };
    places.set(name, { target, speech });
  }

  const publicLinks: PlannedLink[] = publicNames(lesson).map((name, index) => ({
    name: `browser-${name}`,
    target: places.get(name)!.target,
    port: publicPort + index,
    url: `http${tls ? 's' : ''}://127.0.0.1:${publicPort + index}/`,
  }));
  const environments = new Map<string, Record<string, string>>();
  for (const [name] of started) {
    const pages = publicLinks.map((link) => [
      `URL_${link.name.slice('browser-'.length).toUpperCase()}`,
      link.url!,
    ]);
    environments.set(name, Object.fromEntries(pages));
  }

  const links = calls.flatMap(({ from, to }): PlannedLink[] => {
    const name = `${from}-${to}`;
    const port = ports.pop()!;
    const environment = environments.get(from)!;
    const url = outside.get(to);
    if (!url) {
      const { target, speech } = places.get(to)!;
      environment[variable(to)] = `${schemes[speech]}://127.0.0.1:${port}`;
      const protocol = protocolOf(speech);
      return [{ name, target, port, ...(protocol && { protocol }) }];
    }
    const usual = { 'http:': 80, 'mqtt:': 1883 }[url.protocol];
    if (usual === undefined) {
      environment[variable(to)] = url.href;
      notes.push(
        `${from} calls ${url.host} itself: ${url.protocol} is no protocol that a tap can forward.`,
      );
      return [];
    }
    const target = { host: url.hostname, port: Number(url.port || usual) };
    const instead = new URL(url);
    instead.host = `127.0.0.1:${port}`;
    environment[variable(to)] = instead.href;
    return [{ name, target, port }];
  });
  for (const [name, url] of outside)
    notes.push(`No ${name} is started: ${variable(name)} names ${url.host}.`);

  return {
    processes: started.map(([name, process]) => ({
      name,
      file: process.file ?? `${name}.ts`,
      port: places.get(name)!.target.port,
      addresses: Object.keys(process.addresses ?? {}).map((address) => ({
        name: address,
        port: places.get(address)!.target.port,
      })),
      environment: environments.get(name)!,
    })),
    links: [...publicLinks, ...links],
    notes,
  };
}

const isMain = ({ file }: ProcessManifest) => file === 'server.ts';

const variable = (name: string) => `${name.toUpperCase()}_URL`;

function protocolOf(speech: Speech): Protocol | undefined {
  if (speech === 'frames') return { by: 'length', prefix: 4 };
  return speech === 'mqtt' ? 'mqtt' : undefined;
}

function parseUrl(name: string, text: string): URL {
  const url = URL.parse(text);
  if (url?.hostname) return url;
  throw new UsageError(
    `${name} is "${text}": expected a URL with a host, such as ` +
      'mqtt://127.0.0.1:1883. Mend it, or unset it.',
    2,
  );
}
