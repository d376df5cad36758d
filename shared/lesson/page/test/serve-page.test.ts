import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import http2 from 'node:http2';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { servePage } from '../serve-page.ts';

let parent: string;
let folder: string;
const servers: Server[] = [];

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'serve-page-'));
  folder = join(parent, 'page');
  await mkdir(join(folder, 'sub'), { recursive: true });
  await mkdir(join(parent, 'page-beside'));
  await writeFile(join(parent, 'secret.txt'), 'SECRET');
  await writeFile(join(parent, 'page-beside/secret.txt'), 'SECRET');
  await writeFile(join(folder, '.hidden'), 'SECRET');
  await writeFile(join(folder, 'index.html'), '<h1>Zürich</h1>');
  await writeFile(join(folder, 'page.css'), 'b{}');
  await writeFile(join(folder, 'a b.svg'), '<svg/>');
  await writeFile(join(folder, 'sub/deep.js'), '1');
  await writeFile(join(folder, 'strange.xyz'), '?');
  await writeFile(join(folder, 'page.ts'), 'const n: number = 1;\n');
  await writeFile(join(folder, 'broken.ts'), 'const a = 1;\nconst = 2;\n');
});

afterAll(async () => {
  for (const server of servers) server.close();
  await rm(parent, { recursive: true });
});

const page = () => servePage(pathToFileURL(folder));

async function start(server: Server): Promise<number> {
  servers.push(server);
  return (await listen(server)).port;
}

const startHttp = (listener: RequestListener = page()) =>
  start(createServer(listener));

/** Sends the request line as it stands and returns the whole response. */
async function ask(port: number, line: string): Promise<string> {
  const client = await rawClient(port);
  client.send(`${line} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
  await client.closed;
  const answer = Buffer.from(client.received, 'latin1').toString();
  return answer.replace(/^Date: .*\r\n/m, '');
}

describe('servePage', () => {
  test('serves / as index.html, byte for byte', async () => {
    expect(await ask(await startHttp(), 'GET /')).toBe(
      'HTTP/1.1 200 OK\r\n' +
        'Content-Type: text/html; charset=utf-8\r\n' +
        'Content-Length: 16\r\n' +
        'Cache-Control: no-cache\r\n' +
        'X-Content-Type-Options: nosniff\r\n' +
        'Connection: close\r\n\r\n' +
        '<h1>Zürich</h1>',
    );
  });

  test('responds to HEAD with the same headers and no body', async () => {
    const port = await startHttp();
    const whole = await ask(port, 'GET /page.ts');
    const head = whole.slice(0, whole.indexOf('\r\n\r\n') + 4);
    expect(await ask(port, 'HEAD /page.ts')).toBe(head);
  });

  test.each([
    ['/page.css?v=2', 'text/css; charset=utf-8', 'b{}'],
    ['/a%20b.svg', 'image/svg+xml; charset=utf-8', '<svg/>'],
    ['/sub/deep.js', 'text/javascript; charset=utf-8', '1'],
    ['/strange.xyz', 'application/octet-stream', '?'],
  ])('sends %s as %s', async (path, type, body) => {
    const answer = await ask(await startHttp(), `GET ${path}`);
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(answer).toContain(`Content-Type: ${type}\r\n`);
    expect(answer.split('\r\n\r\n')[1]).toBe(body);
  });

  test('sends TypeScript as JavaScript with its source map', async () => {
    const answer = await ask(await startHttp(), 'GET /page.ts');
    expect(answer).toContain('Content-Type: text/javascript; charset=utf-8');
    const body = answer.split('\r\n\r\n')[1]!;
    const [code, comment] = body.split('//# sourceMappingURL=');
    expect(code).toBe('const n = 1;\n');
    const map = JSON.parse(
      Buffer.from(comment!.split('base64,')[1]!, 'base64').toString(),
    );
    expect(map.sources).toEqual(['page.ts']);
    expect(map.sourcesContent).toEqual(['const n: number = 1;\n']);
  });

  test('compiles again what was saved again', async () => {
    const port = await startHttp();
    const path = join(folder, 'again.ts');
    await writeFile(path, 'let a: 1;');
    expect(await ask(port, 'GET /again.ts')).toContain('let a;');
    await writeFile(path, 'let longer: 1;');
    expect(await ask(port, 'GET /again.ts')).toContain('let longer;');
  });

  test('sends code that does not parse as a script that says where', async () => {
    const answer = await ask(await startHttp(), 'GET /broken.ts');
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(() => new Function(answer.split('\r\n\r\n')[1]!)()).toThrow(
      /^broken\.ts:2:7: Expected identifier but found "="$/,
    );
  });

  test('sends the files of the board', async () => {
    const port = await startHttp();
    const css = await ask(port, 'GET /board/colours.css');
    expect(css).toContain('Content-Type: text/css; charset=utf-8');
    expect(css).toContain('light-dark(');
    // The one that every page loads, without its types.
    const element = await ask(port, 'GET /board/departures-board.ts');
    expect(element).toContain('Content-Type: text/javascript; charset=utf-8');
    expect(element).toContain('customElements.define(');
    expect(element).not.toMatch(/^import type/m);
    for (const path of ['test', 'test/x.ts', '../lesson.ts', 'feed.md', ''])
      expect(await ask(port, `GET /board/${path}`)).toMatch(/^HTTP\/1.1 404 /);
  });

  test('never sends what is outside the folder', async () => {
    const port = await startHttp();
    const beside = join(parent, 'page-beside');
    await symlink(beside, join(folder, 'beside'), 'junction');
    // Windows lets only administrators link to a file.
    if (process.platform !== 'win32')
      await symlink('../secret.txt', join(folder, 'link.txt'));
    for (const path of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/%2e%2e%2fsecret.txt',
      '/..%2Fsecret.txt',
      '/..%5csecret.txt',
      '/..\\secret.txt',
      '/sub/../../secret.txt',
      '/../page-beside/secret.txt',
      '/%252e%252e/secret.txt',
      '//secret.txt',
      `/${encodeURIComponent(join(parent, 'secret.txt'))}`,
      `/${join(parent, 'secret.txt')}`,
      '/link.txt',
      '/beside/secret.txt',
      '/.hidden',
      '/sub%2f..%2f.hidden',
      '/sub%5c..%5c.hidden',
      '/secret.txt%00.css',
      '/%',
      '/sub',
      '/sub/',
      `/${'a'.repeat(5_000)}`,
      'http://127.0.0.1/',
    ]) {
      const answer = await ask(port, `GET ${path}`);
      expect([path, answer.slice(0, 12)]).toEqual([path, 'HTTP/1.1 404']);
      expect(answer).not.toContain('SECRET');
    }
  });

  test('refuses what is neither GET nor HEAD, and says what it takes', async () => {
    const answer = await ask(await startHttp(), 'DELETE /');
    expect(answer).toMatch(/^HTTP\/1.1 405 Method Not Allowed\r\n/);
    expect(answer).toContain('Allow: GET, HEAD\r\n');
  });

  test('hands what it does not serve to the next handler', async () => {
    const serve = page();
    const port = await startHttp((request, response) => {
      serve(request, response, (error) => response.end(`next ${error}`));
    });
    expect(await ask(port, 'GET /page.css')).toContain('b{}');
    expect(await ask(port, 'GET /none')).toContain('next undefined');
    expect(await ask(port, 'POST /')).toContain('next undefined');
  });

  test('hands nobody on who has gone: next would wait for a close that was', async () => {
    const serve = page();
    const called: string[] = [];
    const over = Promise.withResolvers<void>();
    const port = await startHttp((request, response) => {
      response.once('close', async () => {
        await serve(request, response, () => called.push('next'));
        over.resolve();
      });
      client.socket.resetAndDestroy();
    });
    const client = await rawClient(port);
    client.send('GET /none HTTP/1.1\r\nHost: a\r\n\r\n');
    await over.promise;
    expect(called).toEqual([]);
  });

  test('lets no cache store what is no file of the page', async () => {
    const none = 'Cache-Control: no-store\r\n';
    const alone = await startHttp();
    expect(await ask(alone, 'GET /none')).toContain(none);
    expect(await ask(alone, 'DELETE /')).toContain(none);
    const serve = page();
    const port = await startHttp((request, response) => {
      serve(request, response, () => response.end('now'));
    });
    expect(await ask(port, 'GET /none')).toContain(none);
    expect(await ask(port, 'POST /')).toContain(none);
    // The page itself may be in the back/forward cache.
    expect(await ask(port, 'GET /')).not.toContain('no-store');
  });

  test('hands nobody on over HTTP/2 whose stream was reset', async () => {
    const serve = page();
    const called: string[] = [];
    const over = Promise.withResolvers<void>();
    const server = http2.createServer((request, response) => {
      response.once('close', async () => {
        await serve(request, response, () => called.push('next'));
        over.resolve();
      });
      stream.close(http2.constants.NGHTTP2_CANCEL);
    });
    const session = http2.connect(`http://127.0.0.1:${await start(server)}`);
    const stream = session.request({ ':path': '/none' });
    await over.promise;
    session.close();
    expect(called).toEqual([]);
  });

  test('works over HTTP/2', async () => {
    const port = await start(http2.createServer().on('request', page()));
    const session = http2.connect(`http://127.0.0.1:${port}`);
    const stream = session.request({ ':path': '/page.css' });
    const headers = await new Promise<http2.IncomingHttpHeaders>((resolve) => {
      stream.once('response', resolve);
    });
    let body = '';
    for await (const text of stream.setEncoding('utf8')) body += text;
    session.close();
    expect(headers).toMatchObject({
      ':status': 200,
      'content-type': 'text/css; charset=utf-8',
    });
    expect(body).toBe('b{}');
  });
});
