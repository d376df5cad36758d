/** The table of proxies, as its page gets it. */
import { randomUUID } from 'node:crypto';
import type { Http } from '@on-the-wire/compare/claims/columns.ts';
import { proxyColumns } from '@on-the-wire/compare/proxies/columns/columns.ts';
import { ourTitle } from '@on-the-wire/compare/proxies/describe.ts';
import {
  measuredProxies,
  type MeasuredProxyCell,
} from '@on-the-wire/compare/proxies/measured.ts';
import { isAsked } from '@on-the-wire/compare/proxies/settle.ts';
import {
  subjects,
  subjectTitle,
} from '@on-the-wire/compare/proxies/subjects.ts';
import { findProxy, howToInstall, titleOf } from '@on-the-wire/proxies/find.ts';

/** A proxy of the table. */
export interface SubjectMessage {
  id: string;
  /** "HAProxy" */
  title: string;
  /** What our run was of: "HAProxy 2.6.12 (Debian)", and on which day. */
  ours: string;
  date: string;
  /** What is installed here: "HAProxy 3.0.2"; without it `howTo` says more. */
  here?: string;
  howTo?: string;
}

/** A question of the table. */
export interface QuestionMessage {
  id: string;
  title: string;
  question: string;
  sentence: string;
  waits: boolean;
  /** By version of HTTP, the ids of the proxies that it is put to. */
  asked: Record<Http, string[]>;
}

/** The table. */
export interface ProxiesMessage {
  /** Names this life of the server, which alone has the recordings. */
  home: string;
  subjects: SubjectMessage[];
  questions: QuestionMessage[];
  /** By their names: `nginx first-event 1.1`. */
  cells: Record<string, MeasuredProxyCell>;
}

/** What is to be measured. */
export interface MeasureMessage {
  subject: string;
  /** Ids of questions. */
  questions: string[];
  http: Http;
}

/** What was measured of a cell here. */
export interface MeasuredHere extends MeasuredProxyCell {
  question: string;
  /** By which its recording is found. */
  run: string;
}

/** Makes the message of a server that has just started. */
export function proxiesMessage(): ProxiesMessage {
  return {
    home: randomUUID(),
    subjects: subjects.map((subject) => {
      const installed = findProxy(subject.program);
      const ours = measuredProxies[subject.id]!;
      return {
        id: subject.id,
        title: subjectTitle(subject),
        ours: ourTitle(subject, ours),
        date: ours.date,
        ...(installed
          ? { here: titleOf(installed) }
          : { howTo: howToInstall(subject.program) }),
      };
    }),
    questions: proxyColumns.map((column) => {
      const asked = (http: Http) =>
        subjects
          .filter((subject) => isAsked(subject, column, http))
          .map(({ id }) => id);
      const { id, title, question, sentence, waits = false } = column;
      return {
        id,
        title,
        question,
        sentence,
        waits,
        asked: { '1.1': asked('1.1'), '2': asked('2') },
      };
    }),
    cells: Object.assign(
      {},
      ...Object.values(measuredProxies).map(({ cells }) => cells),
    ) as ProxiesMessage['cells'],
  };
}
