/** The panel that saves the run. */
import { pnpm } from '../pnpm.ts';
import { paragraph } from './parts.ts';

/**
 * @param chosen the number of the unit that the reader is at, if at one
 */
export function startSave(
  panel: HTMLElement,
  chosen: () => number | undefined,
): void {
  panel.classList.add('save');
  const secrets = document.createElement('input');
  secrets.type = 'checkbox';
  const label = document.createElement('label');
  label.append(secrets, ' with cookies and passwords as they are');

  const link = (text: string, path: string) => {
    const element = document.createElement('a');
    element.textContent = text;
    element.href = path;
    element.download = '';
    // What is saved is decided when it is clicked.
    element.addEventListener('click', () => {
      const query = new URLSearchParams();
      if (secrets.checked) query.set('secrets', 'yes');
      const n = chosen();
      if (n !== undefined) query.set('unit', String(n));
      element.href = `${path}?${query}`;
    });
    return element;
  };
  panel.append(
    link('Save as pcapng', '/wire/run.pcapng'),
    link('Save as one page', '/wire/run.html'),
    label,
    paragraph(
      `The pcapng file opens in Wireshark, and with ${pnpm} wire FILE. The page opens in any browser and needs nothing else: for a bug report. Both know the unit that you chose. Cookies, Authorization and passwords become asterisks, unless you ask for them.`,
    ),
  );
}
