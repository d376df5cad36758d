import { expect, test } from '@jest/globals';
import { browserOf } from '../page/own-browser.ts';

const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';
const chrome =
  'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36';

test.each([
  [`(X11; Linux x86_64) ${chrome}`, 'Chrome', '156', 'chromium'],
  [
    `(X11; Linux x86_64) ${chrome} Edg/156.0.3.1`,
    'Edge',
    '156.0.3.1',
    'chromium',
  ],
  [`(X11; Linux x86_64) ${chrome} OPR/131.0.0.0`, 'Opera', '131', 'chromium'],
  [
    '(X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0',
    'Firefox',
    '153',
    'firefox',
  ],
  [
    `(X11; Linux x86_64) ${webkit} Version/60.5 Safari/605.1.15`,
    'WebKitGTK',
    '',
    'webkitgtk',
  ],
  [
    `(Macintosh; Intel Mac OS X 10_15_7) ${webkit} Version/26.1 Safari/605.1.15`,
    'Safari',
    '26.1',
    undefined,
  ],
  // On an iPhone all of them have Apple's WebKit.
  [
    `(iPhone; CPU iPhone OS 26_1 like Mac OS X) ${webkit} CriOS/156.0 Mobile/15E148 Safari/604.1`,
    'Chrome',
    '156',
    undefined,
  ],
  [
    `(iPhone; CPU iPhone OS 26_1 like Mac OS X) ${webkit} FxiOS/153.0 Mobile/15E148 Safari/605.1.15`,
    'Firefox',
    '153',
    undefined,
  ],
  ['(something else)', 'This browser', '', undefined],
])('%s is %s %s', (told, product, version, engine) => {
  expect(browserOf(`Mozilla/5.0 ${told}`)).toEqual({
    product,
    version,
    engine,
  });
});
