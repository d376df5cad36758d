import { beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { checkProseExamples } from '../prose-examples.ts';
import type { Finding } from '../finding.ts';
import { parseMarkdown } from '../markdown.ts';
import { goodTree, madeUpTree } from './made-up-tree.ts';

interface Options {
  server?: string;
  timeoutMs?: number;
}

/** The findings of a text, all of its fences asking the same lesson. */
async function checkText(
  text: string,
  { server = goodTree['lessons/talk/server.ts'], timeoutMs }: Options = {},
): Promise<Finding[]> {
  const root = await madeUpTree({
    ...goodTree,
    'lessons/talk/server.ts': server,
    'scripts/say.ts': `console.log("said 3 words in 12 ms\\n");\n`,
    'scripts/loop.ts': `setInterval(() => {}, 1000);\n`,
  });
  return checkProseExamples({
    root,
    file: 'README.md',
    fences: parseMarkdown(text).fences,
    serverFile: join(root, 'lessons/talk/server.ts'),
    scripts: { say: 'node scripts/say.ts', loop: 'node scripts/loop.ts' },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
}

/** The findings of several fences, a list for each. */
async function check(texts: string[]): Promise<Finding[][]> {
  const text = texts.join('\n');
  const findings = await checkText(text);
  return parseMarkdown(text).fences.map(({ line, lines }) =>
    findings.filter(
      (finding) =>
        Number(finding.line) >= line &&
        Number(finding.line) < line + lines.length,
    ),
  );
}

const fence = (language: string, ...lines: string[]) =>
  [`\`\`\`${language}`, ...lines, '```', ''].join('\n');

const get = (path: string) => [`> GET ${path} HTTP/1.1`, '> Host: x', '>'];
const head = [
  '< HTTP/1.1 200 OK',
  '< Date: Sat, 22 Nov 2025 20:35:00 GMT',
  '< Connection: keep-alive',
  '< Keep-Alive: timeout=5',
  '< Content-Length: 8',
  '<',
];

/** Fences that tell the truth, and fences that do not. */
const wires: [string, boolean, (string | string[])[]][] = [
  ['an answer', true, [...get('/'), ...head, '< Zürich']],
  ['a wrong byte in it', false, [...get('/'), ...head, '< Zurich']],
  ['a wrong length', false, [...get('/'), '< …', '< Content-Length: 9', '< …']],
  ['a head that is missing', false, [...get('/'), head[0] ?? '', '<']],
  [
    'two answers',
    true,
    [...get('/'), ...head, '< Zürich', ...get('/'), ...head],
  ],
  [
    'a wrong second answer',
    false,
    [...get('/'), ...head, '< Zürich', ...get('/'), '< HTTP/1.1 404 Not Found'],
  ],
  [
    'a snapshot, then updates as they happen',
    true,
    [
      ...get('/events'),
      ['< …', '< Transfer-Encoding: chunked', '<', '< snapshot k3x9a-7'],
      ['< departure k3x9a-8', '< departure k3x9a-9'],
    ],
  ],
  [
    'the chunks around it: Node may write any number of them',
    false,
    [...get('/events'), '< …', '< 11', '< snapshot k3x9a-7'],
  ],
  ['another number', false, [...get('/events'), '< …', '< snapshot k3x9a-07']],
  [
    'what came since an id',
    true,
    [
      ...get('/events?after=k3x9a-1'),
      ['< …', '< departure k3x9a-2', '< departure k3x9a-3'],
    ],
  ],
  [
    'an id of another run, which the server does not know',
    true,
    [...get('/events?after=other-9'), '< …', '< snapshot k3x9a-5'],
  ],
  [
    'what takes some seconds',
    true,
    [...get('/events'), '< …', '< alive', '< …'],
  ],
  ['what never comes', false, [...get('/events'), '< …', '< dead']],
  [
    'a body that is sent',
    true,
    [
      ['> POST / HTTP/1.1', '> Host: x', '> Content-Length: 4', '>'],
      ['> {', '> }', '>', '< …', '< Transfer-Encoding: chunked', '<'],
      ['< {', '< }', ...get('/'), ...head, '< Zürich'],
    ],
  ],
];

describe('a wire fence is sent', () => {
  let findings: Finding[][] = [];
  beforeAll(async () => {
    findings = await check(
      wires.map(([, , lines]) => fence('wire', ...lines.flat())),
    );
  });

  test.each(
    wires.map(([what, isTrue], index) => [what, isTrue, index] as const),
  )('%s: %s', (_what, isTrue, index) => {
    expect(findings[index]?.length).toBe(isTrue ? 0 : 1);
  });
});

describe('of a wire fence', () => {
  test('the line that differs is told, and what came instead', async () => {
    const text = fence('wire', ...get('/'), '< HTTP/1.1 200 OK', '< X: y');
    expect(await checkText(`Words.\n\n${text}`)).toEqual([
      {
        file: 'README.md',
        line: 8,
        found: 'X: y',
        expected: expect.stringMatching(/^Date: /),
        remedy: expect.stringContaining('what-varies.ts'),
      },
    ]);
  });

  test('each line must be marked', async () => {
    const text = fence('wire', ...get('/'), 'HTTP/1.1 200 OK');
    expect(await checkText(text)).toEqual([
      expect.objectContaining({ line: 5, found: 'HTTP/1.1 200 OK' }),
    ]);
  });

  test('a server that says nothing is told', async () => {
    const server = goodTree['lessons/talk/server.ts'].replace(
      "response.end('Zürich\\n')",
      'undefined',
    );
    const text = fence('wire', ...get('/'), '< HTTP/1.1 200 OK');
    expect(await checkText(text, { server, timeoutMs: 500 })).toEqual([
      expect.objectContaining({
        line: 5,
        expected: 'nothing more: no further line came',
      }),
    ]);
  });

  test('what a lesson with TLS says is decrypted, at each of its addresses', async () => {
    const { key, cert } = await localCertificate();
    const server = `
      import { createServer as create } from 'node:https';
      export function createServer() {
        const pair = ${JSON.stringify({ key, cert })};
        const server = create(pair, (_, response) => response.end('one\\n'));
        const other = create(pair, (_, response) => response.end('two\\n'));
        const close = async () => {
          for (const each of [server, other])
            await new Promise((done) => each.close(done).closeAllConnections());
        };
        return { server, others: { other }, close };
      }
    `;
    const ask = (port: number) => `https://127.0.0.1:${port}/`;
    const program =
      'import(`node:https`).then(({ get }) => get(process.argv[1], ' +
      '{ rejectUnauthorized: false }, (x) => x.pipe(process.stdout)))';
    for (const [wrong, word] of [
      [0, 'one'],
      [3, '1'],
    ] as const) {
      const text = [
        fence('wire', ...get('/'), '< HTTP/1.1 200 OK', '< …', `< ${word}`),
        fence('console', `$ curl -k ${ask(4001)}`, word),
        fence('console', `$ curl -k ${ask(4002)}`, 'two'),
        fence('console', `$ pnpm exec node -e '${program}' ${ask(4001)}`, word),
      ].join('\n');
      expect(await checkText(text, { server })).toHaveLength(wrong);
    }
  });

  test('a lesson that cannot be loaded is told with its error', async () => {
    const text = fence('wire', ...get('/'), '< HTTP/1.1 200 OK');
    const server = `throw new Error('no server today');\n`;
    expect(await checkText(text, { server })).toEqual([
      expect.objectContaining({
        line: 2,
        found: expect.stringContaining('no server today'),
      }),
    ]);
  });
});

/** Consoles that tell the truth, and consoles that do not. */
const url = 'http://127.0.0.1:4001';
const consoles: [string, boolean, string[]][] = [
  ['what a verb says', true, ['$ pnpm say', 'said 3 words in 99 ms']],
  ['another word', false, ['$ pnpm say', 'said three words in 99 ms']],
  ['less than it says', false, ['$ pnpm exec node -p 1+1;2', '2', '']],
  ['more than it says', false, ['$ pnpm say', 'said 3 words in 9 ms', 'x']],
  ['an empty line less', true, ['$ pnpm exec node -p "1+1+\'\\n\'"', '2']],
  [
    'two commands',
    true,
    ['$ pnpm exec node -p 1', '1', '$ pnpm exec node -p 2', '2'],
  ],
  [
    'a wrong second one',
    false,
    ['$ pnpm exec node -p 1', '1', '$ pnpm exec node -p 2', '1'],
  ],
  ['a long command', true, ['$ pnpm exec \\', '  node -p 1', '1']],
  ['an answer', true, [`$ curl ${url}/`, 'Zürich']],
  ['another answer', false, [`$ curl ${url}/`, 'Zug']],
  [
    'an answer with its head',
    true,
    [`$ curl -i ${url}/`, 'HTTP/1.1 200 OK', '…', '', 'Zürich'],
  ],
  ['a part of an answer', false, [`$ curl -i ${url}/`, 'HTTP/1.1 200 OK']],
  [
    'a stream',
    true,
    [
      `$ curl -N ${url}/events`,
      'snapshot k3x9a-12',
      'departure k3x9a-13',
      'alive',
    ],
  ],
  [
    'what came since an id',
    true,
    [`$ curl -N '${url}/events?after=k3x9a-1'`, 'departure k3x9a-2', '…'],
  ],
  [
    'another stream',
    false,
    [
      `$ curl -N ${url}/events`,
      'snapshot k3x9a-12',
      'alive',
      '…',
      'departure k3x9a-13',
    ],
  ],
  ['a server that is not there', false, ['$ curl http://127.0.0.1:9/', 'x']],
  ['what is run elsewhere', true, ['$ pnpm test sse']],
  ['what it says there', false, ['$ pnpm test sse', '9 passed']],
  ['what is unknown', false, ['$ wget x']],
  ['no command', true, ['whatever']],
];

describe('a console fence is run', () => {
  let findings: Finding[][] = [];
  beforeAll(async () => {
    const texts = consoles.map(([, , lines]) => fence('console', ...lines));
    findings = await check(texts);
  });

  test.each(
    consoles.map(([what, isTrue], index) => [what, isTrue, index] as const),
  )('%s: %s', (_what, isTrue, index) => {
    expect(findings[index]?.length).toBe(isTrue ? 0 : 1);
  });
});

describe('of a console fence', () => {
  test('the line that differs is told, and what was said instead', async () => {
    const text = fence('console', '$ pnpm say', 'said nothing');
    expect(await checkText(text)).toEqual([
      expect.objectContaining({
        line: 3,
        found: 'said nothing',
        expected: 'said 3 words in 12 ms',
      }),
    ]);
  });

  test('a command that fails is told with what it complained of', async () => {
    const text = fence('console', '$ pnpm exec node nowhere.ts', 'said');
    expect(await checkText(text)).toEqual([
      expect.objectContaining({
        expected: expect.stringContaining('Cannot find module'),
      }),
    ]);
  });

  test('a command that does not end is ended', async () => {
    const text = fence('console', '$ pnpm loop', 'said');
    expect(await checkText(text, { timeoutMs: 500 })).toEqual([
      expect.objectContaining({
        expected: expect.stringContaining('not ended after 500 ms'),
      }),
    ]);
  });

  test('a text that is no lesson’s has no server', async () => {
    const root = await madeUpTree(goodTree);
    const { fences } = parseMarkdown(fence('console', `$ curl ${url}/`, 'x'));
    const text = { root, file: 'README.md', fences, scripts: {} };
    expect(
      await checkProseExamples({ ...text, serverFile: undefined }),
    ).toEqual([
      expect.objectContaining({
        line: 2,
        found: expect.stringContaining('it has no server'),
      }),
    ]);
  });
});
