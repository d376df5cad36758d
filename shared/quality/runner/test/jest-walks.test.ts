import { expect, test } from '@jest/globals';
import { summaryOf } from '../jest-walks.ts';

/** The results of one file, as jest has them. */
const walk = (lesson: string, engine: string, ...statuses: string[]) => ({
  testResults: statuses.map((status) => ({
    ancestorTitles: [`a walk through ${lesson}, in ${engine}`],
    status,
  })),
});

const versions = { Firefox: 'Firefox ESR 153.8.0 (Debian)' };

test('each engine gets a line: its version, and the lessons that passed there', () => {
  const testResults = [
    walk('xhr', 'Firefox', 'passed', 'passed'),
    walk('sse', 'Firefox', 'passed'),
    walk('sse', 'Chromium', 'passed'),
  ];
  expect(summaryOf({ testResults }, versions)).toEqual([
    'Walks in Chromium: passed sse',
    'Walks in Firefox ESR 153.8.0 (Debian): passed sse, xhr',
  ]);
});

test('one step that failed makes a walk fail, whatever comes after it', () => {
  const testResults = [
    walk('xhr', 'WebKitGTK', 'failed', 'passed'),
    walk('sse', 'WebKitGTK', 'passed'),
  ];
  expect(summaryOf({ testResults }, versions)).toEqual([
    'Walks in WebKitGTK: passed sse; FAILED xhr',
  ]);
});

test('each proxy gets a line, after the engines', () => {
  const behind = (lesson: string, proxy: string, status: string) => ({
    testResults: [
      {
        ancestorTitles: [
          'behind nginx',
          `a walk through ${lesson} behind ${proxy}`,
        ],
        status,
      },
    ],
  });
  const testResults = [
    behind('sse', 'nginx 1.22.1 (Debian)', 'passed'),
    behind('xhr', 'nginx 1.22.1 (Debian)', 'failed'),
    behind('sse', 'Caddy 2.6.2 (Debian)', 'passed'),
    walk('sse', 'Firefox', 'passed'),
  ];
  expect(summaryOf({ testResults }, versions)).toEqual([
    'Walks in Firefox ESR 153.8.0 (Debian): passed sse',
    'Walks behind Caddy 2.6.2 (Debian): passed sse',
    'Walks behind nginx 1.22.1 (Debian): passed sse; FAILED xhr',
  ]);
});

test('what was skipped is no walk, nor is any other test', () => {
  const other = {
    testResults: [{ ancestorTitles: ['the page'], status: 'passed' }],
  };
  const testResults = [walk('xhr', 'Firefox', 'pending'), other];
  expect(summaryOf({ testResults }, versions)).toEqual([]);
});
