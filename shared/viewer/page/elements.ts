/** The element of the shell's own page with this id: `shell-` is left out. */
export function own<T extends HTMLElement = HTMLElement>(name: string): T {
  const element = document.getElementById(`shell-${name}`);
  if (!element) throw new Error(`index.html has no element "shell-${name}"`);
  return element as T;
}

/** The first element inside that matches; `index.html` promises that it is. */
export function inside<T extends HTMLElement = HTMLElement>(
  element: Element,
  selector: string,
): T {
  const found = element.querySelector<T>(selector);
  if (!found) throw new Error(`#${element.id} has no element "${selector}"`);
  return found;
}

/** Lets screen readers announce something, politely. */
export function announce(words: string): void {
  own('said').textContent = words;
}
