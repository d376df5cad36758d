/** The WebSocket. To the page it is one like any other. */
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

/** Opens another one: the cookie is in the handshake, and never comes again. */
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
    if (!hasBeenOpen) return say('socket', 'Here it needs HTTP/2.');
    say('socket', `Closed: ${code}. Another try in a while.`);
    setTimeout(() => own === socket && open(), 1_000 + Math.random() * 4_000);
  };
}
