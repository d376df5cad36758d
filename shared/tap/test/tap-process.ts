/** A tap in a process of its own, whose memory can be asked for. */
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { peakMemory } from '@on-the-wire/system/peak-memory.ts';
import { createTap } from '../tap.ts';

const [port, layer] = process.argv.slice(2);
const tap = createTap({
  target: { host: '127.0.0.1', port: Number(port) },
  ...(layer === 'TLS' && { tls: await localCertificate() }),
});
let heard = 0;
tap.on('read', ({ bytes }) => (heard += bytes.length));
process.on('message', () => {
  const { dropped } = tap.recording;
  const peak = peakMemory() / 1024 / 1024;
  process.send!({ heard, peak, dropped });
});
process.once('disconnect', () => process.exit());
process.send!(await tap.listen());
