/** The WebSocket. To the page it is like any other. */
import { say } from './origins.ts';

let socket: WebSocket | undefined;

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
    const where = stream
      ? `Open: it is stream ${stream}.`
      : 'Open: it has a connection of its own, over HTTP/1.1.';
    say('socket', kind === 'hello' ? where : message);
  };
  own.onclose = ({ code }) => {
    if (own !== socket) return;
    submit.disabled = true;
    say('socket', `Closed: ${code}. It reconnects in a few seconds.`);
    setTimeout(() => own === socket && open(), 1_000 + Math.random() * 4_000);
  };
}
