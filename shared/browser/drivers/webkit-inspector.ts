/**
 * WebKit's remote inspector, which tells what WebDriver does not: the console,
 * and which requests begin. A MiniBrowser that is driven listens for it, on the
 * port where it listens for its driver.
 *
 * A message there is its length (4 bytes, big endian), flags (1 byte: whether
 * numbers are little endian), a name with a zero byte, and a GVariant. Those
 * that we need are 64-bit numbers and at most one text at the end, so they look
 * as in memory.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/**
 * How a page is named: by its browser, and its number in it. The browser tells
 * both in a list, but to nobody else once it has told its driver; both count
 * from 1.
 */
const nameOf = (page: number): Buffer => {
  const name = Buffer.alloc(16);
  name.writeUInt32LE(1);
  name.writeUInt32LE(page, 8);
  return name;
};

/** What the inspector of one window tells and does, beside its driver. */
export interface Inspector {
  onConsole(hear: (text: string, kind: string) => void): void;
  onRequest(hear: (url: string) => void): void;
  /** A function's text that runs in each document before its own scripts. */
  before(script: string): Promise<void>;
  /** What the reader prefers: `ColorScheme`, `Dark`; as it is without a value. */
  prefer(what: string, value: string | undefined): Promise<void>;
}

/**
 * Connects to the inspector of a browser.
 *
 * @param port where it listens for its driver
 * @returns what inspects one of its pages
 */
export async function inspectorOf(
  port: number,
): Promise<(page: number) => Promise<Inspector>> {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  const pages = new Map<number, Inspection>();
  listen(socket, (name, data) => {
    if (name !== 'SendMessageToFrontend') return;
    const page = data.readUInt32LE(8);
    const text = data.toString('utf8', nameOf(page).length, data.length - 1);
    pages.get(page)?.hear(JSON.parse(text) as Told);
  });
  send(socket, 'SetupInspectorClient', Buffer.of(0));
  return async (page) => {
    const inspection = new Inspection((name, text) => {
      const end = Buffer.from(text && `${text}\0`);
      send(socket, name, Buffer.concat([nameOf(page), end]));
    });
    pages.set(page, inspection);
    await inspection.ready;
    return inspection;
  };
}

class Inspection implements Inspector {
  /** Once the page has done what it was asked for at first. */
  readonly ready: Promise<unknown>;
  readonly #tell: (name: string, text: string) => void;
  readonly #console = new Set<(text: string, kind: string) => void>();
  readonly #requests = new Set<(url: string) => void>();
  /** The page as the inspector names it: another one in another process. */
  #target = '';
  /** What it was asked for: the next process is asked for all of it again. */
  readonly #wanted = new Map<string, [method: string, params: object]>();
  readonly #waiting = new Map<number, (told: Told) => void>();
  readonly #scripts: string[] = [];
  #last = 0;

  readonly #done: (asked: Promise<unknown>) => void;

  /** @param tell sends a message of this name about this page */
  constructor(tell: (name: string, text: string) => void) {
    this.#tell = tell;
    for (const domain of ['Console', 'Network', 'Page'])
      this.#wanted.set(domain, [`${domain}.enable`, {}]);
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.ready = promise;
    this.#done = resolve;
    tell('Setup', '');
  }

  hear({ method, params }: Told): void {
    if (method === 'Target.dispatchMessageFromTarget')
      this.#hear(JSON.parse(params.message) as Told);
    if (method !== 'Target.targetCreated') return;
    const { targetId, type } = params.targetInfo;
    if (type !== 'page') return;
    this.#target = targetId;
    const asked = [...this.#wanted.values()].map((one) => this.#ask(...one));
    this.#done(Promise.all(asked));
  }

  onConsole = (hear: (text: string, kind: string) => void) =>
    void this.#console.add(hear);
  onRequest = (hear: (url: string) => void) => void this.#requests.add(hear);

  before = async (script: string) => {
    this.#scripts.push(`(${script})();`);
    const source = this.#scripts.join('\n');
    await this.#want('scripts', 'Page.setBootstrapScript', { source });
  };
  prefer = (what: string, value: string | undefined) => {
    const params = { name: `Prefers${what}`, value };
    return this.#want(what, 'Page.overrideUserPreference', params);
  };

  async #want(name: string, method: string, params: object) {
    this.#wanted.set(name, [method, params]);
    await this.#ask(method, params);
  }
  async #ask(method: string, params: object) {
    this.#last += 1;
    const id = this.#last;
    const outer = JSON.stringify({
      id,
      method: 'Target.sendMessageToTarget',
      params: {
        targetId: this.#target,
        message: JSON.stringify({ id, method, params }),
      },
    });
    const answered = new Promise<Told>((done) => this.#waiting.set(id, done));
    this.#tell('SendMessageToBackend', outer);
    const { error } = await answered;
    if (error) throw new Error(`${method}: ${error.message}`);
  }

  #hear(told: Told): void {
    const { id, method, params } = told;
    if (id !== undefined) {
      this.#waiting.get(id)?.(told);
      this.#waiting.delete(id);
    } else if (method === 'Console.messageAdded') {
      const { message } = params;
      const isUncaught =
        message.source === 'javascript' && message.level === 'error';
      const kind = isUncaught ? 'uncaught' : message.level;
      for (const hear of this.#console) hear(textOf(message), kind);
    } else if (method === 'Network.requestWillBeSent')
      for (const hear of this.#requests) hear(params.request.url);
  }
}

interface Told {
  id?: number;
  method?: string;
  params: any;
  error?: { message: string };
}

/** All that was written, as one text: the inspector tells the first part alone. */
function textOf({
  text,
  url,
  parameters = [],
}: {
  text: string;
  url?: string;
  parameters?: { value?: unknown; description?: string }[];
}): string {
  if (parameters.length === 0)
    return [text, text.startsWith('Failed to load') && url]
      .filter(Boolean)
      .join(' ');
  return parameters
    .map(({ value, description }) => description ?? String(value))
    .join(' ');
}

function send(socket: Socket, name: string, data: Buffer) {
  const body = Buffer.concat([Buffer.from(`${name}\0`), data]);
  const head = Buffer.of(0, 0, 0, 0, 1);
  head.writeUInt32BE(body.length);
  socket.write(Buffer.concat([head, body]));
}

function listen(socket: Socket, tell: (name: string, data: Buffer) => void) {
  let bytes = Buffer.alloc(0);
  socket.on('data', (more: Buffer) => {
    bytes = Buffer.concat([bytes, more]);
    while (bytes.length >= 5) {
      const end = 5 + bytes.readUInt32BE();
      if (bytes.length < end) return;
      const zero = bytes.indexOf(0, 5);
      tell(bytes.toString('latin1', 5, zero), bytes.subarray(zero + 1, end));
      bytes = bytes.subarray(end);
    }
  });
}
