import { once, type EventEmitter } from 'node:events';
import { symlink, writeFile } from 'node:fs/promises';
import { request, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  test,
} from '@jest/globals';
import { spawnSync } from '@on-the-wire/system/programs/start.ts';
import { faultKinds, parseFaults } from '@on-the-wire/tap/tap.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { stage } from './stage.ts';

const png = Buffer.from('89504e470d0a1a0a', 'hex');
let shell: Awaited<ReturnType<typeof stage>>;

beforeAll(async () => {
  shell = await stage({
    'README.md': '# Bells\n\n## 1. Ring (1 min)\n\nDing & dong.',
    'server.ts': 'const a = "<b>";\nexport {};\n',
    'page/page.css': 'p { color: red }',
    'page/bell.png': png,
    'page/bell.svg': '<svg xmlns="http://www.w3.org/2000/svg"/>',
    'exercises/01-a/README.md': '# Task\n\n[up](../../server.ts)',
    'exercises/01-a/exercise.ts': 'let todo;',
    'notes.txt': 'straße {{title}}',
    'big.txt': 'x'.repeat(200_001),
    'binary.txt': Buffer.from([65, 0, 66]),
    'latin1.txt': Buffer.from('stra\xdfe', 'latin1'),
    '.env': 'SECRET=1',
    'node_modules/a/index.js': 'secret',
  });
  await writeFile(join(shell.root, 'outside.ts'), 'secret');
  // A junction, so that Windows asks for no privilege.
  await symlink(shell.root, join(shell.folder, 'out'), 'junction');
  await symlink(
    join(shell.folder, 'node_modules'),
    join(shell.folder, 'packages'),
    'junction',
  );
  await symlink(
    join(shell.folder, 'page'),
    join(shell.folder, 'same'),
    'junction',
  );
});
afterAll(() => shell.end());

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** Asks as no browser would let a page ask: any host, any path, any header. */
function ask(
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port: shell.port, path, headers, method },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => (text += part));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
          }),
        );
        // An event stream does not end: its headers are enough here.
        if (response.headers['content-type'] === 'text/event-stream')
          response.destroy();
        response.on('close', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
          }),
        );
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

describe('pages and assets', () => {
  test('the page names lesson and port, as text', async () => {
    const { status, headers, text } = await ask('/');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(text).toContain('<title>Bells &amp; &lt;Whistles&gt; · On the Wire');
    expect(text).toContain('data-lesson="bells"');
    expect(text).toContain(`data-page-port="${shell.lessonPort}"`);
  });

  test.each([
    [
      '/shell.js',
      'text/javascript; charset=utf-8',
      'new EventSource("/events")',
    ],
    ['/shell.css', 'text/css; charset=utf-8', '--paper: light-dark('],
    ['/icon.svg', 'image/svg+xml; charset=utf-8', '<svg'],
    ['/?from=readme', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/tutorial', 'text/html; charset=utf-8', '<p>Ding &amp; dong.</p>'],
  ])('%s is served as %s', async (path, type, content) => {
    const { status, headers, text } = await ask(path);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe(type);
    expect(text).toContain(content);
  });

  test('HEAD gets the head alone', async () => {
    const { text, headers: ofGet } = await ask('/');
    const head = await ask('/', {}, 'HEAD');
    expect(head.status).toBe(200);
    expect(head.text).toBe('');
    expect(head.headers['content-length']).toBe(ofGet['content-length']);
    expect(Number(head.headers['content-length'])).toBe(
      Buffer.byteLength(text),
    );
    expect((await ask('/events', {}, 'HEAD')).status).toBe(200);
  });

  test('an unknown path is answered with a sentence', async () => {
    const { status, text } = await ask('/nothing');
    expect(status).toBe(404);
    expect(text).toBe(
      'There is nothing at /nothing. The lesson is at /, its files are below ' +
        '/files/.\n',
    );
  });

  test('a method that would change something is refused', async () => {
    const { status, headers } = await ask('/', {}, 'POST');
    expect(status).toBe(405);
    expect(headers.allow).toBe('GET, HEAD');
  });

  test('a saved tutorial is rendered anew', async () => {
    const other = await stage({ 'README.md': 'One.' });
    const text = async () => (await fetch(`${other.origin}/tutorial`)).text();
    expect(await text()).toBe('<p>One.</p>\n');
    await writeFile(join(other.folder, 'README.md'), 'Another.');
    expect(await text()).toBe('<p>Another.</p>\n');
    await other.end();
  });

  test('a lesson without a tutorial says which file is missing', async () => {
    const other = await stage();
    const response = await fetch(`${other.origin}/tutorial`);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe(
      `This lesson has no tutorial: ${join(other.folder, 'README.md')} is missing.\n`,
    );
    await other.end();
  });
});

describe('what every answer says', () => {
  test.each([
    '/',
    '/shell.js',
    '/tutorial',
    '/events',
    '/files/server.ts',
    '/no',
  ])('%s is closed to others', async (path) => {
    const { headers } = await ask(path, { Origin: shell.origin });
    const lesson = [
      `http://127.0.0.1:${shell.lessonPort}`,
      `http://localhost:${shell.lessonPort}`,
    ];
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; " +
        "img-src 'self' data:; connect-src 'self'; " +
        `frame-src ${lesson.join(' ')}; base-uri 'none'; ` +
        "form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(headers['origin-agent-cluster']).toBe('?1');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('Host', () => {
  test.each(['127.0.0.1', 'localhost', '[::1]', 'LocalHost'])(
    '%s is this machine',
    async (name) => {
      const { status } = await ask('/', { Host: `${name}:${shell.port}` });
      expect(status).toBe(200);
    },
  );

  test.each([
    'evil.example',
    `evil.example:{port}`,
    `127.0.0.1.evil.example:{port}`,
    `localhost.:{port}`,
    `192.168.1.2:{port}`,
    `127.0.0.1:1`,
    'localhost',
  ])('"%s" is refused, whatever is asked for', async (host) => {
    const headers = { Host: host.replace('{port}', String(shell.port)) };
    for (const path of ['/', '/shell.js', '/events', '/files/server.ts']) {
      const { status, text } = await ask(path, headers);
      expect(status).toBe(403);
      expect(text).toContain(
        `"${headers.Host}". It responds on this machine only, as ` +
          `127.0.0.1:${shell.port} or localhost:${shell.port}.`,
      );
    }
  });

  test('a request that names no host at all is refused', async () => {
    const client = await rawClient(shell.port);
    client.send('GET / HTTP/1.0\r\n\r\n');
    expect(await client.until('\r\n')).toBe('HTTP/1.1 403 Forbidden\r\n');
    client.socket.destroy();
  });
});

describe('Origin', () => {
  const guarded = [
    '/events',
    '/tutorial',
    '/files/server.ts',
    '/wire/faults',
    '/wire/units/0',
    '/no',
  ];

  test.each([
    ['a foreign site', 'https://evil.example'],
    ["the lesson's own page", '{lesson}'],
    ['this shell by another name', 'http://localhost:{port}'],
    ['a page without an origin', 'null'],
  ])('%s is refused', async (_, pattern) => {
    const Origin = pattern
      .replace('{lesson}', shell.lessonOrigin)
      .replace('{port}', String(shell.port));
    for (const path of guarded) {
      const { status, text } = await ask(path, { Origin });
      expect(status).toBe(403);
      expect(text).toContain(`a page of ${Origin} sent this request`);
    }
    for (const [method, path] of [
      ['POST', '/'],
      ['OPTIONS', '/wire/faults'],
      ['PUT', '/wire/faults'],
      ['POST', '/wire/cut'],
      ['DELETE', '/'],
    ] as const) {
      const { status, headers } = await ask(path, { Origin }, method);
      expect(status).toBe(403);
      expect(Object.keys(headers).join(' ')).not.toContain('access-control');
    }
  });

  test('the shell itself is not refused', async () => {
    for (const path of guarded.slice(0, 4)) {
      const { status } = await ask(path, { Origin: shell.origin });
      expect(status).toBe(200);
    }
  });

  test('a link from elsewhere may open the page', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    expect((await ask('/', headers)).status).toBe(200);
  });

  test.each(['cross-site', 'same-site'])(
    'a request that is %s is refused without an Origin, too',
    async (site) => {
      for (const path of guarded) {
        const { status } = await ask(path, { 'Sec-Fetch-Site': site });
        expect(status).toBe(403);
      }
    },
  );

  test.each(['same-origin', 'none'])('one that is %s is not', async (site) => {
    const { status } = await ask('/tutorial', { 'Sec-Fetch-Site': site });
    expect(status).toBe(200);
  });
});

describe('/files/', () => {
  test('code is listed, coloured, with numbered lines, and is no markup', async () => {
    const { status, text } = await ask('/files/server.ts');
    expect(status).toBe(200);
    expect(text).toContain('<h1 class="path">lessons/bells/server.ts</h1>');
    expect(text).toContain('<span id="L2">2</span>');
    expect(text).not.toContain('<span id="L3">');
    expect(text).toContain(
      '<span class="hljs-string">&quot;&lt;b&gt;&quot;</span>',
    );
  });

  test('plain text is shown as it is', async () => {
    expect((await ask('/files/notes.txt')).text).toContain(
      '<code>straße {{title}}</code>',
    );
  });

  test('Markdown is set as text, its links relative to it', async () => {
    const { text } = await ask('/files/exercises/01-a/README.md');
    expect(text).toContain('<h1 id="file-task" tabindex="-1">Task</h1>');
    expect(text).toContain('href="/files/server.ts"');
  });

  test('a folder leads to its README', async () => {
    for (const path of ['/files/exercises/01-a', '/files/exercises/01-a/']) {
      const { status, headers } = await ask(path);
      expect(status).toBe(302);
      expect(headers.location).toBe('/files/exercises/01-a/README.md');
    }
  });

  test('pictures are pictures, in which nothing runs', async () => {
    const bell = await ask('/files/page/bell.png');
    expect(bell.headers['content-type']).toBe('image/png');
    expect(bell.headers['content-length']).toBe('8');
    const drawn = await ask('/files/page/bell.svg');
    expect(drawn.headers['content-type']).toBe('image/svg+xml; charset=utf-8');
    expect(drawn.headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    );
  });

  test('a link that stays inside is followed', async () => {
    expect((await ask('/files/same/page.css')).status).toBe(200);
  });

  test.each([
    '../outside.ts',
    '..%2foutside.ts',
    '%2e%2e/outside.ts',
    '%2E%2E%2Foutside.ts',
    'page/../../outside.ts',
    '..\\outside.ts',
    '..%5coutside.ts',
    'C:%5Cwindows',
    'c:/windows',
    '/../outside.ts',
    'out/outside.ts',
    'out',
    'packages/a/index.js',
    '.env',
    '%2eenv',
    'page/.%2f../.env',
    'node_modules/a/index.js',
    'NODE_MODULES/a/index.js',
    'node%5fmodules/a/index.js',
    'server.ts%00.png',
    '....//outside.ts',
    '..;/outside.ts',
    '.%2e/outside.ts',
    'page/%2e%2e/%2e%2e/outside.ts',
    '\\\\?\\C:\\windows',
    'server.ts::$DATA',
    'server.ts%3A%3A$DATA',
    'file:///etc/passwd',
    '.git/config',
    'out%2foutside.ts',
    'packages',
  ])('%s is refused', async (path) => {
    const { status, text } = await ask(`/files/${path}`);
    expect(status).toBe(403);
    expect(text).toMatch(/lesson's folder/);
    expect(text).not.toMatch(/SECRET|secret$/m);
  });

  test.each([
    ['missing.ts', 404, 'The lesson has no file "missing.ts".\n'],
    ['server.ts/x', 404, 'The lesson has no file "server.ts/x".\n'],
    ['%2foutside.ts', 404, 'The lesson has no file "/outside.ts".\n'],
    [
      '%252e%252e/outside.ts',
      404,
      'The lesson has no file "%2e%2e/outside.ts".\n',
    ],
    [
      '..%c0%afoutside.ts',
      404,
      '"..%c0%afoutside.ts" is no path: its %-signs do not decode.\n',
    ],
    ['%E0%A4', 404, '"%E0%A4" is no path: its %-signs do not decode.\n'],
    [
      'big.txt',
      413,
      '"big.txt" has 200001 bytes: too many to be shown here. ' +
        'Open it in your editor.\n',
    ],
    [
      'binary.txt',
      415,
      '"binary.txt" is neither text in UTF-8 nor an image.\n',
    ],
    [
      'latin1.txt',
      415,
      '"latin1.txt" is neither text in UTF-8 nor an image.\n',
    ],
  ])('%s is answered %i with a sentence', async (path, status, sentence) => {
    const answer = await ask(`/files/${path}`);
    expect(answer.status).toBe(status);
    expect(answer.text).toBe(sentence);
  });
});

// Windows has none.
(process.platform === 'win32' ? describe.skip : describe)('a pipe', () => {
  test('below /files/ is not waited for until somebody writes to it', async () => {
    spawnSync('mkfifo', [join(shell.folder, 'pipe.txt')]);
    expect(await ask('/files/pipe.txt')).toMatchObject({
      status: 415,
      text: '"pipe.txt" is neither a file nor a folder.\n',
    });
  });
});

describe('/wire/faults', () => {
  const put = (body: string, path = '/wire/faults', method = 'PUT') =>
    fetch(shell.origin + path, { method, body });

  afterEach(() => shell.tap.setFaults([]));

  test('tells what can be broken, and what is', async () => {
    shell.tap.setFaults(parseFaults(['down:latency=1s']));
    const { text } = await ask('/wire/faults');
    const { kinds, presets, now } = JSON.parse(text);
    expect(kinds).toHaveLength(faultKinds.length);
    expect(presets.map(({ title }: { title: string }) => title)).toEqual([
      'Not localhost',
    ]);
    expect(now).toEqual([
      {
        name: 'latency',
        text: 'down:latency=delay:1s,jitter:0ms',
        sentence:
          'From the server: holds each read for 1000 ms; the order is kept.',
        numbers: '1 s',
        where: 'from the server',
        since: expect.any(Number),
      },
    ]);
  });

  test('sets faults as text, and answers with what applies', async () => {
    const answer = await put('{"faults": ["idle=9s", "not-localhost"]}');
    expect(answer.status).toBe(200);
    const names = ['idle', 'latency', 'joiner', 'slicer'];
    const { now } = (await answer.json()) as { now: { name: string }[] };
    expect(now.map(({ name }) => name)).toEqual(names);
    expect(shell.tap.faults.map(({ name }) => name)).toEqual(names);
  });

  test.each([
    ['{"faults": ["latenzy"]}', 'Did you mean "latency"? There are: status,'],
    [
      '{"faults": ["idle=never"]}',
      'expected 10 ms to 60 min for after, found "never"',
    ],
    ['{"faults": "idle"}', 'found "idle", expected a list of texts'],
    ['{"faults": [1]}', 'found [1], expected a list of texts'],
    ['[', 'no JSON object'],
    ['null', 'no JSON object'],
  ])('refuses %s, and changes nothing', async (body, words) => {
    shell.tap.setFaults(parseFaults(['silence']));
    const answer = await put(body);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain(words);
    expect(shell.tap.faults.map(({ name }) => name)).toEqual(['silence']);
  });

  test('refuses a body that is too long, and an unknown cut', async () => {
    const long = await put(JSON.stringify({ faults: ['x'.repeat(70_000)] }));
    expect(long.status).toBe(413);
    const cut = await put('{"how": "gently"}', '/wire/cut', 'POST');
    expect(cut.status).toBe(400);
    expect(await cut.text()).toContain('found "gently", expected "rst"');
  });
});

describe('/events', () => {
  const listen = async (port: number) => {
    const client = await rawClient(port);
    client.send(`GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    return client;
  };

  test('tells the state, then each change, and forgets who left', async () => {
    const { state, port } = shell;
    const before = state.listenerCount('change');
    const client = await listen(port);
    const head = await client.until('"tutorialVersion":1}\n\n');
    expect(head).toContain('Content-Type: text/event-stream\r\n');
    expect(head).toMatch(
      /retry: 1000\n.*event: state\nid: [0-9a-f]{8}-0\ndata: \{"status":"ready","pageVersion":1,/s,
    );

    state.set({
      status: 'crashed',
      crash: { message: 'Error: no\nbell', details: 'at\r\nserver.ts' },
    });
    expect(await client.until('server.ts"}}\n\n')).toContain(
      '"crash":{"message":"Error: no\\nbell","details":"at\\r\\nserver.ts"}}',
    );

    expect(state.listenerCount('change')).toBe(before + 1);
    const letGo = once(state as EventEmitter, 'removeListener');
    client.socket.destroy();
    await letGo;
    expect(state.listenerCount('change')).toBe(before);
    state.set({ status: 'ready' });
  });

  test('one that does not read gets the last state, not all of them', async () => {
    const { state, port } = shell;
    const client = await listen(port);
    await client.until('"tutorialVersion"');
    client.socket.pause();
    const details = 'x'.repeat(1_000_000);
    for (let pageVersion = 2; pageVersion <= 50; pageVersion += 1)
      state.set({ pageVersion, crash: { message: 'm', details } });
    client.socket.resume();
    await client.until('"pageVersion":50');
    expect(client.received.split('data: ').length).toBeLessThan(10);
    client.socket.destroy();
  });

  test('ends when the shell is closed, which may happen twice', async () => {
    const other = await stage({ 'README.md': '#' });
    const client = await listen(other.port);
    await client.until('"status"');
    await Promise.all([other.close(), other.close()]);
    await client.closed;
    await other.close();
    expect(other.state.listenerCount('change')).toBe(0);
    await other.end();
  });
});
