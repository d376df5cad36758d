/** What the operators are to announce, and which way. */
import { BadInput } from '@on-the-wire/shared/board/feed.ts';

const ways = ['frames', 'http', 'webhook'] as const;
const most = 1_000; // texts of one order

/**
 * Checks what came: the type of JSON is unknown until somebody has looked.
 *
 * @throws BadInput that says what was found, and what is expected
 */
export function readOrder(body: unknown) {
  const { way, texts } = (body ?? {}) as Record<string, unknown>;
  const isWay = ways.some((each) => each === way);
  const isList =
    Array.isArray(texts) &&
    texts.length <= most &&
    texts.every((text) => typeof text === 'string');
  if (isWay && isList)
    return { way: way as (typeof ways)[number], texts: texts as string[] };
  throw new BadInput(
    `An order: found ${JSON.stringify(body)?.slice(0, 60)}, expected JSON ` +
      `such as {"way":"http","texts":["Hello"]}; ways: ${ways.join(', ')}.`,
  );
}
