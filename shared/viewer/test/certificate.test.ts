import { expect, test } from '@jest/globals';
import { certificateHint } from '../page/certificate.ts';

const webkit = 'AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari';

test.each([
  ['X11; Linux x86_64) AppleWebKit/537.36 Chrome/156.0', /^Chromium calls/],
  ['X11; rv:153.0) Gecko/20100101 Firefox/153.0', /once for each port/],
  [`X11; Linux x86_64) ${webkit}`, /^MiniBrowser .* all ports of the host/],
  [`Macintosh; Intel Mac OS X 10_15_7) ${webkit}`, /Safari was not run\.$/],
])('of (%s it says what that one shows', (told, says) => {
  expect(certificateHint(`Mozilla/5.0 (${told}`)).toMatch(says);
});
