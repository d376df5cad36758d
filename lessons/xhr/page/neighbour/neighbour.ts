/** The page of the neighbouring station: it asks a server of another origin. */
const element = (id: string) => document.getElementById(id)!;
const station = new URLSearchParams(location.search).get('station') ?? '';

element('read').onclick = () => ask('/board');
element('read-map').onclick = () => ask('/map');

// A form may be sent anywhere, and so may a request like a form's: it goes out
// without a question. The answer is withheld, but its cookie is set.
element('sign-in').onclick = () => ask('/sign-in', { method: 'POST' });

// PUT, and JSON, no form can send: the browser asks first, by OPTIONS.
element('report').onclick = async () => {
  const board = await (await fetch(`${station}/board`)).json();
  const { train } = board.data.departures.find(
    ({ status }: { status: string }) => status === 'scheduled',
  );
  await ask('/delays', {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ train, minutes: 5 }),
  });
};

/** Asks with the cookies of the station, and shows what this page is told. */
async function ask(path: string, init: RequestInit = {}) {
  const said = `${init.method ?? 'GET'} ${path}`;
  try {
    const url = station + path;
    const answer = await fetch(url, { ...init, credentials: 'include' });
    const text = (await answer.text()).slice(0, 80);
    element('answer').textContent = `${said} → ${answer.status} ${text}`;
  } catch (error) {
    element('answer').textContent = `${said} → ${error}`;
  }
}
