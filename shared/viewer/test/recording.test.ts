import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { readRecording } from '../pane/recording.ts';

test('A recording comes out of its page as it went in, whatever its size', async () => {
  for (const size of [1, 1_000, 3_000_000]) {
    const file = Uint8Array.from({ length: size }, (_, i) => (i * 7919) >> 5);
    const base64 = gzipSync(file).toString('base64');
    const bytes = await readRecording(base64, size);
    expect(Buffer.compare(bytes, file)).toBe(0);
  }
});

test('A recording that was cut is refused', async () => {
  const base64 = gzipSync(Buffer.alloc(1_000))
    .subarray(0, 20)
    .toString('base64');
  await expect(readRecording(base64, 1_000)).rejects.toThrow('is not whole');
});
