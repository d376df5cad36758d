/**
 * Serves a lesson's page: a folder of a few files, its TypeScript sent as
 * JavaScript. No bundle: the browser asks for each file by its own name, so the
 * network panel shows what the lesson is about and little else.
 */
import { readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TransformFailure } from 'esbuild';
import {
  isClosed,
  type Next,
  type Request,
  type Response,
} from './exchange.ts';
import { notStored } from './not-stored.ts';

const board = fileURLToPath(new URL('../board/', import.meta.url));

const mediaTypes: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/**
 * Makes a handler that serves a lesson's page folder: `/` is its index.html,
 * and `/board/…` are the `.ts` and `.css` files of board/. One more,
 * `forwarded.json`, has what `ALLOWED_HOSTS` names (see in-the-shell.ts): a page
 * that came by a forwarder asks for it. TypeScript is
 * sent as JavaScript with its source map; code that does not parse is sent as a
 * script that throws, so that the browser's console names file and line.
 *
 * Works as Express middleware, and as the request listener of `node:http` and
 * `node:http2`. What it does not serve goes to `next`, marked as not to be
 * stored unless a handler says otherwise, and only as long as its client is
 * there; without `next` it responds with 404, or 405 where the method is neither
 * GET nor HEAD (RFC 9110, 15.5). Resolves when it has responded, or handed on.
 * Nothing outside the folder is ever sent: a path with `..`, a hidden name, a
 * backslash or a symbolic link that leaves the folder counts as not found.
 */
export function servePage(
  folder: URL,
): (request: Request, response: Response, next?: Next) => Promise<void> {
  const page = fileURLToPath(folder);
  const compiled = new Map<
    string,
    { version: string; code: Promise<string> }
  >();

  async function serve(
    request: Request,
    response: Response,
    next: Next | undefined,
  ) {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      if (next) return notStored(request, response, next);
      response.setHeader('Allow', 'GET, HEAD');
      return sendText(response, 405, 'This page allows GET and HEAD only.');
    }
    if (request.url === '/board/forwarded.json') return sendNames(response);
    const file = await findFile(page, request.url ?? '/');
    // A client that has gone meanwhile gets nothing, from nobody.
    if (isClosed(response)) return;
    if (!file) {
      if (next) return notStored(request, response, next);
      return sendText(response, 404, 'There is no such file in this page.');
    }
    const body = file.path.endsWith('.ts')
      ? Buffer.from(await compile(file))
      : await readFile(file.path);
    setHeaders(
      response,
      mediaTypes[extname(file.path).toLowerCase()] ??
        'application/octet-stream',
      body.length,
    );
    // For HEAD, Node sends the header section only.
    response.end(body);
  }

  function compile({ path, name, version }: PageFile): Promise<string> {
    const known = compiled.get(path);
    if (known?.version === version) return known.code;
    const code = readFile(path, 'utf8').then((text) =>
      toJavaScript(text, name),
    );
    // What could not be read now may be readable next time.
    code.catch(() => compiled.delete(path));
    compiled.set(path, { version, code });
    return code;
  }

  return async (request, response, next) => {
    try {
      await serve(request, response, next);
    } catch (error) {
      if (next) next(error);
      else {
        // Its message names the path, which neither a page nor a reader of the
        // recording needs.
        const { code = 'unknown error' } = error as NodeJS.ErrnoException;
        sendText(response, 500, `This file could not be read: ${code}.`);
      }
    }
  };
}

interface PageFile {
  path: string;
  /** As the browser knows it, without the leading slash. */
  name: string;
  /** Another one whenever the file was saved. */
  version: string;
}

async function findFile(
  page: string,
  url: string,
): Promise<PageFile | undefined> {
  const names = namesIn(url);
  if (!names) return undefined;
  const fromBoard = names[0] === 'board';
  if (fromBoard && !(names.length === 2 && /\.(?:css|ts)$/.test(names[1]!)))
    return undefined;

  const folder = fromBoard ? board : page;
  try {
    const path = await realpath(
      join(folder, ...names.slice(fromBoard ? 1 : 0)),
    );
    // A symbolic link may have led out of the folder.
    if (!path.startsWith(join(await realpath(folder), sep))) return undefined;
    const found = await stat(path);
    if (!found.isFile()) return undefined;
    const version = `${found.mtimeMs} ${found.size}`;
    return { path, name: names.join('/'), version };
  } catch (error) {
    if (notThere.has((error as NodeJS.ErrnoException).code)) return undefined;
    throw error;
  }
}

const notThere = new Set<string | undefined>([
  'ENOENT',
  'ENOTDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'EINVAL', // A name that Windows does not allow.
]);

/** The names along a URL's path, or undefined if one of them is not allowed. */
function namesIn(url: string): string[] | undefined {
  const path = url.split('?', 1)[0]!;
  if (path === '/') return ['index.html'];
  let names: string[];
  try {
    names = path
      .split('/')
      .slice(1)
      .map((name) => decodeURIComponent(name));
  } catch {
    return undefined; // A percent sign that starts no code.
  }
  // A leading dot covers `..` too; slashes may have come as %2f and %5c.
  return names.every((name) => /^[^./\\\0][^/\\\0]*$/.test(name))
    ? names
    : undefined;
}

async function toJavaScript(text: string, name: string): Promise<string> {
  // Starting esbuild takes longer than serving the first request for the HTML.
  const { transform } = await import('esbuild');
  try {
    const { code } = await transform(text, {
      loader: 'ts',
      target: 'es2022',
      sourcemap: 'inline',
      sourcefile: name,
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    });
    return code;
  } catch (error) {
    const problem = (error as TransformFailure).errors?.[0];
    if (!problem) throw error;
    const { line, column } = problem.location ?? { line: 1, column: 0 };
    const message = `${name}:${line}:${column + 1}: ${problem.text}`;
    return `throw new SyntaxError(${JSON.stringify(message)});\n`;
  }
}

function setHeaders(response: Response, type: string, length: number) {
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Length', length);
  // A saved file shows at the next load, without a hard reload. Not `no-store`:
  // that can keep a page out of a browser's back/forward cache.
  response.setHeader('Cache-Control', 'no-cache');
  response.setHeader('X-Content-Type-Options', 'nosniff');
}

/** By which names, and for which ports, a forwarder serves this lesson. */
function sendNames(response: Response) {
  const { ALLOWED_HOSTS: names } = process.env;
  const body = Buffer.from(JSON.stringify(names ? names.split(',') : []));
  setHeaders(response, 'application/json', body.length);
  response.end(body);
}

function sendText(response: Response, status: number, text: string) {
  const body = Buffer.from(`${text}\n`);
  response.statusCode = status;
  setHeaders(response, 'text/plain; charset=utf-8', body.length);
  response.setHeader('Cache-Control', 'no-store'); // it may be there soon
  response.end(body);
}
