import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';

const closing = closingAfterEach();
const script = fileURLToPath(
  new URL('../../../../scripts/tap.ts', import.meta.url),
);
const root = dirname(dirname(script));

/** Starts `tap` with these words, as a program of its own. */
function tap(words: string[]) {
  const child = spawn(process.execPath, [script, ...words], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      ...process.env,
      INIT_CWD: import.meta.dirname,
      NODE_EXTRA_CA_CERTS: undefined, // Where it is set, it stays.
    },
  });
  closing.push(() => child.kill('SIGKILL'));
  const said = { out: '', error: '' };
  child.stdout.on('data', (bytes) => (said.out += String(bytes)));
  child.stderr.on('data', (bytes) => (said.error += String(bytes)));
  const ended = once(child, 'close').then(([code]) => ({ code, ...said }));
  const until = async (text: string) => {
    while (!said.out.includes(text)) await once(child.stdout, 'data');
  };
  return { child, ended, until, said };
}

const node = (code: string) => [process.execPath, '-e', code];

async function zug() {
  const server = createServer((_request, response) => response.end('Zug'));
  const { port } = await listen(server);
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return port;
}

test('a command finds the tap in TAP_URL, and its exit code is the tap’s', async () => {
  const code =
    'fetch(`${process.env.TAP_URL}?n=7`, { headers: { connection: "close" } })' +
    '.then((r) => r.text())' +
    '.then((text) => { process.stdout.write(text); process.exit(3); })';
  const target = `http://localhost:${await zug()}/platform`;
  const { ended } = tap([target, '--', ...node(code)]);
  const { code: exitCode, out, error } = await ended;
  // Its output may be read by a program: the tap's lines are not in it.
  expect([exitCode, out]).toEqual([3, 'Zug']);
  expect(error).toMatch(
    /Open {5}http:\/\/127\.0\.0\.1:\d+\/platform, in place/,
  );
  expect(error).toContain('→ GET /platform?n=7: request line and headers');
  // What the command has ended is not told as the end of the tap.
  expect(error).toContain('· → FIN');
  expect(error).toContain('· ← FIN');
  expect(error).not.toContain('RST');
  const [, url] = /Wire {5}(\S+)/.exec(error)!;
  await expect(rawClient(Number(new URL(url!).port))).rejects.toThrow(
    'ECONNREFUSED',
  );
});

test('a command reads the tap’s input, where the reader stands', async () => {
  const code =
    'process.stdin.on("data", (bytes) => process.stdout.write(bytes));' +
    'process.stdout.write(process.cwd() + "\\n")';
  const { child, ended } = tap(['3000', '--', ...node(code)]);
  child.stdin.end('Gleis 7');
  expect((await ended).out).toBe(`${import.meta.dirname}\nGleis 7`);
});

test('a command gets the words as they were typed, and the reader’s programs', async () => {
  const code =
    'console.log(JSON.stringify([process.argv.slice(1), process.env.PATH]))';
  const words = ['--port', '$TAP_URL', 'a "b"', '', '--'];
  const { ended } = tap(['3000', '--', ...node(code), '--', ...words]);
  const [got, path] = JSON.parse((await ended).out) as [string[], string];
  expect(got).toEqual(words);
  expect(process.env['PATH']).toContain(join(root, 'node_modules/.bin'));
  expect(path.split(':')).not.toContain(join(root, 'node_modules/.bin'));
});

test('a command gets the password that the tap shows nobody', async () => {
  const code = 'console.log(process.env.TAP_URL)';
  const target = 'redis://me:Zq7Xw9Kv2@localhost:6379/0';
  const { out, error } = await tap([target, '--', ...node(code)]).ended;
  expect(out).toMatch(/^redis:\/\/me:Zq7Xw9Kv2@127\.0\.0\.1:\d+\/0\n$/);
  expect(error).toContain('in place of redis://************@localhost:6379/0');
  expect(error).not.toContain('Zq7X');
});

test('a command on Node trusts the certificate of the tap', async () => {
  const server = createSecureServer(await localCertificate(), (_, response) =>
    response.end('Zug'),
  );
  const { port } = await listen(server);
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  const code =
    'fetch(process.env.TAP_URL).then((r) => r.text()).then(console.log)';
  const target = `https://localhost:${port}`;
  const { out } = await tap([target, '--', ...node(code)]).ended;
  expect(out).toBe('Zug\n');
});

test.each([
  [
    ['/no/such/program'],
    127,
    'cannot be started: spawn /no/such/program ENOENT',
  ],
  [[import.meta.dirname], 126, 'cannot be started: spawn'],
])(
  'a command %j that cannot be started is told, and ends with %i',
  async (words, code, why) => {
    const {
      code: exitCode,
      out,
      error,
    } = await tap(['3000', '--', ...words]).ended;
    expect([exitCode, out]).toEqual([code, '']);
    expect(error).toContain(`"${words[0]}" ${why}`);
  },
);

test('a command that was not told from the target by -- is not run', async () => {
  const { code, out, error } = await tap(['3000', 'echo', 'x']).ended;
  expect([code, out]).toEqual([2, '']);
  expect(error).toBe(
    'Expected one target, found more words behind it. A command stands behind --, as in 3000 -- npm test\n',
  );
});

test('a tap that cannot start runs no command', async () => {
  const { code, out } = await tap(['nonsense', '--', ...node('console.log(1)')])
    .ended;
  expect([code, out]).toEqual([2, '']);
});

// On Windows there are no signals.
const describeOnUnix = process.platform === 'win32' ? describe.skip : describe;

describeOnUnix('a signal', () => {
  test.each([
    ['SIGTERM', 15],
    ['SIGINT', 2],
    ['SIGHUP', 1],
  ] as const)(
    '%s ends the command, and the exit code is 128 + %i',
    async (signal, number) => {
      const code = 'console.log("ready"); setInterval(() => {}, 1000)';
      const { child, ended, until } = tap(['3000', '--', ...node(code)]);
      await until('ready');
      child.kill(signal);
      expect((await ended).code).toBe(128 + number);
    },
  );

  test('leaves the tap there for what the command still does', async () => {
    const code =
      'process.on("SIGTERM", async () => {' +
      '  console.log(await (await fetch(process.env.TAP_URL)).text());' +
      '  process.exit(5);' +
      '}); console.log("ready"); setInterval(() => {}, 1000)';
    const target = `localhost:${await zug()}`;
    const { child, ended, until } = tap([target, '--', ...node(code)]);
    await until('ready');
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 5, out: 'ready\nZug\n' });
  });
});

// `script` of util-linux makes a terminal; that of other systems is another.
const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;

describeOnLinux('in a terminal', () => {
  test('Ctrl+C reaches the command once, and it decides', async () => {
    const code =
      'let times = 0; process.on("SIGINT", () => {' +
      '  times += 1; console.log(`told ${times}`);' +
      '});' +
      'process.stdin.on("data", () => process.exit(10 + times));' +
      'console.log("ready")';
    // No shell stays: on Ctrl+C, dash would end with 130, whatever its child says.
    const words = [
      'exec',
      process.execPath,
      script,
      '3000',
      '--',
      ...node(code),
    ];
    const line = words.map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    closing.push(() => child.kill('SIGKILL'));
    const ended = once(child, 'close');
    let said = '';
    child.stdout.on('data', (bytes) => (said += String(bytes)));
    const until = async (text: string) => {
      while (!said.includes(text)) await once(child.stdout, 'data');
    };
    await until('ready');
    child.stdin.write('\x03');
    await until('told');
    child.stdin.write('\n');
    const [exitCode] = await ended;
    expect([exitCode, said]).toEqual([11, expect.stringContaining('told 1')]);
  });
});
