#!/usr/bin/env bash
# A headless Chromium has no window that anybody sees. All the same each page
# that playwright opens in a context of its own loads two pages of the browser's
# own address bar beside it, chrome://omnibox-popup.top-chrome, in a renderer of
# their own. They are some two fifths of the processor time of opening a page,
# and are in no list of pages that playwright gives.
#
# Software: Debian's chromium 156.0.8078.108, playwright-core 1.65.1 (npm).
# Expected: one target of the DevTools protocol for one page, besides its tab.
# Actual: two more of type browser_ui; none with both features of the address
#   bar (WebUIOmniboxPopup, WebUIOmniboxAimPopup) disabled.
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

async function targets(args) {
  const browser = await chromium.launch({
    executablePath: process.argv[2],
    args: [...flags, ...args],
  });
  const page = await browser.newPage();
  await page.goto('data:text/html,one');
  const session = await browser.newBrowserCDPSession();
  const seen = async () => {
    const all = await session.send('Target.getTargets', { filter: [{}] });
    return all.targetInfos.filter(({ type }) => type === 'browser_ui');
  };
  // They come by themselves, a little later than the page.
  for (let looks = 0; looks < 40 && (await seen()).length < 2; looks += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  const own = await seen();
  await browser.close();
  return own.map(({ url }) => url).sort();
}

const usual = await targets([]);
console.log('beside one page:', usual.length, usual.join(' '));
const without = await targets([
  '--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup',
]);
console.log('with both features disabled:', without.length);
const same = usual.length === 2 && without.length === 0;
if (!same) console.log('This has changed. It was: 2, 0');
process.exit(same ? 0 : 1);
JS
"$chromium" --version
node try.mjs "$chromium"
