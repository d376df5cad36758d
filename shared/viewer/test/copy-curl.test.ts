/**
 * A copied command of curl, run: what a shell hands on is what was quoted, and
 * what curl sends is what was recorded.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  rm,
  writeFile,
} from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFile, spawnSync } from '@on-the-wire/system/programs/start.ts';
import * as fc from 'fast-check';
import { createTap } from '@on-the-wire/tap/tap.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import type { CapturedConnection } from '@on-the-wire/wire/capture.ts';
import { fixedCases } from '@on-the-wire/wire/test/random-cases.ts';
import { copyOf } from '../copy/copy.ts';
import type { CopyForm } from '../copy/forms.ts';
import { posixFormat, posixWord } from '../copy/posix.ts';
import { LiveUnits } from '../live/live-units.ts';
import { WireLog } from '../live/log.ts';
import { SavedRun } from '../saved/saved.ts';
import { isUnit } from '../source.ts';

const SHELLS = ['dash', 'bash'].filter(
  (shell) => spawnSync(shell, ['-c', 'true']).status === 0,
);

/** What shells and terminals obey, and what they leave alone. */
const WORDS =
  '\' " ` \\ ! !! % %s %n & | ; >pwned # ~ * ? [a] - -- @ = $ 7 ${HOME} {a,b} \\0 \\101 ü € 😀 $(touch\tpwned) `touch\tpwned`';
const PIECES = [
  ...WORDS.split(' '),
  '\n',
  '\r\n',
  '\t',
  '\u0003',
  '\u0000',
  '\u001B[2J',
  ' ',
  '\u202E',
  '\u2019',
  '\u0085',
  '\u200D',
  "'; touch pwned; '",
  '" && touch pwned "',
  '$(touch pwned)',
];
const piece = fc.oneof(
  fc.constantFrom(...PIECES),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const textBytes = fc
  .array(piece, { maxLength: 8 })
  .map((pieces) => Buffer.from(pieces.join('')));
const anyBytes = fc.oneof(
  textBytes,
  fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes)),
);

/** What an argument may be: no NUL; and no line end last. */
const argument = anyBytes.map((bytes) => {
  const kept = bytes.filter((byte) => byte !== 0);
  return Buffer.from(kept.at(-1) === 10 ? [...kept, 0x2e] : kept);
});

let folder: string;
let empty: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'copy-curl-'));
  empty = join(folder, 'empty');
  await mkdir(empty);
  const print = join(folder, 'print-arguments');
  await writeFile(print, `#!/bin/sh\nprintf '%s\\0' "$@"\n`);
  await chmod(print, 0o755);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a shell makes of a command, in a folder where nothing is. */
function run(shell: string, command: string): Buffer {
  const { stdout, stderr, status } = spawnSync(shell, ['-c', command], {
    cwd: empty,
    env: { ...process.env, PATH: `${folder}:${process.env['PATH']}` },
    input: '',
  });
  expect({ status, stderr: stderr.toString() }).toEqual({
    status: 0,
    stderr: '',
  });
  return stdout;
}

describe.each(SHELLS)('%s', (shell) => {
  test('hands on each word that is quoted for it, and does nothing else', async () => {
    fc.assert(
      fc.property(
        fc.array(argument, { minLength: 1, maxLength: 12 }),
        (all) => {
          const command = `print-arguments ${all.map(posixWord).join(' ')}`;
          const printed = run(shell, command).toString('latin1').split('\0');
          expect(printed.slice(0, -1)).toEqual(
            all.map((bytes) => bytes.toString('latin1')),
          );
        },
      ),
      fixedCases(200),
    );
    expect(await readdir(empty)).toEqual([]);
  });

  test('prints any bytes of a body, NUL included', async () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(run(shell, `printf ${posixFormat(bytes)}`)).toEqual(bytes);
      }),
      fixedCases(200),
    );
    expect(await readdir(empty)).toEqual([]);
  });
});

test('A quoted word is on one line, and has nothing that a terminal obeys', () => {
  fc.assert(
    fc.property(argument, (bytes) => {
      expect(posixWord(bytes)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      // An interactive shell looks for it in double quotes.
      expect(posixWord(bytes)).not.toMatch(/^".*!/);
    }),
    fixedCases(1_000),
  );
});

/** A request, as a server gets it. */
interface Sent {
  method: string;
  target: string;
  headers: [string, string][];
  body: Buffer;
}

/** Without what curl sees to: `curl.ts` lists it. */
function comparable({ method, target, headers, body }: Sent) {
  const kept = headers.filter(([name]) => !/^content-length$/i.test(name));
  const host = kept.filter(([name]) => /^host$/i.test(name));
  const others = kept.filter(([name]) => !/^host$/i.test(name));
  return { method, target, host, others, body: body.toString('latin1') };
}

function inPairs(raw: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i < raw.length; i += 2) pairs.push([raw[i]!, raw[i + 1]!]);
  return pairs;
}

/** A server that keeps the last request. */
async function keeper(): Promise<{
  server: Server;
  port: number;
  /** The last request; and forgets it. */
  take: () => Sent;
}> {
  let last: Sent | undefined;
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (bytes: Buffer) => pieces.push(bytes));
    request.on('end', () => {
      last = {
        method: request.method!,
        target: request.url!,
        headers: inPairs(request.rawHeaders),
        body: Buffer.concat(pieces),
      };
      response.setHeader('Connection', 'close').end();
    });
  });
  const { port } = await listen(server);
  const take = (): Sent => {
    const taken = last!;
    last = undefined;
    return taken;
  };
  return { server, port, take };
}

/** A recording of these bytes alone. */
function recordingOf(up: Buffer): SavedRun {
  const connection: CapturedConnection = {
    id: 1,
    realPort: 80,
    secure: false,
    start: 0,
    reads: [{ direction: 'up', time: 0, bytes: up }],
    ends: [],
    comments: [],
  };
  return new SavedRun({ connections: [connection] });
}

/** The line of the request that the client sent. */
function requestOf(saved: SavedRun): number {
  return saved.lines.find(
    (line) => isUnit(line) && line.kind === 'http/1.1 request headers',
  )!.n;
}

function written({ method, target, headers, body }: Sent): Buffer {
  const isChunked = headers.some(([name]) => /^transfer/i.test(name));
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  const size = body.length.toString(16);
  const end = isChunked ? '\r\n0\r\n\r\n' : '';
  return Buffer.concat([
    Buffer.from(
      `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`,
      'latin1',
    ),
    ...(isChunked && body.length > 0 ? [Buffer.from(`${size}\r\n`)] : []),
    body,
    Buffer.from(isChunked && body.length === 0 ? '0\r\n\r\n' : end),
  ]);
}

/**
 * Runs a copied command as a script, which may be longer than an argument; the
 * user's own settings of curl are left out.
 */
async function curl(shell: string, command: string): Promise<string> {
  const script = join(folder, 'script');
  await writeFile(
    script,
    command.replace(/^curl /m, 'curl -q -s -S --noproxy "*" '),
  );
  const { stdout } = await execFile(shell, [script], { cwd: empty });
  return stdout;
}

const NAMES =
  "X-A x-b Accept User-Agent Content-Type Cookie Referer Accept-Encoding x-'$`!#% Authorization";
const name = fc.constantFrom(...NAMES.split(' '));
/** What a value may hold: RFC 9110, 5.5; the first and the last no space. */
const value = anyBytes.map((bytes) =>
  Buffer.from(
    bytes.filter((byte) => byte === 9 || (byte >= 32 && byte !== 127)),
  )
    .toString('latin1')
    .replaceAll(/^[ \t]+|[ \t]+$/g, ''),
);
const IN_TARGET =
  'a / /.. /./ // ? & = %27 % \' $ (b) * {x} [1-3] " ` \\ | ^ #f %2e ! ; @ : ~ < >';
const target = fc.oneof(
  fc
    .array(fc.constantFrom(...IN_TARGET.split(' ')), { maxLength: 8 })
    .map((pieces) => `/${pieces.join('')}`),
  fc.constantFrom('/', '*', 'http://other.test/x?y', '/x?token=1'),
);

const CHUNKED = ['Transfer-Encoding', 'chunked'] as const;

const request = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
    target,
    fields: fc.array(fc.tuple(name, value), { maxLength: 6 }),
    body: fc.option(
      fc.oneof(
        anyBytes,
        fc.constant(Buffer.from('@/etc/passwd')),
        fc.constant(Buffer.from('{"a":"it\'s $HOME"}')),
        fc.constant(
          Buffer.from('--b\r\nContent-Disposition: x\r\n\r\n\0\r\n--b--\r\n'),
        ),
      ),
      { nil: undefined },
    ),
    isChunked: fc.boolean(),
  })
  .map(({ fields, body, isChunked, ...rest }) => ({
    ...rest,
    fields: [
      ...fields,
      ...(body
        ? [
            isChunked
              ? CHUNKED
              : (['Content-Length', String(body.length)] as const),
          ]
        : []),
    ].map(([each, is]): [string, string] => [each, is]),
    body: body ?? Buffer.alloc(0),
  }));

describe.each(SHELLS)('A command that is copied and run by %s', (shell) => {
  test('sends the request that was recorded', async () => {
    const { server, port, take } = await keeper();
    try {
      await fc.assert(
        fc.asyncProperty(request, async ({ fields, ...rest }) => {
          const headers: [string, string][] = [
            ['Host', `127.0.0.1:${port}`],
            ...fields,
          ];
          const sent: Sent = { ...rest, headers };
          const recording = recordingOf(written(sent));
          const command = copyOf(recording, requestOf(recording), 'curl');
          await curl(shell, command);
          expect({ command, ...comparable(take()) }).toEqual({
            command,
            ...comparable(sent),
          });
        }),
        fixedCases(150),
      );
    } finally {
      server.close();
    }
    expect(await readdir(empty)).toEqual([]);
  });
});

/** A run of the bytes of one request, and its command. */
function commandOf(
  head: string,
  body: string | Buffer = '',
  form: CopyForm = 'curl',
): string {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  const recording = recordingOf(
    Buffer.concat([
      Buffer.from(`${head.replaceAll('\n', '\r\n')}\r\n\r\n`, 'latin1'),
      bytes,
    ]),
  );
  return copyOf(recording, requestOf(recording), form);
}

const POST = `POST /board?x=1 HTTP/1.1
Host: localhost:4400
Accept: */*
User-Agent: it's me
Content-Type: application/json
X-Empty:
Accept-Encoding: gzip
Content-Length: `;

describe('A request that is copied as curl', () => {
  test('is a command as people write it', () => {
    expect(commandOf(`${POST}13`, '{"a":"it\'s"}')).toBe(
      String.raw`curl 'http://localhost:4400/board?x=1' \
  -H 'Accept: */*' \
  -H 'User-Agent: it'\''s me' \
  -H 'Content-Type: application/json' \
  -H 'X-Empty;' \
  -H 'Accept-Encoding: gzip' \
  --compressed \
  --data-raw '{"a":"it'\''s"}'`,
    );
  });

  test('has a body with line ends, or none that is text, behind a pipe', () => {
    expect(commandOf(`${POST}14`, '--a\r\n%!\0\u0001é\r\n')).toMatch(
      /^printf '\\055-a\\r\\n%%\\041\\000\\001é\\r\\n' \|\ncurl 'http:.*--data-binary @-$/s,
    );
  });

  test('leaves the path and the target as they were', () => {
    expect(commandOf('GET /a/../b HTTP/1.1\nHost: a')).toContain(
      '--path-as-is',
    );
    expect(commandOf('OPTIONS * HTTP/1.1\nHost: a')).toContain(
      "curl 'http://a/' \\\n  --request-target '*'",
    );
    expect(commandOf('GET http://b/#x HTTP/1.1\nHost: a')).toContain(
      "--request-target 'http://b/#x'",
    );
    expect(commandOf('GET / HTTP/1.1\nHost: a:80')).toContain(
      "-H 'Host: a:80'",
    );
  });

  test.each([
    ['CONNECT a:1 HTTP/1.1\nHost: a:1', 'It opens a tunnel'],
    ['GET / HTTP/1.0\nAccept: x', 'It has no Host'],
    ['GET / HTTP/1.1\nHost: a b', 'Its Host cannot stand in a URL'],
    ['GET / HTTP/1.1\nHost: a\nX: a\rb', 'The value of its X has a line end'],
    ['GET / HTTP/1.1\nHost: a\nX: a\0b', 'The value of its X has a line end'],
    ['GET / HTTP/1.1\nHost: a\n@file: b', 'The name of one of its headers'],
  ])('is refused with a sentence: %j', (head, sentence) => {
    expect(() => commandOf(head)).toThrow(sentence);
    expect(() => commandOf(head, '', 'curl-powershell')).toThrow(sentence);
  });

  test.each(SHELLS)('may be longer than an argument, in %s', async (shell) => {
    const { server, port, take } = await keeper();
    try {
      const body = Buffer.alloc(300_000, "it's\0\r\n");
      const head = `PUT / HTTP/1.1\nHost: 127.0.0.1:${port}\nContent-Length: ${body.length}`;
      await curl(shell, commandOf(head, body));
      expect(take().body.equals(body)).toBe(true);
    } finally {
      server.close();
    }
  });

  test('is sent over HTTP/2 as it was', async () => {
    const seen: Sent[] = [];
    const server = createHttp2Server((received, response) => {
      const pieces: Buffer[] = [];
      received.on('data', (bytes: Buffer) => pieces.push(bytes));
      received.on('end', () => {
        seen.push({
          method: received.method,
          target: received.url,
          headers: inPairs(received.rawHeaders)
            .filter(([each]) => !each.startsWith(':'))
            .toSorted(([a], [b]) => a.localeCompare(b)),
          body: Buffer.concat(pieces),
        });
        response.end('ok');
      });
    });
    const { port } = await listen(server);
    const tap = createTap({ target: { host: '127.0.0.1', port } });
    const log = new WireLog(tap.recording, new LiveUnits(tap));
    const origin = `http://127.0.0.1:${await tap.listen()}`;
    const client = connect(origin);
    try {
      const stream = client.request({
        ':method': 'PUT',
        ':path': '/a?b=$(x)',
        'x-long': 'y'.repeat(20_000),
        'x-quote': `it's "$HOME" \u00FC`,
        accept: 'a/b',
      });
      stream.end('not \0 text');
      await stream.resume().toArray();
      const { n } = log
        .lines(0, 1_000)
        .find((line) => line.kind === 'http/2 DATA')!;
      const command = copyOf(log, n, 'curl');
      expect(command).toContain('--http2-prior-knowledge');
      expect(await curl('sh', command)).toBe('ok');
      expect(seen).toHaveLength(2);
      expect(comparable(seen[1]!)).toEqual(comparable(seen[0]!));
    } finally {
      await new Promise<void>((resolve) => client.close(resolve));
      await tap.close();
      server.close();
    }
  });
});

/**
 * What PowerShell hands on to curl, by its documentation: no PowerShell runs
 * here. A here-string in single quotes is literal; it begins behind the line
 * end, and ends before the line end that a line with '@ at its beginning follows
 * (about_Quoting_Rules, "Here-strings"). `$body` is the only variable.
 */
function readByPowerShell(command: string): { config: string; body?: Buffer } {
  const found =
    /^(?:\$body = \[IO\.Path\]::GetTempFileName\(\)\n\[IO\.File\]::WriteAllBytes\(\$body, \[Convert\]::FromBase64String\('([A-Za-z0-9+/=]*)'\)\)\n)?@'\n((?:(?!'@).*\n)*)'@ \| curl\.exe --config -( --data-binary "@\$body"\nRemove-Item \$body)?$/.exec(
      command,
    );
  if (!found) throw new Error(`not read: ${command.slice(0, 1_000)}`);
  const [, base64, config = '', usesBody] = found;
  expect(usesBody === undefined).toBe(base64 === undefined);
  return {
    config,
    ...(base64 !== undefined && { body: Buffer.from(base64, 'base64') }),
  };
}

describe('A command for PowerShell', () => {
  test('hands on what curl reads as the request that was recorded', async () => {
    const { server, port, take } = await keeper();
    const [config, file] = [join(folder, 'config'), join(folder, 'body')];
    const ascii = /^[\t\x20-\x7e]*$/;
    try {
      await fc.assert(
        fc.asyncProperty(request, async ({ fields, ...rest }) => {
          const headers: [string, string][] = [
            ['Host', `127.0.0.1:${port}`],
            ...fields.filter(([, each]) => ascii.test(each)),
          ];
          const sent: Sent = { ...rest, headers };
          const recording = recordingOf(written(sent));
          const command = copyOf(
            recording,
            requestOf(recording),
            'curl-powershell',
          );
          // Windows PowerShell hands on nothing else as it is.
          expect(command).toMatch(/^[\n\x20-\x7e]*$/);
          const read = readByPowerShell(command);
          await writeFile(config, read.config);
          await writeFile(file, read.body ?? '');
          const more = read.body ? `--data-binary @${file}` : '';
          await curl('sh', `curl --config - ${more} <${config}`);
          expect(comparable(take())).toEqual(comparable(sent));
        }),
        fixedCases(100),
      );
    } finally {
      server.close();
    }
  });

  test('is refused where a header is not ASCII', () => {
    const head = 'GET / HTTP/1.1\nHost: a\nX: \u00FC';
    expect(() => commandOf(head, '', 'curl-powershell')).toThrow(
      'Its header has characters that are not ASCII',
    );
  });
});
