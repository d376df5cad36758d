#!/usr/bin/env bash
# A page whose header sticks to the top gives `scroll-padding-top` the height of
# that header, so that what is scrolled to does not end behind it. A button of
# the header itself is then never where it should be: it is always in the
# padding. `scrollIntoView({ block: 'nearest' })` on this button, which is in
# full view, moves the page up, and again with each call, until its beginning;
# without the padding it moves nothing. `focus()` on the button moves it by more.
#
# Software: Debian's chromium 156.0.8078.108, playwright-core 1.65.1 (npm).
# Expected: 0 px for an element that is in full view; at most one move.
# Actual: 100 px with every call, and 239 px with every focus(): the header comes
#   along, and is in the padding again.
set -euo pipefail

chromium=$(command -v chromium) || { echo 'This needs chromium.'; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --prefix . playwright-core@1.65.1 >/dev/null

cat >try.mjs <<'JS'
import { chromium } from 'playwright-core';

const flags = ['--disable-gpu', '--disable-quic', '--no-first-run'];
flags.push('--disable-background-networking', '--disable-component-update');
flags.push('--disable-sync', ...(process.getuid() === 0 ? ['--no-sandbox'] : []));

const browser = await chromium.launch({
  executablePath: process.argv[2],
  args: flags,
});
const page = await browser.newPage({ viewport: { width: 600, height: 400 } });

/** How far the page moves up with each of three calls, in px. */
async function moves(padding, act) {
  await page.setContent(
    `<style>html { scroll-padding-top: ${padding}px } body { margin: 0 }
     header { position: sticky; top: 0; height: 100px; background: #ddd }
     main { height: 4000px }</style>
     <header><button>Close</button></header><main>Text</main>`,
  );
  return page.evaluate((how) => {
    scrollTo(0, 2000);
    const button = document.querySelector('button');
    return [1, 2, 3].map(() => {
      const before = scrollY;
      if (how === 'focus') {
        button.blur();
        button.focus();
      } else button.scrollIntoView({ block: 'nearest' });
      return Math.round(before - scrollY);
    });
  }, act);
}

const seen = {
  'scrollIntoView, no padding': await moves(0, 'scroll'),
  'scrollIntoView, padding 100 px': await moves(100, 'scroll'),
  'focus, padding 100 px': await moves(100, 'focus'),
};
await browser.close();
for (const [what, list] of Object.entries(seen))
  console.log(`${what}: ${list.join(', ')} px`);
const [none, padded] = Object.values(seen);
const same =
  none.every((px) => px === 0) &&
  padded.every((px) => px > 0 && px === padded[0]);
if (!same) console.log('This has changed. It was: 0 without, the same each time with it');
process.exit(same ? 0 : 1);
JS
"$chromium" --version
node try.mjs "$chromium"
