/**
 * Opening a file of the lesson in the learner's editor, at the request of the
 * shell's own page. A request names a file of our list and a line, nothing else.
 */
import type { IncomingMessage } from 'node:http';
import { forwardedBy } from '@on-the-wire/viewer/server/guard.ts';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import type { RequestContext } from '@on-the-wire/viewer/server/guarded-server.ts';
import { readJsonObject } from '@on-the-wire/viewer/server/read-json-object.ts';
import {
  HttpError,
  json,
  lazyAsync,
  type HttpResponse,
} from '@on-the-wire/viewer/server/response.ts';
import type { Editor } from './editor.ts';
import { listLessonFiles, placeOfListed } from './lesson-files.ts';

/** What `GET /editor` says: its name, or why there is none, in a sentence. */
export type EditorMessage = { name: string } | { why: string };

/** The two routes of a lesson. */
export interface FileOpener {
  /** Whether files can be opened, for the one who asks. */
  read(context: RequestContext): Promise<HttpResponse>;
  /** For `createGuardedServer`. */
  changes: Record<string, (context: RequestContext) => Promise<HttpResponse>>;
}

/**
 * Makes the routes.
 *
 * @param environment of the terminal that the lesson was started from
 */
export function fileOpener(
  { folder, name: lesson }: FoundLesson,
  environment: NodeJS.ProcessEnv = process.env,
): FileOpener {
  // Looking for one takes a moment: nobody waits for it who opens no file.
  const editor = lazyAsync(async () => {
    const { findEditor } = await import('./editor.ts');
    return findEditor(environment);
  });

  /** @throws HttpError with a sentence that says what to do */
  async function editorFor(
    request: IncomingMessage,
  ): Promise<Extract<Editor, { kind: 'window' }>> {
    const other = forwardedBy(request);
    if (other !== undefined)
      throw new HttpError(
        403,
        `This page was forwarded to you from another machine (${other} says ` +
          'so), and the editor would open there. Open the file by hand.',
      );
    const found = await editor();
    if (found.kind === 'none') throw new HttpError(409, found.why);
    return found;
  }

  return {
    async read({ request }) {
      try {
        const { name } = await editorFor(request);
        return json({ name } satisfies EditorMessage);
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        return json({ why: error.message } satisfies EditorMessage);
      }
    },
    changes: {
      async 'POST /files/open'({ request }) {
        const found = await editorFor(request);
        const { file, line = 1 } = await readJsonObject(request);
        if (!Number.isSafeInteger(line) || (line as number) < 1)
          throw new HttpError(400, 'A line is a whole number from 1.');
        const listed = await listLessonFiles(folder);
        if (typeof file !== 'string' || !listed.includes(file))
          throw new HttpError(
            404,
            `The lesson's list of files has no ${JSON.stringify(file)}. ` +
              'Only what is on it can be opened.',
          );
        const place = await placeOfListed(folder, file);
        if (place === undefined)
          throw new HttpError(
            403,
            `"${file}" leads out of the lesson's folder, so it is not opened.`,
          );
        const { openInEditor } = await import('./editor.ts');
        const failed = await openInEditor(found, place, line as number);
        if (failed !== undefined)
          throw new HttpError(
            409,
            `${found.name} did not open lessons/${lesson}/${file}: ${failed}`,
          );
        return json({ name: found.name } satisfies EditorMessage);
      },
    },
  };
}
