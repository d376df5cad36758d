/**
 * A card for each process: what it says about itself in `/status`. The page
 * knows no more of it: what is on the wire between them, it cannot see.
 */

/** What `/status` of a process says; undefined if there was no response. */
export type Status = Record<string, number | boolean | string> | undefined;

const count = (value: unknown) => Number(value ?? 0).toLocaleString('en');
const plural = (value: unknown, noun: string) =>
  `${count(value)} ${noun}${Number(value) === 1 ? '' : 's'}`;

/** How many requests went out, and how many connections that took. */
const reuse = ({ requests, connections }: any) =>
  `${plural(requests, 'request')} over ${plural(connections, 'connection')}`;

const gateway = {
  '→ station, operators': reuse,
  failures: ({ failures }: any) => count(failures),
  '→ broker': ({ connected }: any) =>
    connected ? 'connected' : 'not connected',
  'gaps filled': ({ gaps }: any) => count(gaps),
  'messages ignored': ({ ignored }: any) => count(ignored),
};

/** The lines of each card; an arrow stands before whom it calls. */
const processes: Record<string, Record<string, (s: object) => string>> = {
  operators: {
    '→ station': reuse,
    '→ feed': ({ written }: any) => `${plural(written, 'text')} written`,
    waiting: ({ waiting }: any) => plural(waiting, 'message'),
    'retries left': ({ retriesLeft }: any) =>
      count(Math.floor(Number(retriesLeft ?? 0))),
  },
  station: {
    loudspeaker: ({ spoken }: any) => `${count(spoken)} spoken`,
  },
  gateway,
  gateway2: gateway,
  broker: {
    gateways: ({ connected }: any) => `${count(connected)} connected`,
  },
};

/** Draws them; the function it returns shows the newest status. */
export function drawCards(container: HTMLElement) {
  const cards = Object.entries(processes).map(([name, tells]) => {
    const card = document.createElement('section');
    const title = document.createElement('h3');
    const says = make('span', 'connecting');
    says.className = 'says';
    title.append(make('span', name), says);
    const list = document.createElement('ul');
    const lines = Object.entries(tells).map(([label, tell]) => {
      const value = make('span', '–');
      // `operators-waiting`, `gateway2-gaps-filled`
      value.id = `${name}-${label.match(/\w+/g)!.join('-')}`;
      const line = document.createElement('li');
      line.append(make('span', label), value);
      list.append(line);
      return { tell, value, line };
    });
    card.append(title, list);
    container.append(card);
    return { name, card, says, lines };
  });

  return (name: string, status: Status) => {
    const { card, says, lines } = cards.find((each) => each.name === name)!;
    card.toggleAttribute('data-gone', status === undefined);
    says.textContent = status ? 'responds' : 'no response';
    if (!status) return;
    for (const { tell, value, line } of lines) {
      const text = tell(status);
      line.toggleAttribute('data-lively', text !== value.textContent);
      value.textContent = text;
    }
  };
}

function make(tag: string, text: string) {
  return Object.assign(document.createElement(tag), { textContent: text });
}
