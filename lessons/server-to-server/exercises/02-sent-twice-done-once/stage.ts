/** In the learner's process: a loudspeaker that can be held, and fails. */

/** All that it was asked to speak, in order. */
const spoken: string[] = [];
let failures = 0;
let held = '';
let gate: PromiseWithResolvers<void> | undefined;
let tell = () => {};

/** What the learner's server gets beside the feed. */
export const options = () => ({ speak });

async function speak(text: string): Promise<string> {
  const number = spoken.push(text);
  tell();
  if (text === held) await gate?.promise;
  if (failures > 0) {
    failures -= 1;
    throw new Error('The amplifier is off');
  }
  return `announcement ${number}`;
}

/** From now on this text is not finished; until `release`. */
export function hold(_mine: object, text: string) {
  held = text;
  gate = Promise.withResolvers();
}

export function release() {
  gate?.resolve();
  gate = undefined;
}

/** The next so many fail. */
export function failNext(_mine: object, count: number) {
  failures = count;
}

/** How often this text was begun so far. */
export function timesOf(_mine: object, text: string) {
  return spoken.filter((each) => each === text).length;
}

/** Resolves when this text was begun so many times. */
export async function begun(mine: object, text: string, times: number) {
  while (timesOf(mine, text) < times)
    await new Promise<void>((resolve) => (tell = resolve));
}
