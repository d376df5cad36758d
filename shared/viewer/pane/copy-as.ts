/** Copies a unit: a button, and the forms that it shows. */
import type { CopyForm } from '../copy/forms.ts';
import type { Source } from '../source.ts';
import { button, paragraph } from './parts.ts';

/** What each form is called on its button. */
const NAMES: Record<CopyForm, string> = {
  text: 'Text',
  hex: 'Hex',
  json: 'JSON',
  curl: 'curl',
  'curl-powershell': 'curl for PowerShell',
  har: 'HAR',
  conversation: 'Conversation',
};

/**
 * The forms stay open from unit to unit, for who copies several. Secrets do not
 * stay: they are wanted for one unit.
 */
let isOpen = false;

/**
 * Makes the button and the part that it opens.
 *
 * @param n the number of the unit's line
 */
export function makeCopyAs(
  source: Source,
  n: number,
): { opener: HTMLButtonElement; panel: HTMLElement } {
  const opener = button('Copy as');
  const panel = document.createElement('div');
  panel.className = 'copy-as';
  panel.id = 'wire-copy-as';
  panel.role = 'group';
  panel.ariaLabel = 'Copy as';
  opener.setAttribute('aria-controls', panel.id);
  const show = () => {
    panel.hidden = !isOpen;
    opener.ariaExpanded = String(isOpen);
  };
  opener.addEventListener('click', () => {
    isOpen = !isOpen;
    show();
  });
  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    opener.click();
    opener.focus();
  });

  const secrets = document.createElement('input');
  secrets.type = 'checkbox';
  const label = document.createElement('label');
  label.append(secrets, ' with secrets as they are');
  const said = paragraph('');
  said.role = 'status';
  const byHand = document.createElement('textarea');
  byHand.ariaLabel = 'To be copied';
  byHand.readOnly = true;
  byHand.hidden = true;

  const copy = async (form: CopyForm) => {
    byHand.hidden = true;
    said.textContent = '';
    let text;
    try {
      text = await source.copy(n, form, secrets.checked);
    } catch (error) {
      said.textContent = (error as Error).message;
      return;
    }
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = `Copied: ${text.length.toLocaleString('en')} characters.`;
    } catch {
      // Not allowed here: at least the text is selected.
      byHand.value = text;
      byHand.hidden = false;
      byHand.select();
      said.textContent =
        'This page may not copy. It is selected: press Ctrl+C.';
    }
  };
  for (const [form, name] of Object.entries(NAMES)) {
    const element = button(name);
    element.addEventListener('click', () => void copy(form as CopyForm));
    panel.append(element);
  }
  panel.append(label, said, byHand);
  show();
  return { opener, panel };
}
