/** Between the first exercise, which writes a handshake, and the connection. */
import { Duplex } from 'node:stream';

/**
 * The socket that exercise 1 writes to. After its 101 the connection is ours.
 *
 * @param enter is called as soon as it has accepted a handshake
 */
export function door(socket: Duplex, enter: () => void): Duplex {
  let response = '';
  let isOpen = false;
  return new Duplex({
    read() {},
    write(bytes: Buffer, _encoding, written) {
      if (!isOpen) {
        socket.write(bytes);
        response += bytes.toString('latin1');
        isOpen = /^HTTP\/1\.1 101 [^]*\r\n\r\n/.test(response);
        if (isOpen) enter();
      }
      written();
    },
    final(ended) {
      if (!isOpen) socket.end();
      ended();
    },
    destroy(error, destroyed) {
      if (!isOpen) socket.destroy();
      destroyed(error);
    },
  });
}
