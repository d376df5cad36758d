/**
 * The panel that breaks the network: what can be broken, a sentence on each,
 * and what is broken now.
 */
import type { FaultKindMessage } from '../server/faults-message.ts';
import { button, paragraph, part } from './parts.ts';
import type { FaultSetter } from './set-faults.ts';

/**
 * Fills the panel, and keeps its button honest: it says how much is broken,
 * also while the panel is put away.
 */
export function startFaults(
  panel: HTMLElement,
  opener: HTMLElement,
  faults: FaultSetter,
): void {
  panel.classList.add('faults');
  const error = paragraph('');
  error.role = 'alert';
  error.className = 'problem';
  const now = document.createElement('ul');
  now.ariaLabel = 'What is broken now';
  const quick = document.createElement('div');
  quick.className = 'quick';
  const list = document.createElement('div');
  list.className = 'kinds';
  panel.append(quick, error, now, list);

  /** Where what is set from here on is injected. */
  const where = document.createElement('select');
  where.ariaLabel = 'Where it is broken';
  where.dataset['control'] = 'where';
  where.append(new Option('everywhere', ''));
  where.hidden = true;
  const at = () => (where.value === '' ? '' : `@${where.value}`);
  const isHere = ({ link = '' }: { link?: string }) => link === where.value;
  const texts = () => faults.known.now.map(({ text }) => text);
  /** All that applies, without faults of one name at the same place. */
  const without = (names: ReadonlySet<string>) =>
    faults.known.now
      .filter((fault) => !(names.has(fault.name) && isHere(fault)))
      .map(({ text }) => text);

  function show(): void {
    error.textContent = faults.error;
    if (faults.known.kinds.length === 0) return;
    const { known } = faults;
    const count = known.now.length;
    opener.textContent =
      count === 0
        ? 'Break it'
        : `Broken: ${count} ${count === 1 ? 'fault' : 'faults'}`;
    opener.toggleAttribute('data-broken', count > 0);
    if (quick.childElementCount === 0) fill();
    for (const [name, toggle] of presetButtons) {
      const preset = known.presets.find((each) => each.name === name)!;
      const all = preset.faults.every((fault) =>
        texts().includes(`${fault}${at()}`),
      );
      toggle.ariaPressed = String(all);
    }
    mend.disabled = count === 0;
    now.replaceChildren(
      ...known.now.map(({ text, sentence }) => {
        const item = document.createElement('li');
        const stop = button('Mend');
        stop.ariaLabel = `Mend ${text}`;
        stop.addEventListener('click', () =>
          faults.set(texts().filter((each) => each !== text)),
        );
        item.append(part('text', text), part('sentence', sentence), stop);
        return item;
      }),
    );
    now.hidden = count === 0;
  }

  const presetButtons = new Map<string, HTMLButtonElement>();
  const mend = button('Mend all');
  mend.dataset['control'] = 'mend';

  function fill(): void {
    const { known } = faults;
    for (const name of known.links) where.append(new Option(name));
    where.hidden = known.links.length === 0;
    where.addEventListener('change', show);
    quick.append(where);
    for (const { name, title, sentence, faults: parts } of known.presets) {
      const toggle = button(title);
      toggle.className = 'preset';
      toggle.dataset['control'] = `preset:${name}`;
      toggle.title = sentence;
      toggle.addEventListener('click', () => {
        const others = without(
          new Set(parts.map((text) => text.split('=')[0]!)),
        );
        const on = toggle.ariaPressed === 'true';
        const added = on ? [] : parts.map((text) => `${text}${at()}`);
        void faults.set([...others, ...added]);
      });
      presetButtons.set(name, toggle);
      quick.append(toggle);
    }
    const reset = button('Cut now');
    reset.dataset['control'] = 'cut';
    reset.title = 'Resets all connections at once (RST)';
    reset.addEventListener('click', () => faults.cut('rst'));
    const close = button('Close now');
    close.dataset['control'] = 'close';
    close.title = 'Closes all connections (FIN)';
    close.addEventListener('click', () => faults.cut('fin'));
    mend.addEventListener('click', () => faults.set([]));
    quick.append(reset, close, mend);
    list.append(
      ...known.kinds.map((kind) =>
        makeKind(kind, (text) =>
          faults.set([...without(new Set([kind.name])), `${text}${at()}`]),
        ),
      ),
    );
  }

  faults.onResponse(show);
  void faults.refresh();
  // Another tab may have changed them meanwhile.
  opener.addEventListener('click', () => {
    if (!panel.hidden) void faults.refresh();
  });
}

/** One kind of fault: its sentence, its numbers, and a button that sets it. */
function makeKind(
  { name, sentence, directed, alternatives, parameters }: FaultKindMessage,
  set: (text: string) => void,
): HTMLElement {
  const form = document.createElement('form');
  form.ariaLabel = name;
  const words = part('sentence', sentence);
  const values = document.createElement('span');
  values.className = 'values';

  const direction = document.createElement('select');
  direction.ariaLabel = `Direction of ${name}`;
  for (const [value, text] of [
    ['', 'as usual'],
    ['up:', 'to the server'],
    ['down:', 'from the server'],
  ] as const)
    direction.append(new Option(text, value));
  if (directed) values.append(direction);

  const which = document.createElement('select');
  which.ariaLabel = `What decides when ${name} is injected`;
  const inputs = parameters.map(({ label, meaning, usual }) => {
    const field = document.createElement('label');
    const input = document.createElement('input');
    input.value = usual;
    input.size = 8;
    input.spellcheck = false;
    field.append(part('name', meaning), input);
    return { label, field, input };
  });
  if (alternatives) {
    for (const [index, { meaning }] of parameters.entries())
      which.append(new Option(meaning, String(index)));
    const showChosen = () => {
      for (const [index, { field }] of inputs.entries())
        field.hidden = String(index) !== which.value;
    };
    which.addEventListener('change', showChosen);
    showChosen();
    values.append(which);
  }
  values.append(...inputs.map(({ field }) => field));

  const submit = button('Break');
  submit.type = 'submit';
  submit.ariaLabel = `Break with ${name}`;
  submit.dataset['control'] = `fault:${name}`;
  form.append(part('name', name), words, values, submit);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const numbers = inputs
      .filter(({ field }) => !field.hidden)
      .map(({ label, input }) => `${label}:${input.value.trim()}`)
      .join(',');
    set(`${direction.value}${name}${numbers && `=${numbers}`}`);
  });
  return form;
}
