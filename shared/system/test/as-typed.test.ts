import { describe, expect, test } from '@jest/globals';
import { asTyped, pnpmAsTyped } from '../as-typed.ts';
import { sshForwarding } from '../over-ssh.ts';

describe('A command begins', () => {
  const agent = 'pnpm/12.21.0 npm/? node/? linux x64';
  const ofNpm = 'npm/11.19.1 node/v20.20.2 linux x64 workspaces/false';
  const npm = '11.19.1';
  const installed = '/usr/lib/node_modules/pnpm/bin/pnpm.cjs';
  const cached = '/var/cache/npm/_npx/e6e0/node_modules/pnpm/pnpm';
  const onWindows = String.raw`C:\npm-cache\_npx\e6e0\node_modules\pnpm\pnpm.exe`;

  test.each([
    ['pnpm', 'pnpm, installed', agent, installed, undefined],
    ['npx -y pnpm', 'npx, which has fetched it', agent, cached, npm],
    ['npx -y pnpm', 'npx, which found an installed one', agent, installed, npm],
    ['npx -y pnpm', 'npx on Windows', agent, onWindows, undefined],
    ['npx -y pnpm', 'npm run', ofNpm, '/usr/lib/npm/bin/npm-cli.js', npm],
    ['npx -y pnpm', 'Node alone', undefined, undefined, undefined],
  ])('with %s where it was %s', (typed, _how, agentThere, path, version) => {
    const environment = {
      npm_config_user_agent: agentThere,
      npm_execpath: path,
      npm_config_npm_version: version,
    };
    expect(pnpmAsTyped(environment)).toBe(typed);
  });
});

test.each([
  ['pnpm lesson sse', 'npx -y pnpm lesson sse'],
  ['npx -y pnpm lesson sse', 'npx -y pnpm lesson sse'],
  [
    '$ pnpm exec node a.ts\n$ pnpm test',
    '$ npx -y pnpm exec node a.ts\n$ npx -y pnpm test',
  ],
  ['SEED=monday pnpm lesson sse', 'SEED=monday npx -y pnpm lesson sse'],
  ['pnpm', 'pnpm'],
  ['node_modules/.pnpm/x', 'node_modules/.pnpm/x'],
  [
    'curl -N http://127.0.0.1:4001/events',
    'curl -N http://127.0.0.1:4003/events',
  ],
  ['> Host: localhost:4000', '> Host: localhost:4002'],
  ['http://127.0.0.1:9999', 'http://127.0.0.1:9999'],
  ['http://127.0.0.1:40012', 'http://127.0.0.1:40012'],
])('%j is shown for npx and port 4002 as %j', (code, shown) => {
  expect(asTyped(code, 4002, 'npx -y pnpm')).toBe(shown);
});

test('Where pnpm is installed, commands are short', () => {
  const code = 'npx -y pnpm exercise sse/1';
  expect(asTyped(code, undefined, 'pnpm')).toBe('pnpm exercise sse/1');
});

describe('Over ssh', () => {
  test('all ports are forwarded, to where ssh has come from', () => {
    const SSH_CONNECTION = '198.51.100.7 50000 192.0.2.1 22';
    expect(sshForwarding([4000, 4001], { SSH_CONNECTION })).toMatch(
      /^ssh -N -L 4000:127\.0\.0\.1:4000 -L 4001:127\.0\.0\.1:4001 \S+@192\.0\.2\.1$/,
    );
  });

  test('another port of ssh is named', () => {
    const SSH_CONNECTION = '198.51.100.7 50000 192.0.2.1 2222';
    expect(sshForwarding([4000], { SSH_CONNECTION })).toMatch(
      / -p 2222 \S+@192\.0\.2\.1$/,
    );
  });

  test('nothing is said to somebody who sits before the machine', () => {
    expect(sshForwarding([4000], {})).toBeUndefined();
  });
});
