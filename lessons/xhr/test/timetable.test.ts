/** The timetable, whose Cache-Control a page chooses: the bytes. */
import { expect, test } from '@jest/globals';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { createServer } from '../server.ts';
import { closing } from './visit.ts';

async function start() {
  const feed = createFeed();
  feed.close();
  const { server, close } = createServer({ feed });
  closing.push(close);
  return { feed, ...(await listen(server)) };
}

test.each([
  ['max-age=60'],
  ['no-cache'],
  ['no-store'],
  ['private, max-age=60'],
  ['max-age=5, stale-while-revalidate=60'],
  ['max-age=31536000, immutable'],
  ['max-age=0, s-maxage=60'],
  [''],
])('says Cache-Control: %s', async (control) => {
  const { origin } = await start();
  for (const path of ['', '/page', '/page.css']) {
    const query = new URLSearchParams({ control });
    const { headers } = await fetch(`${origin}/timetable${path}?${query}`);
    expect(headers.get('Cache-Control')).toBe(control || null);
  }
});

test('says nothing else that a page chooses', async () => {
  const { origin } = await start();
  for (const query of ['control=public', 'control=a&control=b'])
    expect((await fetch(`${origin}/timetable?${query}`)).status).toBe(400);
});

test('numbers its copies; a 304 is none, and has no body', async () => {
  const { feed, origin, port } = await start();
  const { copy } = await (await fetch(`${origin}/timetable`)).json();
  expect(copy).toBe(1);
  const client = await rawClient(port);
  client.send(
    'GET /timetable HTTP/1.1\r\nHost: x\r\nConnection: close\r\n' +
      `If-None-Match: W/"${feed.run}"\r\n\r\n`,
  );
  await client.closed;
  expect(client.received).toMatch(/^HTTP\/1\.1 304 Not Modified\r\n/);
  expect(client.received).toContain('\r\nCache-Control: max-age=60\r\n');
  expect(client.received).toMatch(/\r\n\r\n$/);
  const next = await (await fetch(`${origin}/timetable/page`)).text();
  expect(next).toContain('<output id="copy">2</output>');
});

test('its document has one sheet, as fresh as itself, and nothing else', async () => {
  const { feed, origin } = await start();
  const page = `${origin}/timetable/page?control=no-cache&visit=%22%3E%26`;
  const text = await (await fetch(page)).text();
  const links = [...text.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
  const sheet = 'page.css?control=no-cache&amp;visit=%22%3E%26';
  expect(links).toEqual(['data:,', sheet]);
  const response = await fetch(new URL(sheet.replace('&amp;', '&'), page));
  expect(await response.text()).toMatch(/^\/\*[^]*--paper:[^]*body \{/);
  expect(
    ['Content-Type', 'Cache-Control', 'ETag'].map((name) =>
      response.headers.get(name),
    ),
  ).toEqual(['text/css; charset=utf-8', 'no-cache', `W/"${feed.run}"`]);
});
