/** The track diagram: where each train stands, as three bytes. */
import { EventEmitter } from 'node:events';

export const trains = 6;

/** Emits each place that changes: train, the three bytes, and who sent it. */
export function createTracks() {
  const places: Uint8Array[] = Array.from({ length: trains }, (_, train) =>
    Uint8Array.of(train, 0, 0),
  );
  const tracks = new EventEmitter<{
    place: [train: number, bytes: Uint8Array, by: unknown];
  }>();
  tracks.setMaxListeners(0); // one for each client

  return Object.assign(tracks, {
    places: () => places,

    /**
     * Takes a message of a dispatcher: the train's number in one byte, its
     * place from 0 to 65,535 in two, the higher byte first.
     *
     * @throws Error for any other bytes
     */
    move(message: Uint8Array, by: unknown) {
      const [train = trains] = message;
      if (message.length !== 3 || train >= trains) {
        const found = Buffer.from(message.subarray(0, 8)).toString('hex');
        throw new Error(
          `Found the bytes ${found}, expected 3: a train from 0 to ` +
            `${trains - 1}, and its place in two bytes.`,
        );
      }
      const bytes = Uint8Array.from(message);
      places[train] = bytes;
      tracks.emit('place', train, bytes, by);
    },
  });
}
