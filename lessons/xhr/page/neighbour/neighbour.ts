/** The other station's page: its requests go to a server of another origin. */
const element = (id: string) => document.getElementById(id)!;
const station = location.hash.slice(1); // its origin, as that page knows it

element('read').onclick = () => send('/board');
element('read-map').onclick = () => send('/map');

// A form may be sent to any origin, and so may a request like a form's: it goes
// out without a preflight. Its response is withheld, but the cookie is set.
element('sign-in').onclick = () => send('/sign-in', { method: 'POST' });

// No form can send PUT, or JSON: the browser sends a preflight first.
element('report').onclick = async () => {
  const board = await (await fetch(`${station}/board`)).json();
  const { train } = board.data.departures.find(
    ({ status }: { status: string }) => status === 'scheduled',
  );
  await send('/delays', {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ train, minutes: 5 }),
  });
};

/** Sends it with the station's cookies, and shows what this page gets. */
async function send(path: string, init: RequestInit = {}) {
  const sent = `${init.method ?? 'GET'} ${path}`;
  try {
    const url = station + path;
    const response = await fetch(url, { ...init, credentials: 'include' });
    const text = (await response.text()).slice(0, 80);
    element('result').textContent = `${sent} → ${response.status} ${text}`;
  } catch (error) {
    element('result').textContent = `${sent} → ${error}`;
  }
}
