/**
 * Sends a server what no client should, and looks whether it lives: requests
 * with something changed, halves of them, bodies that never come, clients that
 * leave without a word. After each case the next client must be served, and the
 * process may have printed nothing to standard error.
 *
 * In `pnpm test` the seed and the number of cases are fixed: a server fails
 * always, or never. In `pnpm soak` each round has a seed of its own
 * (`FUZZ_SEED`), and five times as many cases (`ALL_CASES`). A case depends on
 * the seed and its own number alone.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { drawFrom, type Draw } from './draw.ts';
import { mutate } from './mutate.ts';

const serve = fileURLToPath(new URL('serve.ts', import.meta.url));
const usualSeed = '1';
const usualCases = 200; // five times as many in `pnpm soak`
const hang = 60_000; // ms: nothing but a hang takes so long

/** A server that is fuzzed. */
export interface FuzzTarget {
  /** What is typed after `pnpm test`. */
  name: string;
  /** The file with its `createServer`, and the options of that. */
  file: URL;
  options?: object;
  /**
   * Requests that make sense, with `{host}` for host and port; each character is
   * a byte. The first is what the next client sends: a GET, to which 200 is the
   * response.
   */
  requests: readonly [string, ...string[]];
  /** Whether it speaks TLS, and the protocol that is agreed on. */
  tls?: 'http/1.1' | 'h2';
  /** The bytes of a case; without it one of the requests, changed. */
  make?: (draw: Draw) => Buffer;
}

const h2c = 'Connection: Upgrade\r\nUpgrade: h2c\r\n';

/** What a client does once all is sent; one that leaves has read nothing. */
const endings = ['stays and ends', 'stays and leaves', 'ends', 'leaves'];

/**
 * Fuzzes one server, in a process of its own.
 *
 * @throws Error that names seed and case, shows the bytes, and the command that
 *   tries them again
 */
export async function fuzz(target: FuzzTarget): Promise<void> {
  const seed = process.env['FUZZ_SEED'] ?? usualSeed;
  const all = process.env['ALL_CASES'] !== undefined;
  const server = await start(target);
  const sent: string[] = [];
  let served = 0;
  try {
    for (let n = 1; n <= usualCases * (all ? 5 : 1); n += 1) {
      const draw = drawFrom(seed, `${target.name} ${n}`);
      const bytes = target.make?.(draw) ?? changed(target, draw, server.host);
      const ending = draw.one(endings);
      sent.push(`case ${n}, the client ${ending}: ${show(bytes)}`);
      await Promise.race([server.ended, tryCase(bytes, ending)]);
      if (server.printed) throw new Error('it printed an error');
    }
  } catch (error) {
    // A connection that broke may be the last that a dying process had.
    const died = await open(server.port).then(
      (client) => void client.destroy(),
      () => server.ended.catch((end: Error) => end.message),
    );
    const message = died ?? (error as Error).message;
    const how = `${all ? 'ALL_CASES=1 ' : ''}FUZZ_SEED=${seed}`;
    throw new Error(
      `${target.name}, seed ${seed}: ${message}. The last that was sent:\n` +
        `${sent.slice(-3).join('\n')}\nIt printed:\n${server.printed}\n` +
        `Again: ${how} npx -y pnpm test ${target.name} -- fuzz`,
      { cause: error },
    );
  } finally {
    await server.stop();
  }

  async function tryCase(bytes: Buffer, ending: string): Promise<void> {
    const isRude = ending.endsWith('leaves');
    const client = await open(server.port, target.tls, !isRude);
    const leave = () => (isRude ? client.destroy() : client.end());
    const stays = ending.startsWith('stays');
    client.write(bytes, () => stays || leave());
    // It serves others by now, and later ones, too.
    await mustServe();
    if (stays) leave();
    if (stays) await mustServe();
    // A server need not read a body that nobody wants, nor see its end.
    client.destroy();
  }

  async function mustServe(): Promise<void> {
    const tls = target.tls && 'http/1.1';
    const client = await open(server.port, tls);
    const request = target.requests[0].replaceAll('{host}', server.host);
    // Every second one offers another protocol, as curl and Java do.
    const upgrade = (served += 1) % 2 === 0 ? h2c : '';
    client.write(request.replace('\r\n', `\r\n${upgrade}`));
    const status = (async () => {
      let text = '';
      for await (const piece of client) text += String(piece);
      return text.split('\r\n')[0];
    })();
    const first = await within(status, 'the next client got no response');
    if (first !== 'HTTP/1.1 200 OK')
      throw new Error(`the next client got "${first}"`);
  }
}

function changed({ requests }: FuzzTarget, draw: Draw, host: string): Buffer {
  const others = requests.map((each) => each.replaceAll('{host}', host));
  return Buffer.from(mutate(others, draw), 'latin1');
}

/** @param reads whether it reads; if not, it is reset when it is destroyed */
async function open(port: number, protocol?: FuzzTarget['tls'], reads = true) {
  const tcp = connect(port, '127.0.0.1');
  if (!reads && !protocol) tcp.pause();
  const tls =
    protocol &&
    connectTls({
      socket: tcp,
      rejectUnauthorized: false,
      ALPNProtocols: [protocol],
    });
  const client = tls ?? tcp;
  // A reset is one of the ways to be closed.
  for (const each of [tcp, client]) each.on('error', () => {});
  if (reads) client.resume();
  await once(client, tls ? 'secureConnect' : 'connect');
  return client;
}

async function within<T>(promise: Promise<T>, otherwise: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise)), hang);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

async function start({ file, options = {} }: FuzzTarget) {
  const args = [serve, file.href, JSON.stringify(options)];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stderr.on('data', (text: Buffer) => (printed += text.toString()));
  const ended = once(child, 'close').then(([code, signal]) => {
    throw new Error(`its process has ended (${signal ?? `exit code ${code}`})`);
  });
  ended.catch(() => {}); // in the end it does
  const [port] = (await Promise.race([
    once(child.stdout, 'data'),
    ended.catch((error: Error) => {
      throw new Error(`${error.message}: ${printed}`);
    }),
  ])) as [Buffer];
  child.stdout.resume();
  return {
    port: Number.parseInt(String(port), 10),
    host: `127.0.0.1:${Number.parseInt(String(port), 10)}`,
    ended,
    get printed() {
      return printed;
    },
    async stop() {
      child.kill('SIGKILL');
      await ended.catch(() => {});
    },
  };
}

function show(bytes: Buffer): string {
  const most = 2_000;
  const text = JSON.stringify(bytes.toString('latin1').slice(0, most));
  const more = bytes.length > most ? `, and ${bytes.length - most} more` : '';
  return text + more;
}
