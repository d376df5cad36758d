import { expect, test } from '@jest/globals';
import { describeComparison } from '../table.ts';
import { madeUpComparison } from './comparison.ts';

const text = describeComparison(madeUpComparison());

test('the table has a line for each way, numbers below one another', () => {
  const lines = text.split('\n').map((line) => line.replace(/\s+/g, ' '));
  expect(lines).toContain(
    'polling HTTP/1.1 2.0 40.0 100 200 150 150 156 1.00 1 2 of 8 0 ' +
      '0.7 s (0.5–0.9), 2 lost, 1 doubled 2.0 s',
  );
  const [head, ...rows] = text.split('\n').slice(2, 5);
  for (const row of rows) expect(row.length).toBeLessThanOrEqual(head!.length);
});

test('what was not measured says why, and stays blank', () => {
  expect(text).toMatch(/^WebSocket +HTTP\/1\.1$/m);
  expect(text).toContain('WebSocket, HTTP/1.1: not measured. It said');
  expect(text).toMatch(/^Server-Sent Events +HTTP\/1\.1 +90,000$/m);
  expect(text).toContain('90000 clients: blank. too many open files.');
});

test('under load, what is missing and who was busy is told', () => {
  const lines = text.split('\n').map((line) => line.replace(/\s+/g, ' '));
  expect(lines).toContain('Server-Sent Events HTTP/1.1 1,000 16.0 42 all 20 %');
  expect(lines).toContain('WebSocket HTTP/1.1 1,000 12 4999 of 5000 90 % (!)');
  expect(text).toContain('the process of the clients was the bottleneck');
});

test('machine, versions, seed and command are beneath it', () => {
  expect(text).toContain('Linux, 2 cores; Chromium 1; seed seed.');
  expect(text).toContain('pnpm compare --only "<b>"');
});
