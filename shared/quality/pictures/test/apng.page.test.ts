/** What a browser makes of our moving pictures, pixel by pixel. */
import { createServer } from 'node:http';
import { expect, test } from '@jest/globals';
import { listen } from '@on-the-wire/system/listen.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { animate, type Frame } from '../apng.ts';

const closing = closingAfterEach();
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

/** What the decoder of a browser offers, as far as it is used here. */
interface Decoder {
  tracks: {
    ready: Promise<void>;
    selectedTrack: { frameCount: number; repetitionCount: number };
  };
  decode(options: { frameIndex: number }): Promise<{
    image: CanvasImageSource & { duration: number };
  }>;
}

describeWithBrowser('a moving picture', (browser) => {
  const open = async () => {
    const server = createServer((_request, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(
        '<!doctype html><link rel="icon" href="data:,"><body style="margin:0;background:#fff"><div id="box" style="position:absolute;width:20px;height:20px;background:#c00"></div>',
      );
    });
    const { origin } = await listen(server);
    const page = await browser().newPage({
      viewport: { width: 120, height: 80 },
    });
    closing.push(
      () => page.close(),
      () => server.close(),
    );
    await page.goto(origin);
    return page;
  };

  test('has the pixels and the times of its frames, and those that are equal as one', async () => {
    const page = await open();
    const frames: Frame[] = [];
    for (const [left, shown] of [
      [0, 100],
      [0, 50],
      [37, 200],
      [90, 300],
    ] as const) {
      await page.evaluate((to) => {
        document.getElementById('box')!.style.left = `${to}px`;
      }, left);
      frames.push({ png: await page.screenshot(), shown });
    }
    const found = await page.evaluate(
      async ({ moving, stills }) => {
        const pixels = (source: CanvasImageSource) => {
          const canvas = new OffscreenCanvas(120, 80);
          const context = canvas.getContext('2d')!;
          context.drawImage(source, 0, 0);
          return context.getImageData(0, 0, 120, 80).data.join();
        };
        const blobOf = async (data: string) =>
          (await fetch(`data:image/png;base64,${data}`)).blob();
        const { ImageDecoder } = globalThis as unknown as {
          ImageDecoder: new (init: object) => Decoder;
        };
        const decoder = new ImageDecoder({
          data: await (await blobOf(moving)).arrayBuffer(),
          type: 'image/png',
        });
        await decoder.tracks.ready;
        const { frameCount, repetitionCount } = decoder.tracks.selectedTrack;
        const decoded = [];
        for (let frameIndex = 0; frameIndex < frameCount; frameIndex++) {
          const { image } = await decoder.decode({ frameIndex });
          const still = await createImageBitmap(
            await blobOf(stills[frameIndex]!),
          );
          decoded.push({
            ms: image.duration / 1000,
            same: pixels(image) === pixels(still),
          });
        }
        return { decoded, repetitionCount };
      },
      {
        moving: base64(animate(frames)),
        stills: [0, 2, 3].map((at) => base64(frames[at]!.png)),
      },
    );
    expect(found).toEqual({
      decoded: [
        { ms: 150, same: true },
        { ms: 200, same: true },
        { ms: 300, same: true },
      ],
      repetitionCount: Infinity,
    });
  });

  test('wants frames of one size', async () => {
    const page = await open();
    const one = await page.screenshot();
    await page.setViewportSize({ width: 100, height: 80 });
    const other = await page.screenshot();
    const all = [one, other].map((png) => ({ png, shown: 1 }));
    expect(() => animate(all)).toThrow(
      'found 100 × 80 pixels, expected 120 × 80',
    );
    expect(() => animate([])).toThrow('found no frame');
    expect(() => animate([{ png: Buffer.from('no'), shown: 1 }])).toThrow(
      'expected PNG with 8 bits a channel',
    );
  });
});
