/** A line that says that a check runs; the verdict takes its place. */
import { styleText } from 'node:util';

/** ms: a check that takes longer says which step it is at. */
export const slow = 500;

/** What a check tells while it runs. */
export interface ProgressLine {
  /** The step that runs now. */
  step(name: string): void;
  /** Takes the line away. */
  end(): void;
}

/**
 * Shows it at once. Where nobody can see a line change, it shows nothing.
 *
 * @param what is checked: `checking sse/1`
 */
export function showProgress(
  stdout: NodeJS.WriteStream,
  what: string,
): ProgressLine {
  if (!stdout.isTTY) return { step() {}, end() {} };
  let step = '';
  let isSlow = false;
  const draw = () => {
    const text = isSlow && step !== '' ? `${what} … ${step}` : `${what} …`;
    // A line that the terminal breaks in two could not be taken away.
    const line = `  ${text}`.slice(0, (stdout.columns || 80) - 1);
    stdout.write(`\r\u001b[2K${styleText('gray', line, { stream: stdout })}`);
  };
  draw();
  const timer = setTimeout(() => {
    isSlow = true;
    draw();
  }, slow);
  return {
    step(name) {
      step = name;
      if (isSlow) draw();
    },
    end() {
      clearTimeout(timer);
      stdout.write('\r\u001b[2K');
    },
  };
}
