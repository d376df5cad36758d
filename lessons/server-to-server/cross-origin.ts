/** CORS: pages of these origins may read responses. Fetch, 3.3 (lesson xhr). */
import type { NextFunction, Request, Response } from 'express';

export const allowPagesOf =
  (origins: string[]) =>
  (request: Request, response: Response, next: NextFunction) => {
    const { origin = '' } = request.headers;
    response.vary('Origin');
    if (!origins.includes(origin)) return next();
    response.set('Access-Control-Allow-Origin', origin);
    if (request.method !== 'OPTIONS') return next();

    // A preflight: the browser wants to know whether it may send JSON.
    response.set('Access-Control-Allow-Methods', 'GET, POST, PUT');
    response.set('Access-Control-Allow-Headers', 'Content-Type');
    response.status(204).end();
  };
