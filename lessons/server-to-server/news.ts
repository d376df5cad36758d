/**
 * The board's updates over MQTT 3.1.1: the station publishes each once, and the
 * broker hands it to every subscriber.
 *
 * QoS 1 is "at least once": between a program and its broker nothing is lost,
 * and some messages come twice. Ids make that harmless. What a broker forgets
 * in a restart, or a subscriber misses while away, is fetched from the source.
 */
import type { Feed, News } from '@on-the-wire/shared/board/feed.ts';
import { connect, type MqttClient } from 'mqtt';
import { readNews } from './message.ts';

const topics = { updates: 'station/updates', board: 'station/board' };
const every = 20; // updates between two retained snapshots

/** Reconnects soon, and for ever: a broker restarts now and then. In ms. */
const settings = { reconnectPeriod: 250, connectTimeout: 2_000 };

/** Publishes all updates of a feed. */
export function publishNews(feed: Feed, broker: string) {
  const client = connect(broker, settings);
  client.on('error', () => {}); // `close` and a new try follow
  const publish = (topic: string, news: News, retain: boolean) =>
    client.publish(topic, JSON.stringify(news), { qos: 1, retain }, () => {});

  // A gateway that starts late gets the retained message at once. A broker
  // that has restarted may have none: so it is published again.
  const keepBoard = () => publish(topics.board, feed.snapshot(), true);
  client.on('connect', keepBoard);
  const tell = (news: News) => {
    publish(topics.updates, news, false);
    if ('n' in news.data && news.data.n % every === 0) keepBoard();
  };
  feed.on('update', tell);
  return {
    async close() {
      feed.off('update', tell);
      await client.endAsync(true);
    },
  };
}

/**
 * Subscribes to all that is published; the retained board comes first.
 *
 * @param take gets undefined for a message that is no update
 */
export function hearNews(
  broker: string,
  take: (news: News | undefined) => void,
) {
  const client: MqttClient = connect(broker, settings);
  client.on('error', () => {});
  client.subscribe(Object.values(topics), { qos: 1 }, () => {});
  client.on('message', (_topic, bytes) => take(readNews(bytes)));
  return {
    get connected() {
      return client.connected;
    },
    close: () => client.endAsync(true),
  };
}
