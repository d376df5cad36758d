import { describe, expect, test } from '@jest/globals';
import { engineOf, isSafari } from '../page/engine.ts';

const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const blink = 'AppleWebKit/537.36 (KHTML, like Gecko)';
const linux = 'Mozilla/5.0 (X11; Linux x86_64';
const android = 'Mozilla/5.0 (Android 14; Mobile';
const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)';

describe('the engine behind a User-Agent', () => {
  test.each([
    ['Chromium', `${linux}) ${blink} Chrome/156.0.0.0 Safari/537.36`],
    ['… headless', `${linux}) ${blink} HeadlessChrome/156.0.0.0 Safari/537.36`],
    [
      'Edge',
      `${windows} ${blink} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0`,
    ],
    [
      'Chrome on Android',
      `Mozilla/5.0 (Linux; Android 10; K) ${blink} Chrome/141.0.0.0 Mobile Safari/537.36`,
    ],
    ['one that nobody knows', 'Lynx/2.8.9rel.1 libwww-FM/2.14'],
  ])('%s: Chromium', (_name, userAgent) => {
    expect(engineOf(userAgent)).toBe('chromium');
    expect(isSafari(userAgent)).toBe(false);
  });

  test.each([
    ['Firefox', `${linux}; rv:153.0) Gecko/20100101 Firefox/153.0`],
    ['Firefox on Android', `${android}; rv:144.0) Gecko/144.0 Firefox/144.0`],
  ])('%s: Firefox', (_name, userAgent) => {
    expect(engineOf(userAgent)).toBe('firefox');
    expect(isSafari(userAgent)).toBe(false);
  });

  test.each([
    ['WebKitGTK', `${linux}) ${webkit} Version/60.5 Safari/605.1.15`, false],
    ['Safari', `${mac} ${webkit} Version/26.0 Safari/605.1.15`, true],
    [
      'Safari on an iPhone',
      `${phone} ${webkit} Version/18.5 Mobile/15E148 Safari/604.1`,
      true,
    ],
    [
      'Firefox on an iPhone',
      `${phone} ${webkit} FxiOS/144.0 Mobile/15E148 Safari/605.1.15`,
      true,
    ],
  ])('%s: WebKitGTK', (_name, userAgent, apple) => {
    expect(engineOf(userAgent)).toBe('webkitgtk');
    expect(isSafari(userAgent)).toBe(apple);
  });
});
