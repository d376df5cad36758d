/** What tutorial and files have in common: copying, and scrolling sideways. */
import { announce } from './elements.ts';

/** Lets all copy buttons of the page work, those to come included. */
export function startCopying(): void {
  document.addEventListener('click', ({ target }) => {
    const button = (target as Element).closest<HTMLElement>('.copy');
    if (button) void copy(button);
  });
}

async function copy(button: HTMLElement): Promise<void> {
  const words = await navigator.clipboard
    .writeText(button.dataset['copy'] ?? '')
    .then(
      () => 'Copied',
      () => {
        // Not allowed here: at least the text is selected.
        const code =
          button.closest('figure')?.querySelector('code') ??
          button.previousElementSibling;
        if (code) getSelection()?.selectAllChildren(code);
        return 'Selected: press Ctrl+C';
      },
    );
  button.textContent = words;
  announce(words);
  setTimeout(() => (button.textContent = 'Copy'), 2500);
}

// What is wider than its place scrolls, so the keyboard must be able to get
// there. What fits is no stop on the way.
const widths = new ResizeObserver((entries) => {
  for (const { target } of entries)
    if (target.scrollWidth > target.clientWidth)
      target.setAttribute('tabindex', '0');
    else target.removeAttribute('tabindex');
});

/** Makes code and tables inside reachable by keyboard where they scroll. */
export function watchWidths(text: HTMLElement): void {
  for (const wide of text.querySelectorAll('figure pre, .table, .listing'))
    widths.observe(wide);
}
