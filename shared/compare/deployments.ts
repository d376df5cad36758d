/** What a lesson has to say, made ready to be asked: alone, or with company. */
import { listen } from '@on-the-wire/system/listen.ts';
import type { Feed } from '@on-the-wire/lesson/board/feed.ts';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import type {
  Lesson,
  LessonModule,
  LessonProcess,
} from '@on-the-wire/lesson/lesson.ts';
import { createGateway } from './gateway.ts';

export interface DeploymentOptions {
  /** The lesson's folder, as a URL that ends in a slash. */
  folder: string;
  /** The file in it that has the server. */
  file: string;
  /** For its `createServer`, beside the feed. */
  options: object;
}

/** Servers that listen. */
export interface Deployment {
  /** Of the one that is tapped; of others, after it. */
  ports: number[];
  close(): Promise<void>;
}

/** A stand: at those ports, or at free ones where there are none. */
type Deploy = (
  order: DeploymentOptions,
  feed: Feed,
  ports: number[],
) => Promise<Deployment>;

const load = <Module>({ folder }: DeploymentOptions, file: string) =>
  import(new URL(file, folder).href) as Promise<Module>;

/** The lesson's server, as it is. */
export const deployServer: Deploy = async (order, feed, [at]) => {
  type Loaded = LessonModule<{ feed: Feed }>;
  const { createServer } = await load<Loaded>(order, order.file);
  const lesson: Lesson = createServer({ ...order.options, feed });
  const { port } = await listen(lesson.server, at);
  return { ports: [port], close: () => lesson.close() };
};

/** The same behind a gateway, which is what is tapped. */
export const deployGateway: Deploy = async (order, feed, [at, behind]) => {
  const inner = await deployServer(order, feed, behind ? [behind] : []);
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

/** The last lesson's broker, which is what is tapped, and its station. */
export const deployBroker: Deploy = async (order, feed, [at, stationAt]) => {
  type Loaded = { createServer(options?: object): LessonProcess };
  const [broker, station] = await Promise.all([
    load<Loaded>(order, 'broker.ts'),
    load<Loaded>(order, 'station.ts'),
  ]);
  const between = broker.createServer();
  const port = (await listen(between.server, at)).port;
  const url = `mqtt://127.0.0.1:${port}`;
  const source = station.createServer({ ...order.options, feed, broker: url });
  const stationPort = (await listen(source.server, stationAt)).port;
  return {
    ports: [port, stationPort],
    async close() {
      await source.close();
      await between.close();
    },
  };
};
