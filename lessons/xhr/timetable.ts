/**
 * A response that may be stored, and how long it may be used without a
 * request: Cache-Control (RFC 9111, 5.2.2), with stale-while-revalidate
 * (RFC 5861, 3) and immutable (RFC 8246, 2).
 *
 * The timetable of this day does not change; each copy that is sent has a
 * number, so that whoever gets one sees whether it is the same as before.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Feed } from '@on-the-wire/shared/board/feed.ts';
import express from 'express';

/** What our page may choose as Cache-Control. */
const allowed = [
  'max-age=60',
  'no-cache',
  'no-store',
  'private, max-age=60',
  'max-age=5, stale-while-revalidate=60',
  'max-age=31536000, immutable',
  'max-age=0, s-maxage=60',
  '', // none: then freshness is heuristic (RFC 9111, 4.2.2)
];

/**
 * `GET /`: the timetable as JSON; `GET /page`: as a document of its own, and
 * `GET /page.css`: the look of that, which may be stored for as long.
 */
export function timetable(feed: Feed) {
  const router = express.Router();
  const { departures } = feed.snapshot().data;
  // Ten days ago: without Cache-Control, browsers use it for a tenth of that.
  const published = new Date(Date.now() - 864_000_000).toUTCString();
  let copies = 0;

  router.get(['/', '/page', '/page.css'], (request, response) => {
    const { control = allowed[0]!, visit = '' } = request.query;
    if (typeof control !== 'string' || !allowed.includes(control))
      return void response.status(400).send('Expected a known Cache-Control.');

    // The validator is weak: copies differ in their numbers only.
    response.set({ ETag: `W/"${feed.run}"`, 'Last-Modified': published });
    if (control) response.set('Cache-Control', control);
    else response.removeHeader('Cache-Control');
    if (request.fresh) return void response.status(304).end();

    if (request.path === '/page.css')
      return void response.type('css').send(look());
    copies += 1;
    if (request.path === '/')
      return void response.json({ copy: copies, departures });
    const query = new URLSearchParams({ control, visit: `${visit}` });
    const sheet = `page.css?${query}`;
    response.type('html').send(document(copies, departures, sheet));
  });
  return router;
}

const document = (
  copy: number,
  departures: readonly { train: string; due: string; to: string }[],
  sheet: string,
) => `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>Timetable</title>
  <link rel="icon" href="data:," />
  <link rel="stylesheet" href="${sheet.replaceAll('&', '&amp;')}" />
  <h1>Timetable, copy <output id="copy">${copy}</output></h1>
  <ul>${departures
    .map(({ due, train, to }) => `<li>${due} ${train} to ${to}</li>`)
    .join('')}</ul>
</html>
`;

/** That of the lesson's page, whose own sheets are revalidated at each use. */
const look = () =>
  ['colours', 'page']
    .map((name) => import.meta.resolve(`@on-the-wire/shared/board/${name}.css`))
    .map((url) => readFileSync(fileURLToPath(url), 'utf8'))
    .join('');
