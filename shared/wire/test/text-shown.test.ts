/** What stands in a line of bytes that end in a line end, as most texts do. */
import { expect, test } from '@jest/globals';
import { TEXT_SHOWN } from '../limits.ts';
import { textShown } from '../text.ts';
import { text } from './cuts.ts';

test.each([
  ['Hello\n', 'Hello\\n'],
  ['Hello, world of bytes\n', 'Hello, world of bytes\\n'],
  ['\n', '\\n'],
  ['Hello\n\n', 'Hello\\n\\n'],
  ['{"a": 1}\n', '{"a": 1} '],
  ['[1, 2, 3, 4, 5, 6] \n', '[1, 2, 3, 4, 5, 6] '],
  ['x'.repeat(TEXT_SHOWN - 2) + '\n', 'x'.repeat(TEXT_SHOWN - 2) + '\\n'],
  ['x'.repeat(TEXT_SHOWN - 1) + '\n', 'x'.repeat(TEXT_SHOWN - 1) + '…'],
  ['é\n', 'é\\n'],
])('%j is shown as %j', (carried, shown) => {
  expect(textShown(text(carried))).toBe(shown);
});
