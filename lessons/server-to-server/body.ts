import { BadInput } from '@on-the-wire/shared/board/feed.ts';
import type { NextFunction, Request, Response } from 'express';

/** Middleware behind Express's parsers: without a body they leave it out. */
export function needsBody(
  { method, path, body }: Request,
  _response: Response,
  next: NextFunction,
) {
  if (body?.length > 0) return next();
  const expected = 'expected the text to announce';
  next(new BadInput(`${method} ${path}: found no body, ${expected}.`));
}
