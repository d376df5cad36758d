import type { Field } from '../fields.ts';
import { unitsOf, type CapturedConnection } from '../capture.ts';
import { bytesOf, type Unit, describe as fieldsOf } from '../unit.ts';
import { recorded, type Step } from './cuts.ts';
import type { Conversation, Told } from './told-by-tshark.ts';

const values = (fields: Field[], labels: string[]): string[] =>
  fields
    .filter(({ label }) => labels.includes(label))
    .map(({ value }) => value.replaceAll(',', ''));

/** tshark counts the payload of a frame apart. */
function tellWebSocket({ size, payload }: Unit, fields: Field[]): Told {
  const [opcode] = values(fields, ['opcode'])[0]!.split(' ');
  const [final] = values(fields, ['FIN']);
  const mask = values(fields, ['MASK', 'length', 'masking key']);
  const told = [`size ${size - payload}`, final!, opcode!, ...mask];
  return told.map((value) => value.replaceAll(/(?<=^[0-9a-f ]+) /g, ':'));
}

const HTTP2_ERROR_CODES = ['NO_ERROR', 'CANCEL'];

function tellHttp2({ size, kind }: Unit, fields: Field[]): Told {
  if (kind === 'http/2 preface') return [`size ${size}`, 'magic'];
  const [length, type, flags] = values(fields, ['length', 'type', 'flags']);
  const rest = fields.slice(4).filter(({ label, ranges }) => {
    const isPart = ['data', 'header block', 'table size'].includes(label);
    return ranges.length > 0 && (!isPart || kind === 'http/2 PING');
  });
  const isHeaders = kind === 'http/2 HEADERS';
  return [
    `size ${size}`,
    length!,
    type!.split(' ')[0]!,
    flags!.split(' ')[0]!,
    ...values(fields.slice(0, 4), ['stream']),
    ...rest.map(({ label, value }) => {
      if (isHeaders) return `${label}: ${value}`;
      if (kind === 'http/2 SETTINGS') return String(SETTINGS[label]);
      if (label === 'error code')
        return String(HTTP2_ERROR_CODES.indexOf(value) * 8);
      return value.replaceAll(' ', ':').replaceAll(',', '');
    }),
  ];
}

const SETTINGS: Record<string, number> = {
  ENABLE_PUSH: 2,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
};

const MQTT_LABELS = [
  'type',
  'remaining length',
  'DUP',
  'QoS',
  'RETAIN',
  'protocol',
  'level',
  'keep alive',
  'client identifier',
  'will topic',
  'will message',
  'user name',
  'password',
  'session present',
  'return code',
  'topic',
  'topic filter',
  'packet identifier',
  'requested QoS',
  'granted',
  'payload',
];

function tellMqtt(
  { size, ranges: own }: Unit,
  fields: Field[],
  bytes: Uint8Array,
): Told {
  const first = own[0]![0];
  const told = fields
    .filter(({ label }) => MQTT_LABELS.includes(label))
    .map(({ label, value, ranges }) => {
      const isCode = ['type', 'return code', 'keep alive'].includes(label);
      if (isCode) return value.split(' ')[0]!;
      if (label === 'granted')
        return value === 'refused' ? '128' : value.slice(4);
      if (label === 'remaining length') return value.replaceAll(',', '');
      if (label !== 'payload' && label !== 'will message') return value;
      // tshark shows the bytes of a message, without its length.
      const [[start, end]] = ranges as [[number, number]];
      const skip = label === 'payload' ? 0 : 2;
      const from = start - first;
      const payload = bytes.subarray(from + skip, from + end - start);
      return Array.from(payload, (one) =>
        one.toString(16).padStart(2, '0'),
      ).join(':');
    });
  return [`size ${size}`, ...told];
}

/** tshark has a message of HTTP/1.1 as one, headers and body. */
function tellHttp1(unit: Unit, fields: Field[], told: Told[]): void {
  if (unit.kind.endsWith('headers')) {
    const isRequest = unit.kind === 'http/1.1 request headers';
    const labels = isRequest ? ['method', 'target'] : ['status', 'reason'];
    const start = values(fields.slice(0, 3), labels).join(' ');
    const lines = fields
      .slice(3)
      .filter(({ label }) => label !== 'blank line')
      .map(({ label, value }) => `${label}: ${value}`);
    told.push([start, ...lines, 'body 0']);
    return;
  }
  const last = told.at(-1)!;
  const size = Number(last.pop()!.slice('body '.length));
  const isChunk = unit.kind.includes('chunk');
  if (isChunk) last.push(`chunk ${unit.payload}`);
  last.push(`body ${size + (unit.layer === 0 ? unit.payload : 0)}`);
}

/** Both directions of every connection, as our units see them. */
export function byUs(connections: CapturedConnection[]): Conversation {
  const all: Conversation = {};
  for (const connection of connections) {
    const steps = connection.reads.map(({ direction, bytes }): Step => [
      direction,
      bytes,
    ]);
    const whole = recorded(steps);
    for (const unit of unitsOf(connection)) {
      if (unit.layer > 0) continue;
      const bytes = bytesOf(unit, whole[unit.direction]);
      const fields = fieldsOf(unit, bytes);
      const told = (all[`${connection.id} ${unit.direction}`] ??= []);
      if (unit.kind.startsWith('websocket'))
        told.push(tellWebSocket(unit, fields));
      else if (unit.kind.startsWith('http/2'))
        told.push(tellHttp2(unit, fields));
      else if (unit.kind.startsWith('mqtt'))
        told.push(tellMqtt(unit, fields, bytes));
      else tellHttp1(unit, fields, told);
    }
  }
  return all;
}
