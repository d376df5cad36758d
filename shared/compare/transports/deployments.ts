/** The server of a lesson, made ready for clients: alone, or with company. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { listen } from '@on-the-wire/system/listen.ts';
import type { Feed } from '@on-the-wire/lesson/board/feed.ts';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import type {
  Lesson,
  LessonModule,
  LessonProcess,
} from '@on-the-wire/lesson/lesson.ts';
import { createGateway } from './gateway.ts';

/** Which server is deployed, and with which options. */
export interface DeploymentOptions {
  /** The lesson's folder, as a URL that ends in a slash. */
  folder: string;
  /** The file in it that has the server. */
  file: string;
  /** For its `createServer`, beside the feed. */
  options: object;
  /** What its page runs before anything else of it. */
  script?: string | undefined;
}

/** Servers that listen. */
export interface Deployment {
  /** Of the one that is tapped; of others, after it. */
  ports: number[];
  close(): Promise<void>;
}

/** Deploys at those ports, or at free ones where there are none. */
type Deploy = (
  options: DeploymentOptions,
  feed: Feed,
  ports: number[],
) => Promise<Deployment>;

const load = <Module>({ folder }: DeploymentOptions, file: string) =>
  import(new URL(file, folder).href) as Promise<Module>;

/** Puts a script into the page, where a driver need not know how to. */
function runFirst(server: Lesson['server'], script: string): void {
  type Exchange = [request: IncomingMessage, response: ServerResponse];
  server.prependListener('request', (...[{ url }, response]: Exchange) => {
    if (url !== '/') return;
    const end = response.end.bind(response);
    const withScript = (html: Buffer) => {
      const [before, after] = String(html).split('<head>');
      const body = `${before}<head><script>${script}</script>${after}`;
      response.setHeader('Content-Length', Buffer.byteLength(body));
      return end(body);
    };
    response.end = withScript as typeof end;
  });
}

/**
 * The lesson's server, as it is.
 *
 * @param options which it is
 * @param feed what it shows
 * @param ports where it listens; without one at a free port
 * @throws Error of the system where a port is in use
 */
export const deployServer: Deploy = async (options, feed, [at]) => {
  type Loaded = LessonModule<{ feed: Feed }>;
  const { createServer } = await load<Loaded>(options, options.file);
  const lesson: Lesson = createServer({ ...options.options, feed });
  if (options.script !== undefined) runFirst(lesson.server, options.script);
  const { port } = await listen(lesson.server, at);
  return { ports: [port], close: () => lesson.close() };
};

/**
 * The same behind a gateway, which is what is tapped. As `deployServer`; its
 * ports are the gateway's and the server's.
 */
export const deployGateway: Deploy = async (options, feed, [at, behind]) => {
  const inner = await deployServer(options, feed, behind ? [behind] : []);
  const gateway = createGateway(inner.ports[0]!, await localCertificate());
  const { port } = await listen(gateway.server, at);
  return {
    ports: [port, inner.ports[0]!],
    async close() {
      await gateway.close();
      await inner.close();
    },
  };
};

/**
 * The last lesson's broker, which is what is tapped, and its station. As
 * `deployServer`; its ports are the broker's and the station's.
 */
export const deployBroker: Deploy = async (options, feed, [at, stationAt]) => {
  type Loaded = { createServer(options?: object): LessonProcess };
  const [broker, station] = await Promise.all([
    load<Loaded>(options, 'broker.ts'),
    load<Loaded>(options, 'station.ts'),
  ]);
  const between = broker.createServer();
  const port = (await listen(between.server, at)).port;
  const url = `mqtt://127.0.0.1:${port}`;
  const source = station.createServer({
    ...options.options,
    feed,
    broker: url,
  });
  const stationPort = (await listen(source.server, stationAt)).port;
  return {
    ports: [port, stationPort],
    async close() {
      await source.close();
      await between.close();
    },
  };
};
