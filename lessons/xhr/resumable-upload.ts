/**
 * Uploads that go on where they were cut. Resumable Uploads for HTTP,
 * draft-ietf-httpbis-resumable-upload, interop version 8.
 *
 * A `POST` with `Upload-Complete` makes an upload resource, which the interim
 * response 104 names in `Location`; after `?0`, so does the final one. There,
 * `HEAD` says how many bytes are here, `PATCH` appends from that offset on, and
 * `DELETE` ends it. Left out: limits but `max-size` and `max-age`; digests.
 */
import { createHash, randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import express, { type Request, type Response } from 'express';

const most = 20; // uploads that are remembered
const seconds = 3_600; // how long one is remembered
const interop = '8'; // both sides name it, as long as there is no RFC
const step = 4_194_304; // bytes from one interim response to the next
const problems = 'https://iana.org/assignments/http-problem-types#';

// Node 26 does not know its name yet, and would send "unknown".
STATUS_CODES[104] ??= 'Upload Resumption Supported';

/** What is known of one. Its bytes are counted and hashed, not kept. */
interface Upload {
  path: string;
  received: number; // bytes: the offset
  receivedInAll: number; // bytes, with those that were refused
  length?: number; // bytes of the whole, once the client has said it
  isComplete: boolean;
  hash: ReturnType<typeof createHash>;
  sha256?: string;
  until: number; // ms since 1970
  request?: Request | undefined; // the one that appends now
}

/** @param largest how many bytes one upload may have */
export function resumableUploads(largest: number) {
  const router = express.Router();
  const uploads = new Map<string, Upload>();

  const limits = ({ until }: Pick<Upload, 'until'>) =>
    `max-size=${largest}, max-age=${Math.ceil((until - Date.now()) / 1000)}`;

  router.post('/', (request, response) => {
    const complete = booleanOf(request.get('Upload-Complete'));
    if (complete === undefined)
      return refuse(response, 400, 'Expected Upload-Complete: ?0 or ?1.');
    const until = Date.now() + seconds * 1000;
    const length = lengthOf(request, complete, 0);
    if (Number.isNaN(length)) return inconsistent(response);
    if ((length ?? 0) > largest) {
      response.set('Upload-Limit', limits({ until }));
      return refuse(response, 413, `At most ${largest} bytes.`);
    }

    const id = randomUUID();
    const path = `${request.baseUrl}/uploads/${id}`;
    const hash = createHash('sha256');
    const none = { received: 0, receivedInAll: 0, isComplete: false };
    const upload = { path, ...none, hash, until };
    uploads.set(id, upload);
    for (const old of [...uploads.keys()].slice(0, -most)) forget(old);

    // No page sees it: browsers wait for the final response.
    const fields = { Location: path, 'Upload-Limit': limits(upload) };
    inform(request, response, fields);
    if (!complete) response.set(fields).status(201);
    count(upload, request);
    return append(upload, request, response, { complete, length, id });
  });

  router.all('/uploads/:id', (request, response) => {
    const { id } = request.params;
    const upload = uploads.get(id);
    response.set('Cache-Control', 'no-store');
    if (!upload || upload.until < Date.now()) {
      forget(id);
      return refuse(response, 404, 'There is no such upload.');
    }

    // If a client is here again, it has given up its last request, though we
    // may not know yet. That appends no more: the offset that we send holds.
    if (upload.request) {
      upload.request.destroy();
      upload.request = undefined;
    }
    if (request.method === 'HEAD') {
      response.set('Upload-Offset', `${upload.received}`);
      response.set('Upload-Complete', upload.isComplete ? '?1' : '?0');
      response.set('Upload-Limit', limits(upload));
      if (upload.length !== undefined)
        response.set('Upload-Length', `${upload.length}`);
      return response.status(204).end();
    }
    if (request.method === 'DELETE') {
      forget(id);
      return response.status(204).end();
    }
    if (request.method === 'PATCH') return patch(upload, request, response, id);
    response.set('Allow', 'HEAD, PATCH, DELETE');
    return refuse(response, 405, 'Expected HEAD, PATCH or DELETE.');
  });

  function patch(
    upload: Upload,
    request: Request,
    response: Response,
    id: string,
  ) {
    const complete = booleanOf(request.get('Upload-Complete'));
    const offset = integerOf(request.get('Upload-Offset'));
    count(upload, request);
    if (!request.is('application/partial-upload'))
      return refuse(response, 415, 'Expected application/partial-upload.');
    if (complete === undefined || offset === undefined)
      return refuse(response, 400, 'Expected Upload-Complete, Upload-Offset.');
    if (offset !== upload.received) {
      response.set('Upload-Offset', `${upload.received}`);
      response.set('Upload-Complete', '?0');
      // Who sends on all the same, sends for nothing: RFC 9112, 9.6.
      response.set('Connection', 'close');
      return problem(response, 409, {
        type: `${problems}mismatching-upload-offset`,
        title: 'The offset of the request is not that of the upload.',
        'expected-offset': upload.received,
        'provided-offset': offset,
      });
    }
    const length = lengthOf(request, complete, offset) ?? upload.length;
    if (length !== (upload.length ?? length)) return inconsistent(response);
    return append(upload, request, response, { complete, length, id });
  }

  /** Also what comes in vain: with a wrong offset, or from one that left. */
  function count(upload: Upload, request: Request) {
    request.on('data', ({ length }: Buffer) => {
      upload.receivedInAll += length;
    });
  }

  /** Counts what comes, also if it breaks off; responds when it was whole. */
  function append(
    upload: Upload,
    request: Request,
    response: Response,
    said: { complete: boolean; length: number | undefined; id: string },
  ) {
    const { complete, length, id } = said;
    if (length !== undefined) upload.length = length;
    upload.request = request;
    const isOurs = () => upload.request === request;
    let told = upload.received;
    request.on('data', (piece: Buffer) => {
      if (!isOurs()) return;
      upload.received += piece.length;
      upload.hash.update(piece);
      if (upload.received > (upload.length ?? largest)) {
        forget(id);
        inconsistent(response);
      } else if (upload.received >= told + step) {
        told = upload.received;
        inform(request, response, { 'Upload-Offset': `${told}` });
      }
    });
    request.on('close', () => {
      if (isOurs()) upload.request = undefined;
    });
    request.on('end', () => {
      if (!isOurs()) return;
      upload.request = undefined;
      response.set('Upload-Complete', complete ? '?1' : '?0');
      response.set('Upload-Offset', `${upload.received}`);
      if (!complete) return void response.end();
      upload.length ??= upload.received;
      if (upload.received !== upload.length) return void inconsistent(response);
      upload.isComplete = true;
      // Once more, if its response was lost.
      upload.sha256 ??= upload.hash.digest('hex');
      const { received, receivedInAll, sha256 } = upload;
      response.status(200).json({ received, receivedInAll, sha256 });
    });
  }

  function forget(id: string) {
    const upload = uploads.get(id);
    uploads.delete(id);
    if (upload) upload.request = undefined;
  }

  return router;
}

// ---- What is sent ----

/** 104, Upload Resumption Supported, to clients of this draft's version. */
function inform(
  request: Request,
  response: Response,
  fields: Record<string, string>,
) {
  const header = 'Upload-Draft-Interop-Version';
  if (request.get(header) !== interop) return;
  // HTTP/1.0 has no interim responses (RFC 9110, 15.2, informational): nginx
  // 1.22, which speaks it to servers by default, would wait for ever.
  if (request.httpVersion === '1.0') return;
  response.writeInformation(104, { ...fields, [header]: interop });
}

function refuse(response: Response, status: number, words: string) {
  response.status(status).send(words);
}

function inconsistent(response: Response) {
  problem(response, 400, {
    type: `${problems}inconsistent-upload-length`,
    title: 'The lengths of the upload contradict each other.',
  });
}

/** RFC 9457: an error that a program understands. */
function problem(response: Response, status: number, details: object) {
  if (response.headersSent) return;
  response.removeHeader('Location');
  response.status(status).type('application/problem+json');
  response.end(JSON.stringify(details));
}

// ---- What was said: RFC 9651, 3.3, items ----

function booleanOf(value: string | undefined) {
  return value === '?1' ? true : value === '?0' ? false : undefined;
}

function integerOf(value: string | undefined) {
  return /^\d{1,15}$/.test(value ?? '') ? Number(value) : undefined;
}

/** Bytes of the whole; undefined if nothing says it, NaN if two disagree. */
function lengthOf(request: Request, complete: boolean, offset: number) {
  const said = integerOf(request.get('Upload-Length'));
  const content = integerOf(request.get('Content-Length'));
  if (!complete || content === undefined) return said;
  return (said ?? offset + content) === offset + content
    ? offset + content
    : NaN;
}
