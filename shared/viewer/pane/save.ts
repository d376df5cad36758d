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

/** Whether secrets are saved, too; unless it is pressed they are not. */
function secretsBox(): { label: HTMLElement; box: HTMLInputElement } {
  const box = document.createElement('input');
  box.type = 'checkbox';
  const label = document.createElement('label');
  label.append(box, ' with secrets as they are');
  return { label, box };
}

/**
 * Fills the panel of a run that was saved in the page.
 *
 * @param name what its file is called, without the extension
 */
export function startSaveHar(
  panel: HTMLElement,
  run: { readonly isMasked: boolean; har(secrets: boolean): string },
  name: string,
): void {
  panel.classList.add('save');
  const { label, box } = secretsBox();
  const link = document.createElement('a');
  link.textContent = 'Save as HAR';
  link.href = '#';
  link.download = `${name}.har`;
  let last = '';
  link.addEventListener('click', () => {
    URL.revokeObjectURL(last);
    const file = new Blob([run.har(box.checked)], { type: 'application/json' });
    last = URL.createObjectURL(file);
    link.href = last;
  });
  panel.append(link);
  if (!run.isMasked) panel.append(label);
  panel.append(paragraph(HAR));
  if (!run.isMasked) panel.append(paragraph(ASTERISKS), secretsInWords());
}

const HAR =
  'The HAR file has the requests and responses of HTTP, and WebSocket messages: the network panels of browsers import it.';
const ASTERISKS =
  'Cookies, passwords, tokens and all else on the list below become asterisks, unless you tick the box.';

/**
 * Fills the panel of a live run.
 *
 * @param chosen the number of the unit that is chosen, if one is
 */
export function startSave(
  panel: HTMLElement,
  chosen: () => number | undefined,
): void {
  panel.classList.add('save');
  const { label, box } = secretsBox();

  const link = (text: string, path: string) => {
    const element = document.createElement('a');
    element.textContent = text;
    element.href = path;
    element.download = '';
    // What is saved is decided when it is clicked.
    element.addEventListener('click', () => {
      const query = new URLSearchParams();
      if (box.checked) query.set('secrets', 'yes');
      const n = chosen();
      if (n !== undefined) query.set('unit', String(n));
      element.href = `${path}?${query}`;
    });
    return element;
  };
  panel.append(
    link('Save as pcapng', '/wire/run.pcapng'),
    link('Save as one page', '/wire/run.html'),
    link('Save as HAR', '/wire/run.har'),
    label,
    paragraph(
      `The pcapng file opens in Wireshark${pnpmOfPage && `, and with ${pnpmOfPage} wire FILE`}. The page opens in any browser and needs nothing else: attach it to a bug report. Both show first the unit that you chose. ${HAR} ${ASTERISKS}`,
    ),
    secretsInWords(),
  );
}
