/** Theme and projector mode. Both hold for all lessons. */
import { inside, own, announce } from './elements.ts';
import { recall, remember } from './memory.ts';

const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];
const root = document.documentElement;

function setTheme(theme: Theme): void {
  if (theme === 'system') delete root.dataset['theme'];
  // In Chromium and Firefox the lesson's frame inherits `color-scheme`, and its
  // page finds that as `prefers-color-scheme`. WebKit does not hand it on, so
  // the shell tells the page, too.
  else root.dataset['theme'] = theme;
  inside<HTMLInputElement>(document.body, `[value=${theme}]`).checked = true;
  remember('theme', theme === 'system' ? undefined : theme);
}

function setProjector(on: boolean): void {
  root.toggleAttribute('data-projector', on);
  own('projector').setAttribute('aria-pressed', String(on));
  remember('projector', on || undefined);
}

/** The next of system, light and dark. */
export function turnTheme(): void {
  const now = themes.indexOf((root.dataset['theme'] as Theme) ?? 'system');
  const next = themes[(now + 1) % themes.length] ?? 'system';
  setTheme(next);
  announce(`Theme: ${next}`);
}

/** Projector mode on, or off again. */
export function turnProjector(): void {
  const on = !root.hasAttribute('data-projector');
  setProjector(on);
  announce(`Projector mode ${on ? 'on' : 'off'}`);
}

/** Puts the remembered look on, and listens to its switches. */
export function startLooks(): void {
  const kept = recall<Theme>('theme');
  setTheme(kept && themes.includes(kept) ? kept : 'system');
  setProjector(recall('projector') === true);
  for (const theme of themes)
    inside(document.body, `[value=${theme}]`).addEventListener('change', () =>
      setTheme(theme),
    );
  own('projector').addEventListener('click', turnProjector);
}
