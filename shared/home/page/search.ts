/** The search: what it finds, and the way there. */
import { own } from '@on-the-wire/viewer/page/elements.ts';
import type { HitMessage, SearchMessage } from '../messages.ts';
import { start } from './lessons.ts';
import { openAt } from './table.ts';

const input = own<HTMLInputElement>('query');
const list = own('hits');
const { pnpm } = document.documentElement.dataset;
const kinds: Record<HitMessage['kind'], string> = {
  term: 'term',
  step: 'tutorial',
  question: 'question',
  exercise: 'exercise',
  fault: 'fault',
  field: 'field on the wire',
  cell: 'cell of the table',
};

/** Listens. The address keeps the query: Back from a lesson leads to it again. */
export function startSearch(): void {
  let pause: ReturnType<typeof setTimeout> | undefined;
  input.value = new URL(location.href).searchParams.get('q') ?? '';
  input.addEventListener('input', () => {
    clearTimeout(pause);
    pause = setTimeout(() => void search(), 150);
  });
  input.form!.addEventListener('submit', (event) => {
    event.preventDefault();
    clearTimeout(pause);
    void search();
  });
  if (input.value) void search();
}

async function search(): Promise<void> {
  const query = input.value.trim();
  const url = new URL(location.href);
  if (query) url.searchParams.set('q', query);
  else url.searchParams.delete('q');
  history.replaceState(history.state, '', url);
  if (!query) return show([], '');
  try {
    const response = await fetch(`/search?q=${encodeURIComponent(query)}`);
    if (!response.ok) throw new Error(await response.text());
    const { hits, nearest } = (await response.json()) as SearchMessage;
    // Something else was typed meanwhile: its own response shows it.
    if (query !== input.value.trim()) return;
    const hint =
      nearest.length > 0 ? ` Did you mean ${nearest.join(', ')}?` : '';
    show(
      hits,
      hits.length === 0
        ? `Nothing says “${query}”.${hint}`
        : `${hits.length} found`,
    );
  } catch (error) {
    if (query !== input.value.trim()) return;
    show([], `The search failed: ${(error as Error).message}`);
  }
}

function show(hits: HitMessage[], words: string): void {
  own('found').textContent = words;
  list.replaceChildren(...hits.map(hitItem));
}

function hitItem({ kind, title, parts, where, to }: HitMessage): HTMLLIElement {
  const item = document.createElement('li');
  const heading = document.createElement('p');
  heading.className = 'hit';
  heading.append(
    element('strong', title),
    ' ',
    element('span', kinds[kind], 'soft'),
  );
  const said = document.createElement('p');
  said.append(
    ...parts.map((part, index) => (index % 2 ? element('mark', part) : part)),
  );
  const way = document.createElement('p');
  way.className = 'begin';
  const button = element('button', where);
  button.type = 'button';
  button.dataset['title'] = to.kind === 'exercise' ? to.id : where;
  button.addEventListener('click', () => {
    if (to.kind === 'cell') openAt(to.row, to.column);
    else if (to.kind === 'exercise') void start(to.id, button);
    else void start(to.name, button, to.hash);
  });
  way.append(button);
  if (to.kind === 'exercise')
    way.append(' ', element('code', `${pnpm} exercise ${to.id}`));
  item.append(heading, said, way);
  return item;
}

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  text: string,
  name = '',
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}
