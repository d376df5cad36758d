/** What is measured of the proxies on this machine, for the page. */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import {
  measuredProxies,
  proxyRecording,
} from '@on-the-wire/compare/proxies/measured.ts';
import { proxyColumns } from '@on-the-wire/compare/proxies/columns/columns.ts';
import { isAsked, settleProxies } from '@on-the-wire/compare/proxies/settle.ts';
import {
  subjects,
  subjectTitle,
} from '@on-the-wire/compare/proxies/subjects.ts';
import { findProxy, howToInstall } from '@on-the-wire/proxies/find.ts';
import { HttpError } from '@on-the-wire/viewer/server/response.ts';
import type { Recorded } from '../claim-runs.ts';
import type { MeasuredHere } from './message.ts';

/** As many recordings are kept; a whole table is 267. */
const MOST = 600;

/** Measures, and keeps what was on the wire. */
export class ProxyRuns {
  readonly #recordings = new Map<string, Recorded>();
  readonly #ending = new AbortController();
  readonly #running = new Set<Promise<unknown>>();

  /**
   * Measures a proxy. It is started and ended here.
   *
   * @param asked `{"subject": "nginx", "questions": ["idle"], "http": "2"}`
   * @throws HttpError (400) with what there is, (409) where it is not installed
   */
  async measure(
    asked: Record<string, unknown>,
  ): Promise<{ outcomes: MeasuredHere[] }> {
    const subject = subjects.find(({ id }) => id === asked['subject']);
    const ids = asked['questions'];
    const http = asked['http'];
    if (
      !subject ||
      !Array.isArray(ids) ||
      (http !== '1.1' && http !== '2') ||
      !ids.every((id) => proxyColumns.some((column) => column.id === id))
    )
      throw new HttpError(
        400,
        `Measuring a proxy: found ${JSON.stringify(asked)}, expected as ` +
          `"subject" one of ${subjects.map(({ id }) => id).join(', ')}; as ` +
          `"questions" some of ${proxyColumns.map(({ id }) => id).join(', ')}; ` +
          'and as "http" "1.1" or "2".',
      );
    if (!findProxy(subject.program))
      throw new HttpError(409, howToInstall(subject.program));
    const columns = proxyColumns.filter(
      (column) => ids.includes(column.id) && isAsked(subject, column, http),
    );
    const choice = { subjects: [subject], columns, http: [http] as const };
    const running = settleProxies(choice, undefined, this.#ending.signal);
    this.#running.add(running);
    const all = await running.finally(() => this.#running.delete(running));
    return {
      outcomes: all.map(({ column, word, evidence, recording }) => {
        const run = randomUUID();
        if (recording)
          this.#keep(run, {
            title: `${column.title}: ${subjectTitle(subject)}, HTTP/${http}`,
            bytes: recording,
          });
        return { question: column.id, word, evidence, run };
      }),
    };
  }

  recording(run: string): Recorded | undefined {
    return this.#recordings.get(run);
  }

  /** Ends what is being measured. */
  async close(): Promise<void> {
    this.#ending.abort();
    await Promise.allSettled(this.#running);
  }

  #keep(run: string, recording: Recorded): void {
    this.#recordings.set(run, recording);
    const [oldest] = this.#recordings.keys();
    if (this.#recordings.size > MOST) this.#recordings.delete(oldest!);
  }
}

/** The recording of our run, by the name of its cell; undefined where there is none. */
export function ourRecording(name: string): Recorded | undefined {
  const [id = '', question, http] = name.split(' ');
  const subject = subjects.find((each) => each.id === id);
  const column = proxyColumns.find((each) => each.id === question);
  if (!subject || !column || !measuredProxies[id]?.cells[name])
    return undefined;
  const file = proxyRecording(name);
  if (!existsSync(file)) return undefined;
  return {
    title: `${column.title}: ${subjectTitle(subject)}, HTTP/${http}`,
    bytes: readFileSync(file),
  };
}
