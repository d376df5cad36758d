/** The routes by which a page copies what is in the live run. */
import type { Tap } from '@on-the-wire/tap/tap.ts';
import { nodeCodings } from '@on-the-wire/wire/coding/node-codings.ts';
import { nodeDecompressors } from '@on-the-wire/wire/coding/node-decompressors.ts';
import { withoutSecrets } from '@on-the-wire/wire/masking/connection.ts';
import type { WireLog } from '../live/log.ts';
import { captureRun } from '../saved/save.ts';
import { SavedRun } from '../saved/saved.ts';
import { HttpError, plainText, type HttpResponse } from '../server/response.ts';
import { copyMasked, copyOf } from './copy.ts';
import { CopyError } from './error.ts';
import { COPY_FORMS, isCopyForm, type CopyForm } from './forms.ts';

/**
 * `GET /wire/run.har`: the live run as HAR.
 *
 * @param secrets as they are; else they become asterisks
 */
export function liveHar(tap: Tap, secrets: boolean): string {
  const capture = captureRun(tap, { secrets: true });
  const run = new SavedRun(capture, nodeDecompressors);
  if (secrets) return run.har(true);
  const connections = capture.connections.map((each) =>
    withoutSecrets(each, nodeCodings),
  );
  return run.har(false, new SavedRun({ connections }, nodeDecompressors));
}

/**
 * `GET /wire/copy?unit=n&as=…`, with `secrets=yes` as they are.
 *
 * @throws HttpError (400) with a sentence where it cannot be copied so
 */
export function copyUnit(
  { log, tap }: { log: WireLog; tap: Tap },
  query: URLSearchParams,
): HttpResponse {
  const [unit, form] = [query.get('unit') ?? '', query.get('as') ?? ''];
  if (!/^\d{1,15}$/.test(unit))
    throw new HttpError(400, `expected unit=NUMBER, found unit=${unit}`);
  if (!isCopyForm(form))
    throw new HttpError(
      400,
      `expected as=${COPY_FORMS.join('|')}, found as=${form}`,
    );
  const secrets = query.get('secrets') === 'yes';
  try {
    const text = liveCopy(log, tap, Number(unit), form, secrets);
    return { ...plainText(200, ''), body: text };
  } catch (error) {
    if (error instanceof CopyError) throw new HttpError(400, error.message);
    throw error;
  }
}

function liveCopy(
  log: WireLog,
  tap: Tap,
  n: number,
  form: CopyForm,
  secrets: boolean,
): string {
  const connection = log.line(n)?.connection;
  if (secrets || connection === undefined) return copyOf(log, n, form);
  const chosen = log.locationOf(n);
  // Decoded again, because units of what was masked may be others.
  const only = new Map([[connection, undefined]]);
  const run = new SavedRun(
    captureRun(tap, { chosen, only }),
    nodeDecompressors,
  );
  return copyMasked({ original: log, n, isLive: true }, run, form);
}
