/** One request that sends bytes, and what it tells meanwhile. */

/** What an attempt to send tells, and by what it is cancelled. */
export interface Sending {
  signal: AbortSignal;
  /** So many bytes of the whole are handed over, as the browser says. */
  handed(bytes: number): void;
  /** So many bytes are on the server, as it says. */
  received(bytes: number): void;
  /** What happens now, in words. */
  tell(words: string): void;
}

/** What the server says of the whole. */
export interface Receipt {
  received: number; // bytes
  receivedInAll: number; // bytes, with those of attempts that were cut
  sha256: string;
}

/** It ends an upload: there is a response, and another try changes nothing. */
export class Refused extends Error {}

/** One request that sends bytes. `from`: so many of the whole are before. */
export function upload(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Uint8Array<ArrayBuffer>,
  { signal, handed }: Pick<Sending, 'signal' | 'handed'>,
  from = 0,
) {
  return new Promise<Receipt>((done, fail) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open(method, path);
    for (const [name, value] of Object.entries(headers))
      request.setRequestHeader(name, value);

    // XMLHttpRequest tells the progress of an upload, fetch does not. It counts
    // what was handed to the operating system, not what has arrived.
    request.upload.onprogress = ({ loaded }) => {
      handed(from + loaded);
    };

    request.onload = () => {
      const { status, responseText } = request;
      if (status === 200) done(JSON.parse(responseText));
      // 409: the offset was another one. That, and a 5xx, may change.
      else if (status === 409 || status >= 500) fail(new Error(responseText));
      else fail(new Refused(`${status} ${responseText}`));
    };
    request.onerror = () => fail(new Error('no response'));
    request.onabort = () => fail(signal.reason as Error);
    signal.addEventListener('abort', () => request.abort());
    request.send(body);
  });
}
