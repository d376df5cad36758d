/**
 * Runs in the process of a learner's file, and does what the check asks for.
 * Started by `learner.ts`: `learner-main.ts <url of the file> <what names its
 * feed> [url of stage.ts]`.
 *
 * What the file throws while it loads is left to Node, whose report of it says
 * where; what it throws when it is called goes back as a response.
 */
import { listen } from '@on-the-wire/system/listen.ts';
import { randomFill } from 'node:crypto';
import { flushCompileCache } from 'node:module';
import type { AddressInfo, Server, Socket } from 'node:net';
import { inspect } from 'node:util';
import { createFeed, type Feed } from '@on-the-wire/lesson/board/feed.ts';
import type { Lesson } from '@on-the-wire/lesson/lesson.ts';
import { Stir, turns, unnoted } from './stir.ts';

type Module = Record<string, unknown>;

/** What the check requests; each gets one response, with the same `id`. */
export type LearnerRequest = { id: number } & (
  | { what: 'alive' }
  /** What goes on in the process: see stir.ts. */
  | { what: 'stirs' }
  | { what: 'call'; name: string; args: unknown[] }
  | { what: 'stage'; name: string; args: unknown[] }
  | { what: 'serve'; options: object }
  | { what: 'feed'; name: string; args: unknown[] }
  | { what: 'memory' }
);

/** `threw`: the learner's code did. `unfit`: it is not what was asked for. */
export type LearnerResponse = { id: number } & (
  | { value: unknown }
  | { threw: { name: string; message: string; stack: string } }
  | { unfit: { title: string; expected: string; came: string } }
);

const stir = Stir.ofProcess();
const [, , file = '', run, stage] = process.argv;
// First the stage: it may stop the clock, before the file keeps its functions.
const staged = stage ? ((await import(stage)) as Module) : {};
const mine = (await import(file)) as Module;
const sockets = new Set<Socket>();
let feed: Feed | undefined;

/** Not what was requested. */
class Unfit extends Error {
  readonly parts;

  constructor(parts: { title: string; expected: string; came: string }) {
    super(parts.title);
    this.parts = parts;
  }
}

async function respond(request: LearnerRequest): Promise<unknown> {
  switch (request.what) {
    case 'alive':
    case 'stirs':
      return Object.keys(mine);
    case 'call':
      return functionOf(mine, request.name)(...request.args);
    case 'stage':
      return functionOf(staged, request.name)(mine, ...request.args);
    case 'serve':
      return serve(request.options);
    case 'feed':
      return tellFeed(request.name, request.args);
    case 'memory':
      return memory();
  }
}

function functionOf(module: Module, name: string) {
  const found = module[name];
  if (typeof found === 'function')
    return found as (...args: unknown[]) => unknown;
  const names = Object.keys(module);
  throw new Unfit({
    title: `The file exports no function ${name}`,
    expected: `export function ${name}(…)`,
    came:
      names.length === 0
        ? 'no export at all'
        : `exports of ${names.join(', ')}`,
  });
}

async function serve(options: object): Promise<number> {
  feed = createFeed({ rate: 'night', run });
  feed.close(); // ends its clock: from here on it moves when told
  const create = functionOf(mine, 'createServer');
  const further = staged['options'] as ((feed: Feed) => object) | undefined;
  const lesson = (await create({ feed, ...options, ...further?.(feed) })) as
    Lesson | undefined;
  const server = lesson?.server as Server | undefined;
  if (typeof server?.listen !== 'function')
    throw new Unfit({
      title: 'createServer returned no server',
      expected: '{ server, close }, the server not yet listening',
      came: inspect(lesson, { depth: 0 }),
    });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  if (!server.listening) await listen(server);
  return (server.address() as AddressInfo).port;
}

function tellFeed(name: string, args: unknown[]): unknown {
  if (!feed) throw new Error('there is no feed before serve()');
  switch (name) {
    case 'next':
      return Array.from({ length: Number(args[0]) }, () => feed!.next());
    case 'announce':
      return feed.announce(args[0]);
    case 'setRate':
      return feed.setRate(args[0]);
    case 'snapshot':
      return feed.snapshot();
    case 'listeners':
      return feed.listenerCount(args[0] as 'update');
    default:
      throw new Error(`the feed knows no ${name}`);
  }
}

function memory() {
  const waiting = [...sockets].reduce(
    (sum, socket) => sum + socket.writableLength,
    0,
  );
  return { waiting, connections: sockets.size };
}

const send = (message: LearnerResponse | 'ready') =>
  unnoted(() => process.send!(message));

/** What goes on beside this request. */
async function stirs(id: number) {
  await turns(3);
  await throughThePool();
  const { pending, count } = stir;
  send({ id, value: { pending, count } });
}

/** Resolves when the thread pool has begun all that it was given before. */
async function throughThePool() {
  const jobs = Array.from({ length: 4 }, () =>
    unnoted(() => new Promise((done) => randomFill(Buffer.alloc(1), done))),
  );
  await Promise.all(jobs);
}

process.on('message', (request: LearnerRequest) => {
  const { id } = request;
  if (request.what === 'stirs') return void stirs(id);
  stir.count += 1;
  respond(request)
    .then((value) => {
      stir.count += 1;
      send({ id, value });
    })
    .catch((error: unknown) => {
      stir.count += 1;
      if (error instanceof Unfit) return send({ id, unfit: error.parts });
      const {
        name,
        message,
        stack = '',
      } = error instanceof Error ? error : new Error(inspect(error));
      return send({ id, threw: { name, message, stack } });
    });
});
// Without the check there is nothing to do.
process.on('disconnect', () => process.exit());
send('ready');
// It is killed when the check is through: what was compiled is kept now.
flushCompileCache();
