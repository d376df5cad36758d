/**
 * What a ticket allows, until when, and how to renew it: a fresh ticket comes
 * by an ordinary request, and goes as a message over the open connection.
 */
import { NotNow, retryAfterMs } from './connection.ts';

const element = (id: string) => document.getElementById(id)!;

/**
 * Gets a ticket.
 *
 * @throws NotNow if the server gives none
 */
export async function getTicket(): Promise<string> {
  const response = await fetch('/ticket', { method: 'POST' });
  if (response.ok) return response.text();
  const why = `POST /ticket: got status code ${response.status}`;
  // Too many or not now: another attempt makes sense. After a no it does not.
  const isLater = response.status === 429 || response.status >= 500;
  const waitMs = retryAfterMs(response.headers.get('Retry-After'));
  throw new NotNow(why, isLater ? waitMs : Infinity);
}

interface Page {
  send(message: object): void;
  /** Says it where a screen reader hears it, too. */
  tell(words: string): void;
}

export function startPermission({ send, tell }: Page) {
  const button = element('renew') as HTMLButtonElement;
  const auto = element('renew-by-itself') as HTMLInputElement;
  let end = Infinity;
  let lasts = 0;
  let timer: ReturnType<typeof setTimeout>;

  // It counts down for the eye. A screen reader is told the end alone.
  function show() {
    clearTimeout(timer);
    const left = end - performance.now();
    button.disabled = end === Infinity;
    let words = 'Nothing expires here.';
    if (left <= 0) words = 'The permission has ended.';
    else if (end < Infinity)
      words = `The permission ends in ${Math.ceil(left / 1_000)} s.`;
    element('permission').textContent = words;
    if (left <= 0) tell('The permission has ended. You can still renew it.');
    else if (end < Infinity) timer = setTimeout(show, left % 1_000 || 1_000);
  }

  // Not at the last moment; and those who came in together, not together.
  let renewal: ReturnType<typeof setTimeout>;
  function planRenewal() {
    clearTimeout(renewal);
    const left = end - performance.now();
    if (!auto.checked || left === Infinity) return;
    const early = lasts * (0.2 + 0.2 * Math.random());
    renewal = setTimeout(renew, Math.max(0, left - early));
  }
  auto.onchange = planRenewal;

  async function renew() {
    try {
      send({ kind: 'renew', ticket: await getTicket() });
    } catch (error) {
      tell(String(error));
    }
  }
  button.onclick = renew;

  function until(when: number) {
    end = when;
    show();
    planRenewal();
  }
  return {
    /** The server has said so. */
    expires(inMs: number) {
      lasts = inMs;
      until(performance.now() + inMs);
    },
    /** The connection that had it is gone. */
    forget: () => until(Infinity),
  };
}
