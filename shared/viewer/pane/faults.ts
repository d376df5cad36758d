/**
 * The panel that breaks the network: a chip for each fault, and below them the
 * form of the one that was chosen. The chips keep their order, so that a fault
 * is where it was before; the one that was used last is chosen when the panel
 * is opened the next time.
 */
import type {
  FaultKindMessage,
  FaultMessage,
} from '../server/faults-message.ts';
import { recall, remember } from '../page/memory.ts';
import { forHowLong } from './broken-now.ts';
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
  const quick = document.createElement('div');
  quick.className = 'quick';
  const chips = document.createElement('div');
  chips.className = 'chips';
  chips.role = 'tablist';
  chips.ariaLabel = 'Faults';
  const top = document.createElement('div');
  top.className = 'top';
  top.append(quick, chips);
  panel.append(top, error);

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

  const kinds = new Map<string, ReturnType<typeof makeKind>>();
  const presetButtons = new Map<string, HTMLButtonElement>();
  const mend = button('Mend all');
  mend.dataset['control'] = 'mend';

  function show(): void {
    error.textContent = faults.error;
    const { known } = faults;
    if (known.kinds.length === 0) return;
    const count = known.now.length;
    opener.textContent =
      count === 0
        ? 'Break it'
        : `Broken: ${count} ${count === 1 ? 'fault' : 'faults'}`;
    opener.toggleAttribute('data-broken', count > 0);
    if (kinds.size === 0) fill();
    for (const [name, toggle] of presetButtons) {
      const preset = known.presets.find((each) => each.name === name)!;
      const all = preset.faults.every((fault) =>
        texts().includes(`${fault}${at()}`),
      );
      toggle.ariaPressed = String(all);
    }
    mend.disabled = count === 0;
    for (const [name, kind] of kinds)
      kind.show(
        known.now.filter((fault) => fault.name === name),
        known.now.find((fault) => fault.name === name && isHere(fault)),
      );
    showTimes();
  }

  function showTimes(): void {
    if (panel.hidden) return;
    for (const { showTime } of kinds.values())
      showTime(Date.now() + faults.ahead);
  }

  function choose(chosen: string): void {
    for (const [name, { chip, form }] of kinds) {
      chip.ariaSelected = String(name === chosen);
      chip.tabIndex = name === chosen ? 0 : -1;
      form.hidden = name !== chosen;
    }
  }

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

    for (const kind of known.kinds) {
      const { name } = kind;
      const made = makeKind(kind, panel.id, {
        set(text) {
          remember('fault', name);
          void faults.set([...without(new Set([name])), `${text}${at()}`]);
        },
        mend: () => void faults.set(without(new Set([name]))),
      });
      made.chip.addEventListener('click', () => choose(name));
      kinds.set(name, made);
      chips.append(made.chip);
      panel.append(made.form);
    }
    const used = recall<string>('fault') ?? '';
    choose(kinds.has(used) ? used : known.kinds[0]!.name);
  }

  chips.addEventListener('keydown', (event) => {
    const all = [...kinds.values()].map(({ chip }) => chip);
    const now = all.findIndex((chip) => chip.ariaSelected === 'true');
    const to = new Map([
      ['ArrowRight', (now + 1) % all.length],
      ['ArrowLeft', (now + all.length - 1) % all.length],
      ['Home', 0],
      ['End', all.length - 1],
    ]).get(event.key);
    if (to === undefined) return;
    event.preventDefault();
    all[to]!.click();
    all[to]!.focus();
  });

  faults.onChange(show);
  setInterval(showTimes, 1000);
  opener.addEventListener('click', showTimes);
}

/**
 * One kind of fault: its chip, and a form with its numbers, a button that sets
 * it, and beside the button what it does, or what it has done since when.
 */
function makeKind(
  { name, sentence, directed, alternatives, parameters }: FaultKindMessage,
  panel: string,
  { set, mend }: { set(text: string): void; mend(): void },
) {
  const chip = button(name);
  chip.role = 'tab';
  chip.id = `${panel}-chip-${name}`;
  chip.dataset['control'] = `fault-chip:${name}`;
  chip.dataset['reveals'] = `fault:${name}`;

  const holder = document.createElement('div');
  holder.role = 'tabpanel';
  holder.id = `${panel}-form-${name}`;
  holder.setAttribute('aria-labelledby', chip.id);
  chip.setAttribute('aria-controls', holder.id);
  const form = document.createElement('form');
  form.ariaLabel = name;
  holder.append(form);
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
    input.size = 6;
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
    // The choice says what the number means, and no one should read it twice.
    for (const { field } of inputs)
      field.firstElementChild!.classList.add('visually-hidden');
  }
  values.append(...inputs.map(({ field }) => field));

  const submit = button('Break');
  submit.type = 'submit';
  submit.ariaLabel = `Break with ${name}`;
  submit.dataset['control'] = `fault:${name}`;
  const time = part('time', '');
  const words = part('sentence', sentence);
  const stop = button('Mend');
  stop.ariaLabel = `Mend ${name}`;
  stop.addEventListener('click', () => {
    mend();
    submit.focus();
  });
  const about = document.createElement('span');
  about.className = 'about';
  about.append(time, words);
  form.append(values, submit, about, stop);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const numbers = inputs
      .filter(({ field }) => !field.hidden)
      .map(({ label, input }) => `${label}:${input.value.trim()}`)
      .join(',');
    set(`${direction.value}${name}${numbers && `=${numbers}`}`);
  });

  let since: number | undefined;
  return {
    chip,
    form: holder,
    /**
     * @param all the faults of this kind that apply
     * @param here the one that this form would replace
     */
    show([first, ...others]: FaultMessage[], here: FaultMessage | undefined) {
      const shown = here ?? first;
      const numbers = shown ? ` ${shown.numbers}`.trimEnd() : '';
      const more = others.length > 0 ? ` and ${others.length} more` : '';
      chip.textContent = `${name}${numbers}${more}`;
      chip.toggleAttribute('data-broken', first !== undefined);
      form.toggleAttribute('data-broken', here !== undefined);
      words.textContent = here?.sentence ?? sentence;
      stop.hidden = here === undefined;
      time.hidden = here === undefined;
      since = here?.since;
    },
    showTime(now: number) {
      if (since !== undefined)
        time.textContent = `Broken ${forHowLong(now - since)}. `;
    },
  };
}
