/** Uploads: how much of each has arrived, and a limit. RFC 9110, 9.3.4. */
import { createHash } from 'node:crypto';
import express, { type Request, type Response } from 'express';
import { resumableUploads } from './resumable-upload.ts';

const most = 20; // recordings that are remembered

/**
 * `PUT /<name>` takes a recording and says what it was, and how many bytes have
 * been received for it in all, if others of this name stopped before; so does
 * `POST`, as a beacon can send nothing else. `GET /<name>` says how much of it
 * has arrived, also while it is being sent. `POST /` is the way that survives a
 * cut.
 *
 * @param largest how many bytes one recording may have
 */
export function recordings(largest: number) {
  const router = express.Router();
  const known = new Map<string, { received: number; sha256?: string }>();
  const before = new Map<string, number>(); // bytes of attempts that stopped

  router.use(resumableUploads(largest));

  const receive = (request: Request<{ name: string }>, response: Response) => {
    const refuse = () =>
      response
        .status(413)
        .send(`A recording may have at most ${largest} bytes.`);

    // If its header says that it is too large, the body need not come.
    if (Number(request.get('Content-Length')) > largest) return void refuse();

    const { name } = request.params;
    const recording: { received: number; sha256?: string } = { received: 0 };
    known.delete(name);
    known.set(name, recording);
    for (const old of [...known.keys()].slice(0, -most)) known.delete(old);

    // Piece by piece. Only the number and the hash are kept: no body, however
    // large, fills our memory.
    const hash = createHash('sha256');
    request.on('data', (piece: Buffer) => {
      recording.received += piece.length;
      hash.update(piece);
      // A body in chunks does not say its size: it is refused on the way.
      if (recording.received > largest && !response.headersSent) refuse();
    });
    request.on('end', () => {
      if (response.headersSent) return;
      if (recording.received === 0)
        return void response.status(400).send('A recording must not be empty.');
      recording.sha256 = hash.digest('hex');
      const { received } = recording;
      const receivedInAll = received + (before.get(name) ?? 0);
      before.delete(name);
      response.json({ ...recording, receivedInAll });
    });

    // An upload that stops in the middle leaves behind how much it was, only.
    response.on('close', () => {
      if (recording.sha256 !== undefined) return;
      if (known.get(name) === recording) known.delete(name);
      before.set(name, recording.received + (before.get(name) ?? 0));
      for (const old of [...before.keys()].slice(0, -most)) before.delete(old);
    });
  };
  router.put('/:name', receive);
  router.post('/:name', receive);

  router.get('/:name', (request, response) => {
    const recording = known.get(request.params.name);
    response.set('Cache-Control', 'no-store');
    if (recording) response.json(recording);
    else response.status(404).send('There is no recording with this name.');
  });

  return router;
}
