/** The timeouts of load balancers, CDNs and platforms, as a table. */
import {
  elsewhere,
  limits,
  type Elsewhere,
} from '@on-the-wire/compare/proxies/elsewhere.ts';
import { escapeHtml } from '@on-the-wire/viewer/server/escape-html.ts';
import { dateInWords } from '../date-in-words.ts';

const kinds = ['Load balancer', 'CDN', 'Platform'] as const;

/** @returns HTML: the groups of rows */
export const elsewhereHtml = (): string =>
  kinds
    .map(
      (kind) =>
        `<tbody><tr><th scope="rowgroup" colspan="4">${kind}s</th></tr>` +
        `${elsewhere
          .filter((each) => each.kind === kind)
          .map(rowHtml)
          .join('')}</tbody>`,
    )
    .join('\n');

function rowHtml({
  name,
  timeouts,
  advice,
  addresses,
  written,
  read,
}: Elsewhere): string {
  const lines = Object.entries(timeouts).map(
    ([kind, value]) =>
      `<li>${escapeHtml(limits[kind as keyof typeof limits])}: <strong>${escapeHtml(value)}</strong></li>`,
  );
  const links = addresses.map(
    (address) =>
      `<li><a href="${escapeHtml(address)}" target="_blank" rel="noopener noreferrer">${escapeHtml(
        new URL(address).hostname,
      )} <span aria-hidden="true">↗</span></a></li>`,
  );
  const when = [
    ...(written ? [`written ${dateInWords(written)}`] : []),
    `read ${dateInWords(read)}`,
  ].join(', ');
  return (
    `<tr><th scope="row">${escapeHtml(name)}</th><td><ul>${lines.join('')}</ul></td>` +
    `<td>${escapeHtml(advice)}</td>` +
    `<td><ul>${links.join('')}</ul><small>${when}</small></td></tr>`
  );
}
