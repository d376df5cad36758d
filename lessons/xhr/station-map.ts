/**
 * The map of the station's tracks as a bitmap: bytes that are not text, more of
 * them than one read returns. BMP, one byte for each pixel.
 */

const [width, height] = [1600, 900];
const [paper, rail, platform] = [0, 1, 2];
const colours = [0xf4efe6, 0x3c3a36, 0xd9a441];
const start = 54 + 4 * colours.length; // where the pixels begin

/** The whole file: 1,440,066 bytes. */
export function stationMap() {
  const file = Buffer.alloc(start + width * height, paper);

  // The beginning: what it is, how long, how wide and high, how many colours.
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(-height, 22); // negative: the first row is the top one
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(8, 28);
  file.writeUInt32LE(colours.length, 46);
  for (const [index, colour] of colours.entries()) {
    file.writeUInt32LE(colour, 54 + 4 * index);
  }

  const fill = (x: number, y: number, w: number, h: number, colour: number) => {
    for (let row = y; row < y + h; row++) {
      const from = start + row * width + x;
      file.fill(colour, from, from + w);
    }
  };

  // Eight tracks, which meet at both ends; between each two, a platform.
  for (let track = 0; track < 8; track++) {
    const y = 90 + track * 100;
    const slope = Math.abs(track - 3.5) * 60;
    fill(80 + slope, y, width - 160 - 2 * slope, 6, rail);
    if (track % 2 === 0) fill(420, y + 25, width - 840, 55, platform);
    for (let step = 0; step < 60; step++) {
      const dy = Math.round(((440 - y) * step) / 60);
      const x = Math.round(80 + slope * (1 - step / 60));
      fill(x, y + dy, 8, 8, rail);
      fill(width - x - 8, y + dy, 8, 8, rail);
    }
  }
  return file;
}
