/** The browser that a learner has, for the checks that need one. */
import {
  type Engine,
  findEngine,
  learnersEngine,
  noEngine,
} from '@on-the-wire/browser/engines.ts';
import type { Browser } from '@on-the-wire/browser/page.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { engineNames } from '@on-the-wire/viewer/page/engine.ts';

/** Opened when the first check asks for it, and used until it is closed. */
export class LearnersBrowser {
  #opened: Promise<Browser> | undefined;
  #engine: Engine | undefined;
  /** As it has said once it was open: "Firefox 153". */
  #name: string | undefined;
  #closed = false;

  /** Undefined where none is found. */
  get engine(): Engine | undefined {
    return (this.#engine ??= learnersEngine());
  }

  /** For a learner who begins: which one will be opened, or what to install. */
  describe(): string {
    const { engine } = this;
    if (!engine) return `This check needs a browser, and ${noEngine()}.`;
    const name = this.#name ?? engineNames[engine];
    return `This check opens ${name}: ${findEngine(engine)}`;
  }

  /**
   * Opens it, or returns the one that is open.
   *
   * @throws UsageError (1) where there is none, it does not start, or it was
   *   closed: a check may still be under way
   */
  readonly open = async (): Promise<Browser> => {
    if (this.#closed) throw new UsageError('the exercise was left', 1);
    return (this.#opened ??= this.#start());
  };

  /** Looks again where there was none, it did not start, or it has ended. */
  async lookAgain(): Promise<void> {
    const browser = await this.#opened?.catch(() => undefined);
    if (browser?.isConnected()) return;
    this.#opened = undefined;
    this.#engine = undefined;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#opened?.catch(() => undefined))?.close();
  }

  async #start(): Promise<Browser> {
    const { engine } = this;
    if (!engine) throw new UsageError(noEngine(), 1);
    const { openEngine } = await import('@on-the-wire/browser/open-engine.ts');
    const browser = await openEngine(engine).catch((error: Error) => {
      const [why] = error.message.split('\n');
      const what = `${engineNames[engine]} does not start`;
      throw new UsageError(`${what}: ${findEngine(engine)}: ${why}`, 1);
    });
    this.#name = `${engineNames[engine]} ${parseInt(browser.version(), 10)}`;
    return browser;
  }
}
