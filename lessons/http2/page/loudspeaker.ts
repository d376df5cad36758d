/** The WebSocket. To the page it is like any other. */
import { say } from './origins.ts';

let socket: WebSocket | undefined;
let hasBeenOpen = false;

export function startLoudspeaker() {
  const form = document.forms.namedItem('speak')!;
  form.onsubmit = (event) => {
    event.preventDefault();
    const field = form.elements.namedItem('text') as HTMLInputElement;
    socket?.send(field.value);
    field.value = '';
  };
  open();
}

/** Opens another one: the handshake alone carries the cookie. */
export function openAgain() {
  socket?.close();
  open();
}

function open() {
  const own = new WebSocket(`wss://${location.host}/loudspeaker`);
  const submit = document.forms.namedItem('speak')!.querySelector('button')!;
  socket = own;
  own.onmessage = ({ data }) => {
    const { kind, stream, message } = JSON.parse(data);
    submit.disabled = false;
    hasBeenOpen = true;
    say('socket', kind === 'hello' ? `Open: it is stream ${stream}.` : message);
  };
  own.onclose = ({ code }) => {
    if (own !== socket) return;
    submit.disabled = true;
    if (!hasBeenOpen)
      return say('socket', 'This server accepts it only over HTTP/2.');
    say('socket', `Closed: ${code}. It reconnects in a few seconds.`);
    setTimeout(() => own === socket && open(), 1_000 + Math.random() * 4_000);
  };
}
