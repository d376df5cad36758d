/** A comparison as one page that stands alone: plots, tables, how it was made. */
import { escapeHtml } from '@on-the-wire/viewer/server/escape-html.ts';
import { readStyle } from '@on-the-wire/viewer/server/style.ts';
import type { ProxyBetween, Comparison, Network } from '../compare.ts';
import {
  plotArrivals,
  plotBytes,
  plotMemory,
  plotRecoveries,
} from './plots.ts';
import type { Transport } from '../transports/transports.ts';
import {
  figureColumns,
  howItWasMade,
  loadColumns,
  networkInWords,
  notesOnLoads,
} from './table.ts';

/** The page as HTML. It loads nothing, and runs no script. */
export async function pageOfComparison(
  comparison: Comparison,
): Promise<string> {
  const style = await readStyle(
    new URL('page-of-comparison.css', import.meta.url),
  );
  const sections = comparison.networks
    .map((network) => sectionOf(network, comparison))
    .join('\n');
  const made = howItWasMade(comparison)
    .map((line) => `<li>${escapeHtml(line)}</li>`)
    .join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>The same board, every way to talk · On the Wire</title>
<style>${style}</style>
</head>
<body>
<header>
<p class="course">On the Wire</p>
<h1>The same board, every way to talk</h1>
</header>
<main>
${sections}
${loadsOf(comparison)}
${comparison.behind ? betweenOf(comparison.behind) : ''}
<section>
<h2>What the book says</h2>
${bookOf(comparison)}
</section>
<section>
<h2>How it was measured</h2>
<ul>
${made}
</ul>
</section>
</main>
</body>
</html>
`;
}

function betweenOf({ title, lines, left }: ProxyBetween): string {
  return `<section>
<h2>What stood between</h2>
<p>${escapeHtml(title)}, with these lines:</p>
<pre tabindex="0">${escapeHtml(lines)}</pre>
${left.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('\n')}
</section>`;
}

function sectionOf(network: Network, comparison: Comparison): string {
  const title = networkInWords(network, comparison);
  const failures = network.transports
    .flatMap(({ transport, failed }) =>
      failed === undefined
        ? []
        : `<p class="failed">${escapeHtml(transport.title)}, ${transport.over}: not measured. ${escapeHtml(failed)}</p>`,
    )
    .join('\n');
  return `<section>
<h2>${escapeHtml(title)}</h2>
${figure('From the update to the board', 'A dot at the median of all rounds, a line to the time that 99 of 100 updates did not exceed.', plotArrivals(network))}
${figure('Bytes for one update', 'Both directions together. TCP/IP is an estimate, the rest was counted.', plotBytes(network))}
${figure('Until it had recovered', 'Each round is a dot.', plotRecoveries(network))}
${tableOf(network)}
${failures}
</section>`;
}

/** Nothing, where nothing was measured. */
function figure(title: string, about: string, plot: string | undefined) {
  if (plot === undefined) return '';
  return `<figure class="plot">
<figcaption><strong>${escapeHtml(title)}.</strong> ${escapeHtml(about)}</figcaption>
<div class="scroll" tabindex="0" role="group" aria-label="${escapeHtml(title)}, a plot; its numbers are in the table"><div aria-hidden="true">${plot}</div></div>
</figure>`;
}

function tableOf({ transports }: Network): string {
  return table(
    'All figures',
    ['Way', ...figureColumns.map(({ title }) => title)],
    transports.map(({ transport, figures }) => ({
      transport,
      cells: figureColumns.map(({ cell }) => (figures && cell(figures)) ?? ''),
    })),
  );
}

function loadsOf({ loads: all }: Comparison): string {
  if (all.every(({ loads }) => loads.length === 0)) return '';
  const rows = all.flatMap(({ transport, loads }) =>
    loads.map((load) => ({
      transport,
      cells: [
        load.clients.toLocaleString('en'),
        ...loadColumns.map(({ cell }) =>
          'blank' in load ? '' : (cell(load) ?? ''),
        ),
      ],
    })),
  );
  const heads = ['Way', 'clients', ...loadColumns.map(({ title }) => title)];
  const notes = notesOnLoads(all).map((note) => `<p>${escapeHtml(note)}</p>`);
  return `<section>
<h2>Under load</h2>
${figure('Memory of the server', 'For each client that waits, with the largest number of clients.', plotMemory(all))}
${table('Figures under load', heads, rows)}
${notes.join('\n')}
</section>`;
}

function table(
  label: string,
  heads: readonly string[],
  rows: readonly { transport: Transport; cells: readonly string[] }[],
): string {
  const head = heads.map(
    (title) => `<th scope="col">${escapeHtml(title)}</th>`,
  );
  const body = rows.map(({ transport, cells }) => {
    const name = `${escapeHtml(transport.title)} <small>${transport.over}</small>`;
    const rest = cells.map((cell) => `<td>${escapeHtml(cell)}</td>`);
    return `<tr><th scope="row">${name}</th>${rest.join('')}</tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(label)}">
<table>
<thead><tr>${head.join('')}</tr></thead>
<tbody>
${body.join('\n')}
</tbody>
</table>
</div>`;
}

function bookOf({ networks }: Comparison): string {
  const said = (networks[0]?.transports ?? []).flatMap(({ transport }) =>
    transport.book === undefined
      ? []
      : `<dt>${escapeHtml(transport.title)}</dt><dd>${escapeHtml(transport.book)}</dd>`,
  );
  if (said.length === 0) return '<p>It says nothing about these ways.</p>';
  return `<p>Ilya Grigorik, <cite>High Performance Browser Networking</cite>, 2013:</p>
<dl>${said.join('\n')}</dl>`;
}
