/** The panel that saves the run. */
import { NO_SECRETS, SECRETS } from '@on-the-wire/wire/masking/secrets.ts';
import { pnpmOfPage } from '../page/pnpm.ts';
import { paragraph } from './parts.ts';

/** The list by which is masked, to be opened. */
function secretsInWords(): HTMLElement {
  const list = document.createElement('dl');
  for (const { what, where } of SECRETS) {
    const term = document.createElement('dt');
    term.textContent = where;
    const description = document.createElement('dd');
    description.textContent = what;
    list.append(term, description);
  }
  const summary = document.createElement('summary');
  summary.textContent = 'What becomes asterisks';
  const details = document.createElement('details');
  details.append(summary, list, paragraph(NO_SECRETS));
  return details;
}

/**
 * Fills the panel.
 *
 * @param chosen the number of the unit that is chosen, if one is
 */
export function startSave(
  panel: HTMLElement,
  chosen: () => number | undefined,
): void {
  panel.classList.add('save');
  const secrets = document.createElement('input');
  secrets.type = 'checkbox';
  const label = document.createElement('label');
  label.append(secrets, ' with secrets as they are');

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
      `The pcapng file opens in Wireshark${pnpmOfPage && `, and with ${pnpmOfPage} wire FILE`}. The page opens in any browser and needs nothing else: attach it to a bug report. Both show first the unit that you chose. Cookies, passwords, tokens and all else on the list below become asterisks, unless you tick the box.`,
    ),
    secretsInWords(),
  );
}
