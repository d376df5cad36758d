import type { PdmlPacket, PdmlProtocol } from './pdml.ts';

/** A unit in words that both sides can say. */
export type Told = string[];

/** All units of one direction of one connection. */
export type Conversation = Record<string, Told[]>;

/** What all fields of this name show. */
export const of = (protocol: PdmlProtocol, name: string): string[] =>
  protocol.fields
    .filter((field) => field.name === name)
    .map(({ show }) => show);

const pick = (protocol: PdmlProtocol, names: string[]): string[] =>
  protocol.fields
    .filter(({ name }) => names.includes(name))
    .map(({ show }) => show);

const tellers: Record<string, (protocol: PdmlProtocol) => Told> = {
  http(protocol) {
    const start = pick(protocol, [
      'http.request.method',
      'http.request.uri',
      'http.response.code',
      'http.response.phrase',
    ]);
    const lines = pick(protocol, ['http.request.line', 'http.response.line']);
    const body = protocol.fields.find(({ name }) => name === 'http.file_data');
    return [
      start.join(' '),
      ...lines.map((line) => line.trim()),
      ...of(protocol, 'http.chunk_size').map((size) => `chunk ${size}`),
      `body ${body?.size ?? 0}`,
    ];
  },
  websocket(protocol) {
    const lengths = pick(protocol, [
      'websocket.payload_length',
      'websocket.payload_length_ext_16',
      'websocket.payload_length_ext_64',
    ]);
    return [
      `size ${protocol.size}`,
      ...pick(protocol, [
        'websocket.fin',
        'websocket.opcode',
        'websocket.mask',
      ]),
      lengths.at(-1)!,
      ...of(protocol, 'websocket.masking_key'),
    ];
  },
  http2(protocol) {
    if (of(protocol, 'http2.magic').length > 0) return ['size 24', 'magic'];
    const names = ['length', 'type', 'flags', 'streamid'];
    const headers = of(protocol, 'http2.header.name').map(
      (name, i) => `${name}: ${of(protocol, 'http2.header.value')[i]}`,
    );
    const others = pick(protocol, [
      'http2.settings.id',
      'http2.window_update.window_size_increment',
      'http2.rst_stream.error',
      'http2.ping',
      'http2.pong',
      'http2.goaway.last_stream_id',
      'http2.goaway.error',
    ]);
    return [
      `size ${protocol.size}`,
      ...pick(
        protocol,
        names.map((name) => `http2.${name}`),
      ),
      ...headers,
      ...others,
    ];
  },
  mqtt(protocol) {
    const names =
      'msgtype len dupflag qos retain protoname ver kalive clientid willtopic willmsg username passwd conack.flags.sp conack.val topic msgid sub.qos suback.reason_code msg'.split(
        ' ',
      );
    const told = pick(
      protocol,
      names.map((name) => `mqtt.${name}`),
    );
    // An empty message is shown as one; here it is not.
    return [`size ${protocol.size}`, ...told.filter(Boolean)];
  },
};

/** Both directions of every connection, as tshark sees them. */
export function byTshark(packets: PdmlPacket[]): Conversation {
  const all: Conversation = {};
  for (const { protocols } of packets) {
    const tcp = protocols.find(({ name }) => name === 'tcp')!;
    const [from, to] = ['tcp.srcport', 'tcp.dstport'].map((name) =>
      Number(of(tcp, name)[0]),
    );
    const direction = from! > to! ? 'up' : 'down';
    const key = `${Math.max(from!, to!) - 49_151} ${direction}`;
    for (const protocol of protocols) {
      const tell = tellers[protocol.name];
      if (tell) (all[key] ??= []).push(tell(protocol));
    }
  }
  return all;
}
