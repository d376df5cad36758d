/** Finds ports for a lesson: one for the shell, the next ones for the lesson. */
import { createServer } from 'node:net';
import { defaultPort } from './as-typed.ts';
import { UsageError } from './usage-error.ts';

export { defaultPort };
const highestPort = 65_534; // The next one must be a port, too.

/** On these no browser opens a page: the "bad ports" of Fetch. */
const blocked = new Set(
  (
    '1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 ' +
    '103 104 109 110 111 113 115 117 119 123 135 137 139 143 161 179 389 427 ' +
    '465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 ' +
    '990 993 995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 ' +
    '6666 6667 6668 6669 6679 6697 10080'
  )
    .split(' ')
    .map(Number),
);

/** Whether browsers refuse to open a page on a port, whoever listens there. */
export const isBlocked = (port: number): boolean => blocked.has(port);

/**
 * Reads a port from the command line.
 *
 * @throws UsageError (2) if it is none
 */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= highestPort) return port;
  throw new UsageError(
    `"${text}" is no port: expected a whole number from 1 to ${highestPort}.`,
    2,
  );
}

/**
 * Finds adjacent ports of 127.0.0.1 that are free, and that browsers open.
 *
 * @param wanted the lowest; without it the first that will do from `from` on
 * @param count how many: one for the shell, one for each address of the lesson
 * @returns the lowest of them
 * @throws UsageError (1) that names the port in use, or the one that is blocked
 */
export async function findPorts(
  wanted: number | undefined,
  from = defaultPort,
  count = 2,
): Promise<number> {
  if (wanted !== undefined) {
    const taken = await firstTaken(wanted, count);
    if (taken === undefined) return wanted;
    const next = count === 2 ? 'the next one' : `the next ${count - 1}`;
    throw new UsageError(
      `${whyNot(taken)}, so --port ${wanted} cannot be had: the shell ` +
        `needs port ${wanted}, and the lesson ${next}. Name another, ` +
        'or leave --port out.',
      1,
    );
  }
  for (let port = from; port + count - 2 <= highestPort; port += 2) {
    if ((await firstTaken(port, count)) === undefined) return port;
  }
  throw new UsageError(`No ${count} ports from ${from} on are free.`, 1);
}

async function firstTaken(
  lowest: number,
  count: number,
): Promise<number | undefined> {
  for (let port = lowest; port < lowest + count; port += 1) {
    if (isBlocked(port) || !(await isFree(port))) return port;
  }
  return undefined;
}

const whyNot = (port: number) =>
  isBlocked(port)
    ? `Browsers open no page on port ${port}`
    : `Port ${port} is in use`;

/**
 * Finds one free port of 127.0.0.1, for a page.
 *
 * @param wanted the only one that will do; without it the first free from 4400
 * @throws UsageError (1) that says why it will not
 */
export async function findPort(wanted: number | undefined): Promise<number> {
  if (wanted !== undefined) {
    if ((await firstTaken(wanted, 1)) === undefined) return wanted;
    throw new UsageError(
      `${whyNot(wanted)}. Name another, or leave --port out.`,
      1,
    );
  }
  for (let port = 4400; port <= highestPort; port += 1) {
    if ((await firstTaken(port, 1)) === undefined) return port;
  }
  throw new UsageError('No port from 4400 on is free.', 1);
}

/** Whether a port of 127.0.0.1 can be listened on. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .on('error', () => resolve(false))
      .listen({ port, host: '127.0.0.1', exclusive: true }, () => {
        server.close(() => resolve(true));
      });
  });
}

/**
 * Below those that systems give to clients, and to servers that take any (RFC
 * 6335, 6; Linux begins at 32,768): else somebody may have it before it is used.
 */
const [lowest, highest] = [10_100, 32_000]; // the highest blocked one is 10,080
let next = lowest + Math.floor(Math.random() * (highest - lowest));

/** A port of 127.0.0.1 that was free a moment ago, another each time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = next;
    next = port < highest ? port + 1 : lowest;
    if (await isFree(port)) return port;
  }
}

/** So many ports of 127.0.0.1 that were free a moment ago, each another. */
export function freePorts(count: number): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, () => freePort()));
}
