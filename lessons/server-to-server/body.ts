/** The body of a request to the station: as text, or byte by byte. */
import { BadInput } from '@on-the-wire/shared/board/feed.ts';
import express, {
  type NextFunction,
  type Request,
  type Response,
} from 'express';

/** Where there is no body, Express's parsers leave it undefined. */
function needsBody(
  { method, path, body }: Request,
  _response: Response,
  next: NextFunction,
) {
  if (body?.length > 0) return next();
  const expected = 'expected the text to announce';
  next(new BadInput(`${method} ${path}: found no body, ${expected}.`));
}

export const asText = [express.text({ type: '*/*' }), needsBody];
export const asBytes = [express.raw({ type: '*/*' }), needsBody];
