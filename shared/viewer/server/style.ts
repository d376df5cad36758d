/** The style of the course's own pages, as one text. */
import { readFile } from 'node:fs/promises';
import { type HttpResponse, viewerFile } from './response.ts';

const common = [
  new URL(import.meta.resolve('@on-the-wire/lesson/board/colours.css')),
  viewerFile('page/common.css'),
];

/** The colours, what all these pages have in common, and then their own. */
export async function readStyle(...own: URL[]): Promise<string> {
  const texts = await Promise.all(
    [...common, ...own].map((file) => readFile(file, 'utf8')),
  );
  return texts.join('\n');
}

/** The same, as a response. */
export async function style(...own: URL[]): Promise<HttpResponse> {
  return { type: 'text/css; charset=utf-8', body: await readStyle(...own) };
}
