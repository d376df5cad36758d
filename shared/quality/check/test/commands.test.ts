import { describe, expect, test } from '@jest/globals';
import { parseCommand } from '../commands.ts';

const scripts = { lesson: 'node scripts/lesson.ts' };
const node = process.execPath;

test.each([
  ['pnpm lesson', [node, 'scripts/lesson.ts']],
  ['npx -y pnpm lesson', [node, 'scripts/lesson.ts']],
  ['npx -y pnpm exec node a.ts b', [node, 'a.ts', 'b']],
  ['pnpm lesson --help', [node, 'scripts/lesson.ts', '--help']],
  ['pnpm exec node a.ts b', [node, 'a.ts', 'b']],
  [`pnpm exec node -e "log('a b\\n')"`, [node, '-e', "log('a b\\n')"]],
  [`pnpm exec node 'a "b" c'd`, [node, 'a "b" cd']],
  [String.raw`pnpm exec node "\"\\\$"`, [node, '"\\$']],
  [`pnpm exec node ''`, [node, '']],
])('%s is run', (text, words) => {
  expect(parseCommand(text, scripts)).toEqual({ kind: 'run', words });
});

test('curl asks the server, bounded', () => {
  expect(parseCommand("curl -N -H 'A: b' http://x/", scripts)).toEqual({
    kind: 'ask',
    words: [
      ...'curl -N -H'.split(' '),
      'A: b',
      ...'http://x/ --silent --max-time 8'.split(' '),
    ],
  });
});

test.each([
  'pnpm lesson sse',
  'npx -y pnpm lesson sse',
  'pnpm lesson sse --smallest',
  'npx -y pnpm test',
  'npx -y pnpm exec node lessons/sse/server.ts',
  'pnpm test sse',
  'pnpm check',
  'pnpm soak sse',
  'pnpm bench start',
  'pnpm new-lesson mine',
  'pnpm exec node lessons/sse/server.ts',
  'pnpm exec node lessons/sse/smallest.ts',
  'git clone https://example.org/course',
])('%s is left to somebody else, and it is said why', (text) => {
  expect(parseCommand(text, scripts)).toEqual({
    kind: 'exempt',
    why: expect.stringMatching(/.../),
  });
});

describe('is unknown', () => {
  test.each([
    'curl -O http://x/map.bmp',
    'curl -so map.bmp http://x/map',
    'curl --output=map.bmp http://x/map',
    'curl --remote-name-all http://x/map.bmp',
  ])('%s, which leaves a file behind', (text) => {
    expect(parseCommand(text, scripts)).toEqual(
      expect.objectContaining({
        kind: 'unknown',
        expected: expect.stringContaining('prints what it gets'),
      }),
    );
  });

  test.each(['pnpm lessen', 'node a.ts', 'wget x', 'rm -r .', ''])(
    '%j',
    (text) => {
      expect(parseCommand(text, scripts).kind).toBe('unknown');
    },
  );

  test.each([
    'curl x | head',
    'curl x > y',
    'curl x & y',
    'curl x; y',
    'curl $X',
    'curl "$X"',
    'curl `x`',
    "curl 'x",
  ])('%s, which needs a shell', (text) => {
    expect(parseCommand(text, scripts)).toEqual(
      expect.objectContaining({
        kind: 'unknown',
        expected: expect.stringContaining('no shell'),
      }),
    );
  });
});
