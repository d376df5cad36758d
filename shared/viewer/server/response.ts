/** What the shell answers a request with, and the small parts of it. */
import type { ServerResponse } from 'node:http';
import { escapeHtml } from './escape-html.ts';

export interface HttpResponse {
  status?: number;
  type: string;
  body: string | Uint8Array;
  headers?: Record<string, string>;
}

/** What was asked for makes no sense: `message` is for the reader. */
export class HttpError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function send(
  response: ServerResponse,
  { status = 200, type, body, headers }: HttpResponse,
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    ...headers,
  });
  // Of an answer to HEAD node:http sends the head only.
  response.end(body);
}

export function json(value: object): HttpResponse {
  return { type: 'application/json', body: JSON.stringify(value) };
}

export function plainText(status: number, sentence: string): HttpResponse {
  return { status, type: 'text/plain; charset=utf-8', body: `${sentence}\n` };
}

/** A file of this package: `page/icon.svg`, `pane/wire.css`. */
export function viewerFile(name: string): URL {
  return new URL(`../${name}`, import.meta.url);
}

/** Puts values into `{{name}}`, as text; those of `{{$name}}` are HTML. */
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

/** Makes a value once, when it is first asked for; a failure is not kept. */
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
