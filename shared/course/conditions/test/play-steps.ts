/**
 * Plays a lesson as a learner does, for the tests of all tutorials: the lesson
 * runs, the shell stands in a real browser, and each action of each step is done
 * by its own links and the keyboard. Then its tick must come, at the end of a
 * step what *See* says must be true, and the run must show what the text says.
 */
import assert from 'node:assert/strict';
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, test } from '@jest/globals';
import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { formatFault } from '@on-the-wire/tap/tap.ts';
import { engineOf } from '@on-the-wire/viewer/page/engine.ts';
import { findLesson, lessonsFolder } from '../../harness/lessons.ts';
import { runLesson, type RunningLesson } from '../../harness/run-lesson.ts';
import { sideTripPrefix } from '../../texts/side-trips.ts';
import { readConditions, type See, type StepConditions } from '../comments.ts';
import { MEMORY, type Atom, type Condition } from '../condition.ts';

/** What the text asks for in words that no link says. */
export interface Played {
  /** The side trip that is played in place of the tutorial, by its folder. */
  trip?: string;
  /** ms that the lesson drains, where the text starts it with --drain. */
  drainMs?: number;
  /** How a file is changed where it is to be saved; once more: as it was. */
  changes?: Record<string, (text: string) => string>;
  /** What else is done, before the links, by step and action: `step-6/1`. */
  also?: Record<string, (page: Page, lesson: FrameLocator) => Promise<unknown>>;
}

/** What a page may take on a machine that has much else to do. */
const LONG = 120_000; // ms
/** How a text starts a file of the course: with our Node, from our folder. */
const ourNode = 'npx -y pnpm exec node ';
/** How long an action may need to show, before it is done once more. */
const AGAIN = 6_000; // ms

/**
 * Declares a test for each step of a lesson's tutorial that says conditions.
 *
 * @param name of the lesson
 */
export function playSteps(name: string, played: Played = {}): void {
  const lesson = findLesson(name);
  const { trip } = played;
  const file = trip ? `side-trips/${trip}/README.md` : 'README.md';
  const text = readFileSync(join(lesson.folder, file), 'utf8');
  const steps = readConditions(text)
    .filter(({ actions, sees }) => actions.length + sees.length > 0)
    .map((step) => ({
      ...step,
      id: trip ? `${sideTripPrefix(trip)}${step.id}` : step.id,
    }));
  const title = [name, trip].filter(Boolean).join('/');
  describeWithBrowser(`the steps of ${title}`, (browser) => {
    let player: Player;
    beforeAll(async () => {
      player = await Player.start(
        browser(),
        played.changes ? copyOf(lesson) : lesson,
        played,
      );
    });
    afterAll(() => player?.end());
    const isMemory = ({ id }: StepConditions) => id === MEMORY;
    test.each(
      steps
        .filter((step) => !isMemory(step))
        .map((step) => [step.id, step] as const),
    )('%s ticks, and its See comes true', async (_id, step) => {
      await player.play(step);
    });
    // After them, in the same run; a side trip has none.
    if (trip) return;
    test.each(steps.filter(isMemory))(
      'the answers from memory lead to units of this run',
      async (step) => {
        await player.lookBack(step);
      },
    );
  });
}

type FoundLesson = ReturnType<typeof findLesson>;

/**
 * A copy of a lesson, in its folder `workspace`, which no lesson watches: what
 * is saved there restarts none that other tests run at the same time.
 */
function copyOf({ name, folder }: FoundLesson): FoundLesson {
  const lessons = join(folder, 'workspace', 'played');
  rmSync(lessons, { recursive: true, force: true });
  for (const each of readdirSync(folder))
    if (!['.answers', 'node_modules', 'test', 'workspace'].includes(each))
      cpSync(join(folder, each), join(lessons, name, each), {
        recursive: true,
      });
  return findLesson(name, lessons);
}

class Player {
  readonly #running: RunningLesson;
  readonly #lesson: FoundLesson;
  readonly #page: Page;
  readonly #played: Played;
  readonly #folder: string;
  readonly #changed = new Map<string, string>();
  readonly #programs = new Set<ReturnType<typeof spawn>>();

  static async start(
    browser: Browser,
    lesson: FoundLesson,
    played: Played,
  ): Promise<Player> {
    const folder = mkdtempSync(join(tmpdir(), 'play-'));
    const quiet = new PassThrough().resume();
    const running = await runLesson(lesson, {
      port: await freeAdjacentPorts(),
      progress: join(folder, 'progress.json'),
      ...(played.drainMs !== undefined && { drainMs: played.drainMs }),
      terminal: { stdout: quiet, stderr: quiet } as never,
    });
    const page = await browser.newPage({
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      ignoreHTTPSErrors: true,
    });
    page.setDefaultTimeout(LONG);
    await page.goto(running.shellUrl!);
    const player = new Player(running, lesson, page, played, folder);
    await player.#isReady();
    return player;
  }

  private constructor(
    running: RunningLesson,
    lesson: FoundLesson,
    page: Page,
    played: Played,
    folder: string,
  ) {
    this.#running = running;
    this.#lesson = lesson;
    this.#page = page;
    this.#played = played;
    this.#folder = folder;
  }

  async end(): Promise<void> {
    await this.#putBack();
    for (const program of this.#programs) program.kill();
    await this.#page.context().close();
    await this.#running.stop();
    rmSync(this.#folder, { recursive: true, force: true });
    if (this.#played.changes)
      rmSync(join(this.#lesson.folder, '..'), { recursive: true, force: true });
  }

  /** Opens the end of the lesson, where what was done is shown once more. */
  async lookBack({ sees }: StepConditions): Promise<void> {
    const page = this.#page;
    await page.evaluate((hash) => (location.hash = hash), MEMORY);
    for (const at of await this.#shownHere(sees))
      await page
        .locator(`#${MEMORY} a.tick[data-see="${at}"][href^="#unit-"]`)
        .waitFor({ state: 'attached' });
  }

  /** Those that the text says of the engine in which it is played. */
  async #shownHere(sees: readonly See[]): Promise<number[]> {
    const engine = engineOf(
      await this.#page.evaluate(() => navigator.userAgent),
    );
    return sees.flatMap(({ engines }, at) =>
      engines?.includes(engine) === false ? [] : at,
    );
  }

  async play(step: StepConditions): Promise<void> {
    const { id, actions, sees, guesses, decision } = step;
    const page = this.#page;
    await page.evaluate((hash) => (location.hash = hash), id);
    const section = page.locator(`section#${id}`);
    await section.getByRole('radio').first().press('Space');
    await section.locator('[role=radio][aria-checked=true]').waitFor();
    const commands = await this.#commandsOf(section);
    try {
      for (const [at, condition] of actions.entries())
        await this.#act(`${id}/${at}`, section, at, condition, commands);
      for (const at of await this.#shownHere(sees))
        await section
          .locator(`a.tick[data-see="${at}"][data-done]`)
          .waitFor({ state: 'attached' });
      if (decision && 'clauses' in decision) {
        const shown = section.locator('.said dd').nth(1);
        await section.getByText('What decides', { exact: true }).waitFor();
        assert.equal(
          await shown.textContent(),
          guesses[decision.clauses[0]!.guess - 1],
        );
        assert.equal(await section.locator('.contradiction').count(), 0);
      }
      assert.equal(await section.locator('.outcome').getAttribute('open'), '');
    } finally {
      await this.#putBack();
      this.#running.tap.setFaults([]);
      for (const program of this.#programs) program.kill();
      for (const other of page.context().pages())
        if (other !== page) await other.close();
      await this.#isReady();
    }
  }

  /** Does one action, and waits for its tick. */
  async #act(
    key: string,
    section: Locator,
    at: number,
    condition: Condition,
    commands: string[],
  ): Promise<void> {
    const page = this.#page;
    const tick = section.locator(`a.tick[data-action="${at}"]`);
    const done = () => tick.evaluate((each) => each.hasAttribute('data-done'));
    const until = Date.now() + LONG;
    for (const atom of condition)
      if (atom.what === 'file') await this.#save(atom.name);
    await this.#played.also?.[key]?.(page, this.#lessonPage());
    const links = await linksBefore(tick, key);
    for (const link of links) {
      // "Mend all", in case something is broken.
      const isMended = this.#running.tap.faults.length === 0;
      if (link.href === '#wire:mend' && isMended) continue;
      await this.#follow(link, condition, links);
    }
    const asks = condition.some(({ what }) => what === 'request');
    if (asks || (links.length === 0 && commands.length > 0))
      this.#run(commands.length > 1 ? commands.shift()! : commands[0]!);
    let next = Date.now() + AGAIN;
    while (!(await done())) {
      if (Date.now() > until) {
        const faults = this.#running.tap.faults.map(formatFault).join();
        const values = await page
          .frameLocator('iframe')
          .locator('output, #log')
          .allInnerTexts();
        throw new Error(
          `${key} is not ticked. Done: ${links.map(({ href }) => href).join(' ')}. ` +
            `Broken: ${faults}. The page: ${values.join(' | ').slice(0, 900)}`,
        );
      }
      // What is to be looked at may only have come now.
      const last = links.at(-1);
      if (Date.now() > next && last?.href.startsWith('#wire:unit:')) {
        await this.#follow(last, condition, links);
        next = Date.now() + AGAIN;
      }
      await page.waitForTimeout(50);
    }
  }

  /** Follows a link of the text by keyboard, then presses what it points at. */
  async #follow(
    { mark, href }: Link,
    condition: Condition,
    links: readonly Link[],
  ): Promise<void> {
    const page = this.#page;
    const link = page.locator(`[data-play="${mark}"]`);
    const until = Date.now() + LONG;
    for (;;) {
      await link.focus();
      await page.keyboard.press('Enter');
      await page.waitForFunction(
        (wanted) =>
          !document
            .querySelector(`[data-play="${wanted}"]`)
            ?.hasAttribute('aria-busy'),
        mark,
      );
      const nowhere = await page.locator('.points-nowhere').allTextContents();
      if (nowhere.length === 0) break;
      // Some controls come, or can be pressed, only after a while.
      if (Date.now() > until) throw new Error(`${href}: ${nowhere.join()}`);
      await page.waitForTimeout(100);
    }
    assert(await this.#hasFocus(href), `${href}: the focus is elsewhere`);
    await this.#isInView(href, condition, links);
    if (isLookedAt(href)) return;
    const fault = condition.find(
      (atom): atom is Atom & { what: 'fault' } =>
        atom.what === 'fault' &&
        atom.values !== undefined &&
        href.split(':')[2] === atom.name,
    );
    if (fault?.values !== undefined) {
      // From the button back to its fields, as one does with Shift+Tab.
      const form = `form[aria-label="${fault.name}"]:visible`;
      const fields = page.locator(`${form} input`);
      for (const [at, value] of fault.values.split(',').entries())
        await fields.nth(at).fill(value);
      await fields.first().press('Enter');
      return;
    }
    const cuts = condition.find((atom) => atom.what === 'cut')?.times ?? 1;
    const times = href === '#wire:cut' ? cuts : 1;
    for (let time = 0; time < times; time += 1) {
      if (time > 0) await this.#isOpen();
      if (await this.#slides()) await page.keyboard.press('ArrowRight');
      else await page.keyboard.press('Enter');
    }
  }

  /** Whether the keyboard is at what the link named, and it is outlined. */
  async #hasFocus(href: string): Promise<boolean> {
    if (!href.startsWith('#page:'))
      return this.#page.evaluate(
        () => document.activeElement?.closest('[data-pointed]') !== null,
      );
    const at = await this.#page.evaluate(
      () => document.activeElement?.localName,
    );
    if (at !== 'iframe') return false;
    const lesson = this.#lessonPage();
    const frames = lesson.locator('iframe');
    const inside = (await frames.all()).map((each) => each.contentFrame());
    for (const each of [lesson, ...inside]) {
      const found = await each.locator(':root').evaluate(() => {
        const board = document.querySelector('departures-board')?.shadowRoot;
        return [document, board].some((root) =>
          root?.querySelector('[data-pointed]'),
        );
      });
      if (found) return true;
    }
    return false;
  }

  #slides(): Promise<boolean> {
    const root = this.#lessonPage().locator(':root');
    return root.evaluate(
      () =>
        document.activeElement?.matches('input[type=range]') === true &&
        document.hasFocus(),
    );
  }

  /**
   * The control, what is named beside it and what the action's condition looks
   * at are wholly in view at the same time.
   */
  async #isInView(
    href: string,
    condition: Condition,
    links: readonly Link[],
  ): Promise<void> {
    if (!href.startsWith('#page:') || href.includes('/')) return;
    const names = namesOf(href);
    // What another link of the action is about is seen when that is followed.
    const others = links
      .filter((link) => link.href !== href)
      .flatMap((link) => namesOf(link.href).map((name) => name.split('=')[0]));
    for (const atom of condition)
      if (atom.what === 'page' && !others.includes(atom.name))
        names.push(atom.name);
    const root = this.#lessonPage().locator(':root');
    const look = () =>
      root.evaluate((_root, wanted) => {
        const find = (name: string): Element | null => {
          const [named = '', value] = name.split('=');
          const byName = [...document.querySelectorAll(`[name="${named}"]`)];
          const found =
            document.getElementById(name) ??
            byName.find(
              (each) =>
                value === undefined ||
                each.localName === 'select' ||
                (each as HTMLInputElement).value === value,
            ) ??
            document.getElementById(named) ??
            (name === 'seen' &&
              document
                .querySelector('departures-board')
                ?.shadowRoot?.querySelector('.count'));
          return (found && found.closest('label')) || found || null;
        };
        return wanted.flatMap((name) => {
          const found = find(name);
          const rect = found?.getBoundingClientRect();
          if (!rect) return [`${name} is nowhere`];
          // Of a list that grows, the newest line is the first.
          const newest = found?.localName === 'ol' ? 60 : rect.height;
          const bottom = rect.top + Math.min(rect.height, newest);
          const isIn = rect.top > -1 && bottom < innerHeight + 1;
          const place = `${Math.round(rect.top)} to ${Math.round(bottom)}`;
          return isIn ? [] : [`${name}: ${place} of ${innerHeight} px`];
        });
      }, names);
    // The frame may have become smaller since, and the page shows them again.
    const until = Date.now() + 5_000;
    let hidden = await look();
    while (hidden.length > 0 && Date.now() < until) hidden = await look();
    assert(hidden.length === 0, `${href} does not show ${hidden.join(', ')}`);
  }

  #lessonPage(): FrameLocator {
    return this.#page.frameLocator('.pane iframe');
  }

  /** The lesson's server runs, and its page has a state. */
  async #isReady(): Promise<void> {
    const { state } = this.#running.server;
    while (state.current.status !== 'ready')
      await new Promise<void>((resolve) =>
        state.once('change', () => resolve()),
      );
    await this.#lessonPage().locator('#state').waitFor();
  }

  /** After a cut: the page is connected once more. */
  async #isOpen(): Promise<void> {
    await this.#lessonPage()
      .locator('#state:not([data-state=waiting], [data-state=connecting])')
      .waitFor();
  }

  /** Resolves when the server is ready once more, after what is saved now. */
  #restarted(): Promise<void> {
    const { state } = this.#running.server;
    return new Promise<void>((resolve) => {
      const onChange = ({ status }: { status: string }) => {
        if (status !== 'ready') return;
        state.off('change', onChange);
        resolve();
      };
      state.on('change', onChange);
    });
  }

  async #save(name: string): Promise<void> {
    const file = join(this.#lesson.folder, name);
    const before = this.#changed.get(name);
    const restarted = this.#restarted();
    if (before !== undefined) {
      this.#changed.delete(name);
      writeFileSync(file, before);
    } else {
      const text = readFileSync(file, 'utf8');
      const after = this.#played.changes?.[name]?.(text);
      if (after === undefined || after === text)
        throw new Error(`${name} is to be saved: expected how it is changed`);
      this.#changed.set(name, text);
      writeFileSync(file, after);
    }
    await restarted;
  }

  async #putBack(): Promise<void> {
    if (this.#changed.size === 0) return;
    const restarted = this.#restarted();
    for (const [name, text] of this.#changed)
      writeFileSync(join(this.#lesson.folder, name), text);
    this.#changed.clear();
    await restarted;
    // Else the next step would begin while the page is without a connection.
    await this.#lessonPage().locator('#state[data-state=open]').waitFor();
  }

  /** The commands of a *Do*, as its *Copy* buttons have them. */
  async #commandsOf(section: Locator): Promise<string[]> {
    const copied = await section
      .locator('.block.do figure .copy, .block.do li code')
      .evaluateAll((all) =>
        all.map((each) =>
          each.matches('.copy')
            ? ((each as HTMLElement).dataset['copy'] ?? '')
            : (each.textContent ?? ''),
        ),
      );
    return copied
      .flatMap((each) => each.split('\n'))
      .filter((each) => each.startsWith('curl ') || each.startsWith(ourNode));
  }

  #run(command: string): void {
    const [program = '', ...words] = [
      ...command
        .replace(ourNode, `"${process.execPath}" `)
        .matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
    ].map(([, a, b, c]) => a ?? b ?? c ?? '');
    const cwd = join(lessonsFolder, '..');
    const started = spawn(program, words, { stdio: 'ignore', cwd });
    this.#programs.add(started);
    started.once('close', () => this.#programs.delete(started));
  }
}

/** The names in a link to a control of the page: the control's comes first. */
function namesOf(href: string): string[] {
  return href.startsWith('#page:')
    ? decodeURIComponent(href.slice('#page:'.length)).split(',')
    : [];
}

interface Link {
  mark: string;
  href: string;
}

/** The links of an action: those behind the tick before it, in its item. */
function linksBefore(tick: Locator, key: string): Promise<Link[]> {
  return tick.evaluate((end, step) => {
    const item = end.closest('li') ?? end.closest('.block')!;
    const all = [...item.querySelectorAll<HTMLElement>('a.points, a.tick')];
    const to = all.indexOf(end as HTMLElement);
    const from = all.findLastIndex(
      (each, at) => at < to && each.matches('.tick'),
    );
    return all.slice(from + 1, to).map((link, at) => {
      link.dataset['play'] = `${step}/${at}`;
      return {
        mark: `${step}/${at}`,
        href: decodeURI(link.getAttribute('href') ?? ''),
      };
    });
  }, key);
}

/** Whether a link leads to what is read, not pressed. */
function isLookedAt(href: string): boolean {
  return (
    /^#wire:(?:unit:|lines|break|filter|counts|diagram)/.test(href) ||
    /^#page:(?:log|seen|state|reads|tally|gateway|socket|closed)\b(?![=-])/.test(
      href,
    ) ||
    /^#page:[\w-]+-(?:bytes|late|state|station|failed|waiting|broker|gaps-filled)\b/.test(
      href,
    )
  );
}
