/**
 * An upload that goes on where it was cut, as the IETF's draft "Resumable
 * Uploads for HTTP" has it: its interop version 8.
 */
import { Refused, upload, type Sending } from './upload.ts';

const interop = { 'Upload-Draft-Interop-Version': '8' };

/** Each call of what it returns is an attempt to send what is not there yet. */
export function resume(body: Uint8Array<ArrayBuffer>, sending: Sending) {
  const { signal, received, handed, tell } = sending;
  let url: string | undefined;

  signal.addEventListener('abort', () => {
    if (url) void fetch(url, { method: 'DELETE' }).catch(() => {});
  });

  return async () => {
    let offset = 0;
    if (!url) {
      // A page sees no 104. So it begins with a request without a body, whose
      // final response names the upload: the draft's "careful" way.
      const response = await fetch('/recordings', {
        method: 'POST',
        headers: {
          ...interop,
          'Upload-Complete': '?0',
          'Upload-Length': `${body.length}`,
        },
        signal,
      });
      if (!response.ok) await refuse(response);
      url = response.headers.get('Location')!;
    } else {
      // After a cut, only the server knows how much has arrived.
      const response = await fetch(url, { method: 'HEAD', signal });
      if (!response.ok) await refuse(response);
      offset = Number(response.headers.get('Upload-Offset'));
      tell(`Resumed at ${offset.toLocaleString('en')}`);
      received(offset);
    }
    handed(offset);

    return upload(
      'PATCH',
      url,
      {
        ...interop,
        'Content-Type': 'application/partial-upload',
        'Upload-Offset': `${offset}`,
        'Upload-Complete': '?1',
      },
      body.subarray(offset),
      sending,
      offset,
    );
  };
}

/** A 4xx means that nothing will change; after a 5xx, another try may help. */
async function refuse(response: Response) {
  const words = `${response.status} ${await response.text()}`;
  throw response.status < 500 ? new Refused(words) : new Error(words);
}
