/** The responses of a page's server, and the small parts of them. */
import type { ServerResponse } from 'node:http';
import { escapeHtml } from './escape-html.ts';

/** A response, before it is sent. */
export interface HttpResponse {
  /** The status code; 200. */
  status?: number;
  /** The media type: `Content-Type`. */
  type: string;
  body: string | Uint8Array;
  headers?: Record<string, string>;
}

/** The request cannot be served: `message` is for the user. */
export class HttpError extends Error {
  readonly status: number;

  /** @param status the status code of the response: 4xx */
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Sends a response, whole. */
export function send(
  response: ServerResponse,
  { status = 200, type, body, headers }: HttpResponse,
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  // For HEAD, node:http sends the header section only.
  response.end(body);
}

/** A response with a value as JSON. */
export function json(value: object): HttpResponse {
  return { type: 'application/json', body: JSON.stringify(value) };
}

/** A response with a sentence as plain text. */
export function plainText(status: number, sentence: string): HttpResponse {
  return { status, type: 'text/plain; charset=utf-8', body: `${sentence}\n` };
}

/** A file of this package: `page/icon.svg`, `pane/wire.css`. */
export function viewerFile(name: string): URL {
  return new URL(`../${name}`, import.meta.url);
}

/**
 * Puts values into a template: `{{name}}` as text, `{{$name}}` as HTML.
 *
 * @throws Error where a value is missing
 */
export function renderTemplate(
  template: string,
  values: Record<string, string>,
): string {
  return template.replaceAll(/\{\{(\$?\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`no value for {{${name}}}`);
    return name.startsWith('$') ? value : escapeHtml(value);
  });
}

/**
 * Makes a function that makes a value when it is first called, and returns the
 * same one from then on. A failure is not kept: the next call tries again.
 */
export function lazyAsync<T>(make: () => Promise<T>): {
  (): Promise<T>;
  /** Settles when nothing is being made any more. */
  settled(): Promise<unknown>;
} {
  let made: Promise<T> | undefined;
  const get = () => {
    made ??= make();
    made.catch(() => (made = undefined));
    return made;
  };
  return Object.assign(get, {
    settled: () => Promise.allSettled([made]),
  });
}
