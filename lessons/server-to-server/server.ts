/**
 * The gateway: all that browsers see of the servers behind it. There are two of
 * them, so that one may die. RFC 9110, 7.6; RFC 7239; RFC 9209.
 * Left out: TLS (lesson http2), and a rate limit for each client.
 */
import { createServer as createHttpServer } from 'node:http';
import type { Lesson } from '@on-the-wire/shared/lesson.ts';
import { localOrigins, readOrigins } from '@on-the-wire/shared/page/origins.ts';
import { servePage } from '@on-the-wire/shared/page/serve-page.ts';
import { tellErrors } from '@on-the-wire/shared/page/tell-errors.ts';
import { onlyWebSockets } from '@on-the-wire/shared/page/upgrade.ts';
import express from 'express';
import { BoardCopy } from './copy.ts';
import { allowPagesOf } from './cross-origin.ts';
import { tellNews } from './event-stream.ts';
import { hearNews } from './news.ts';
import { createProxy, type Routes } from './proxy.ts';
import { createAgent } from './request.ts';
import { fetchFrom } from './source.ts';
import { isForUs } from './target.ts';

const defaults = {
  station: 'http://127.0.0.1:4010',
  operators: 'http://127.0.0.1:4020',
  broker: '', // its URL; without one there are no events of our own
  gateways: ['http://127.0.0.1:4001', 'http://127.0.0.1:4002'],
  origins: [] as string[], // by which browsers know both, if there are others
  timeoutMs: 5_000, // that a browser waits for the servers behind us
};

/** All that browsers may reach: path here, side, and path there. */
const routes: Routes = {
  '/station/board': ['station', '/board'],
  '/station/events': ['station', '/events'],
  '/station/loudspeaker': ['station', '/loudspeaker'],
  '/station/status': ['station', '/status'],
  '/rate': ['station', '/rate'],
  '/operators/status': ['operators', '/status'],
  '/operators/announcements': ['operators', '/announcements'],
};

const originOf = (url: string) => new URL(url).origin;

export function createServer(options: Partial<typeof defaults> = {}): Lesson {
  const { gateways, broker, ...given } = { ...defaults, ...options };
  const { station, operators, timeoutMs } = given;
  const origins = [...gateways, ...given.origins];
  const agent = createAgent();
  const sides = { station, operators };
  const proxy = createProxy({ routes, sides, origins, agent, timeoutMs });
  const app = express();

  // We choose where a request goes: this is no open proxy.
  app.use((request, response, next) => {
    if (isForUs(request, origins)) return next();
    response.status(421).send('This gateway forwards to no other host.');
  });

  // A page that one gateway has served may read from the other, too.
  app.use(allowPagesOf(origins));
  app.use(servePage(new URL('page/', import.meta.url)), proxy.web);

  // 6. The board, from the broker's messages: it needs no station to be up.
  const copy = new BoardCopy(fetchFrom(station, agent));
  const news = broker ? hearNews(broker, (told) => copy.take(told)) : undefined;
  app.get('/events', (request, response) =>
    tellNews(copy, (id) => copy.missed(id), request, response, status),
  );

  // What is connected, and what was counted: the page shows it on its cards.
  const status = () => {
    const { connected = false } = news ?? {};
    const counts = { ...agent.counts, ...proxy.counts, ...copy.counts };
    return { gateways, connected, id: copy.id, ...counts };
  };
  app.get('/status', (_request, response) => void response.json(status()));
  app.use(tellErrors);

  const server = createHttpServer(onlyWebSockets, app);
  server.on('upgrade', proxy.upgrade).on('connect', proxy.connect);
  const close = async () => {
    copy.close();
    await news?.close();
    proxy.close();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}

if (import.meta.main) {
  const { PORT = '4001', URL_GATEWAY, URL_GATEWAY2, ...env } = process.env;
  const { STATION_URL: station = defaults.station } = env;
  const { OPERATORS_URL: operators = defaults.operators } = env;
  const { BROKER_URL: broker = 'mqtt://127.0.0.1:4030' } = env;
  const urls = [URL_GATEWAY, URL_GATEWAY2].filter((url) => url !== undefined);
  const gateways = urls.length > 0 ? urls.map(originOf) : defaults.gateways;
  const origins = readOrigins(env.ORIGINS) ?? localOrigins(PORT);
  const options = { station, operators, broker, gateways, origins };
  createServer(options).server.listen(Number(PORT), '127.0.0.1');
}
