/**
 * What is on its way to one client, and how much of it may wait. A client that
 * does not read fills our memory, unless somebody decides what to leave out.
 */
import { writtenOnce } from '@on-the-wire/shared/page/written-once.ts';
import type { WebSocket } from 'ws';

// What all clients get is turned into JSON once.
const textOf = writtenOnce((message: object) => JSON.stringify(message));

/** @param buffer bytes that may wait for a client that reads too slowly */
export function createOutbox(client: WebSocket, buffer: number) {
  const places = new Map<number, Uint8Array>();
  let isBusy = false;

  // Positions one after another, each when the one before has left.
  function sendNext() {
    const [next] = places;
    if (!next || isBusy) return;
    places.delete(next[0]);
    isBusy = true;
    // Compression would only make three bytes longer.
    client.send(next[1], { compress: false }, () => {
      isBusy = false;
      sendNext();
    });
  }

  return {
    /** Sends each message, or closes a client that reads too slowly. */
    send(message: object) {
      if (client.bufferedAmount <= buffer) client.send(textOf(message));
      else client.close(1008, 'reads too slowly');
    },

    /** Sends where a train is. Only the latest place of each one counts. */
    place(train: number, bytes: Uint8Array) {
      places.set(train, bytes);
      sendNext();
    },
  };
}
