/**
 * Whether the Node that runs here is the one that nodejs.org publishes: the
 * official archive is downloaded, checked against the published SHA-256 list,
 * and the binary in it compared with ours.
 *
 * The list's own signature is not looked at: what is trusted is the server
 * that the address names.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { execFile } from '@on-the-wire/system/programs/start.ts';

/** The Node that was installed. */
export interface Installed {
  /** The binary, as a path. */
  binary: string;
  /** `v26.10.0` */
  version: string;
  platform: NodeJS.Platform;
  arch: string;
}

/** How the official archive is called, and where the binary lies in it. */
export function officialArchiveOf({
  version,
  platform,
  arch,
}: Omit<Installed, 'binary'>): { archive: string; inside: string } {
  const isWindows = platform === 'win32';
  const name = `node-${version}-${isWindows ? 'win' : platform}-${arch}`;
  return isWindows
    ? { archive: `${name}.zip`, inside: `${name}/node.exe` }
    : { archive: `${name}.tar.gz`, inside: `${name}/bin/node` };
}

/**
 * Compares our Node with the official one, byte for byte.
 *
 * @param from where releases lie, such as https://nodejs.org/dist
 * @param say gets a line for each thing done
 * @returns the SHA-256 of both binaries, in hexadecimal
 * @throws UsageError (1) if there is no such release, it cannot be had whole, or
 *   the archive is not the one of the list
 */
export async function compareWithOfficial(
  ours: Installed,
  from: string,
  say: (line: string) => void,
): Promise<{ ours: string; official: string }> {
  const { archive, inside } = officialArchiveOf(ours);
  const release = `${from.replace(/\/+$/, '')}/${ours.version}`;
  const list = `${release}/SHASUMS256.txt`;
  const sums = await (await ask(list)).text();
  const sum = sums
    .split('\n')
    .map((line) => /^([\da-f]{64}) [ *](.+?)\r?$/.exec(line))
    .find((found) => found?.[2] === archive)?.[1];
  if (sum === undefined)
    throw new UsageError(
      `${list} does not list ${archive}: expected a line with its SHA-256. ` +
        'There may be no official build for this platform; see ' +
        `${release}/ for those there are.`,
      1,
    );

  const folder = await mkdtemp(join(tmpdir(), 'official-node-'));
  try {
    const file = join(folder, archive);
    const { body } = await ask(`${release}/${archive}`);
    await pipeline(body!, createWriteStream(file)).catch((error: Error) => {
      throw new UsageError(
        `${release}/${archive} did not come whole: ${reasonOf(error)}. ` +
          'Try again.',
        1,
      );
    });
    const came = await sha256(file);
    say(`${release}/${archive}`);
    say(`  SHA-256 published  ${sum}`);
    say(`  SHA-256 of it      ${came}`);
    if (came !== sum)
      throw new UsageError(
        `The archive is not the one that ${list} lists: it was cut, or ` +
          'changed on its way. Try again; if it stays so, do not use it.',
        1,
      );
    await unpack(file, folder, inside);
    return {
      official: await sha256(join(folder, inside)),
      ours: await sha256(ours.binary),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function ask(url: string): Promise<Response> {
  const response = await fetch(url).catch((error: Error) => {
    throw new UsageError(
      `${url} cannot be reached: ${reasonOf(error)}. A network that has only ` +
        'the registry of npm has no official Node; try in another one.',
      1,
    );
  });
  if (response.ok) return response;
  throw new UsageError(
    `${url}: expected 200, got ${response.status}. ` +
      'There is no such release there, or not yet; --from names another place.',
    1,
  );
}

/** A tar that reads what we download: on Windows the one that reads zip. */
export const tar =
  process.platform === 'win32'
    ? join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32/tar.exe')
    : 'tar';

/** Takes one file out of an archive, into a folder. */
async function unpack(file: string, folder: string, inside: string) {
  const words = ['-xf', basename(file), inside];
  await execFile(tar, words, { cwd: folder }).catch((error: Error) => {
    throw new UsageError(
      `${basename(file)} cannot be unpacked: ${error.message.trim()}. ` +
        `Expected ${inside} in it, and the program tar.`,
      1,
    );
  });
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** What fetch says, and why. */
function reasonOf({ message, cause }: Error): string {
  return cause instanceof Error ? cause.message || message : message;
}
