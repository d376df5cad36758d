/** The glossary as a page of the shell, and of the home page. */
import { readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import {
  renderTemplate,
  type HttpResponse,
} from '@on-the-wire/viewer/server/response.ts';
import { renderTutorial } from '../shell/tutorial.ts';
import { lessonsFolder } from '../harness/lessons.ts';
import { glossaryMarkdown, readGlossary } from './glossary.ts';
import { readSections } from './sections.ts';

const template = new URL('../shell/page/file.html', import.meta.url);

/**
 * Makes the page. Its links lead to steps of one lesson; those of others are
 * named.
 *
 * @param lesson the name of the lesson that the page belongs to; without one
 *   it belongs to none
 * @param lessons the folder of all lessons
 */
export async function glossaryPage(
  lesson?: string,
  lessons = lessonsFolder,
): Promise<HttpResponse> {
  const terms = readGlossary(readSections(lessons));
  const text = glossaryMarkdown(terms, ({ file, anchor }) =>
    posix.relative(lesson ?? '-', `${file}#${anchor}`),
  );
  const place = { lesson: lesson ?? '-', folder: '' };
  const html = renderTutorial(text, place, {
    sections: false,
    prefix: 'term-',
  });
  return {
    type: 'text/html; charset=utf-8',
    body: renderTemplate(await readFile(template, 'utf8'), {
      path: 'Glossary',
      title: 'All lessons',
      $content: `<div class="prose">${html}</div>`,
    }),
  };
}
