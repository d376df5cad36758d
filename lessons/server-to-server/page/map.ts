/**
 * The map: each process, whom it calls, and how often. It knows what the
 * processes say about themselves, and nothing of what is on the wire.
 */

/** What `/status` of a process says; undefined if there was no response. */
export type Status = Record<string, number | boolean | string> | undefined;

const count = (value: unknown) => Number(value ?? 0).toLocaleString('en');

/** The links of each process: whom it calls, and what is counted there. */
const processes: Record<string, Record<string, (s: object) => string>> = {
  gateway: linksOfGateway(),
  gateway2: linksOfGateway(),
  station: {
    broker: ({ updates }: any) => `${count(updates)} updates`,
    loudspeaker: ({ spoken }: any) => `${count(spoken)} spoken`,
  },
  broker: {
    gateways: ({ connected }: any) => `${count(connected)} connected`,
  },
  operators: {
    'station (requests)': ({ requests, connections }: any) =>
      `${count(requests)} over ${count(connections)}`,
    'station (waiting)': ({ waiting }: any) => `${count(waiting)} messages`,
    'retries left': ({ retriesLeft }: any) =>
      count(Math.floor(Number(retriesLeft ?? 0))),
  },
};

function linksOfGateway(): Record<string, (s: object) => string> {
  return {
    'station, operators': ({ requests, connections }: any) =>
      `${count(requests)} over ${count(connections)}`,
    failures: ({ failures }: any) => count(failures),
    broker: ({ connected, taken }: any) =>
      connected ? `${count(taken)} updates` : 'not connected',
    'gaps filled': ({ gaps }: any) => count(gaps),
    'messages ignored': ({ ignored }: any) => count(ignored),
  };
}

/** Draws the map; the function it returns shows the newest status. */
export function drawMap(map: HTMLElement) {
  const boxes = Object.entries(processes).map(([name, links]) => {
    const box = document.createElement('section');
    const title = document.createElement('h3');
    const says = make('span', 'connecting');
    says.className = 'says';
    title.append(make('span', name), says);
    const list = document.createElement('ul');
    const lines = Object.entries(links).map(([to, tell]) => {
      const value = make('span', '–');
      const line = document.createElement('li');
      line.append(make('span', `→ ${to}`), value);
      list.append(line);
      return { tell, value, line };
    });
    box.append(title, list);
    map.append(box);
    return { name, box, says, lines };
  });

  return (name: string, status: Status) => {
    const { box, says, lines } = boxes.find((each) => each.name === name)!;
    box.toggleAttribute('data-gone', status === undefined);
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
