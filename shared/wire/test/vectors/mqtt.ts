import { decodeConnection } from '../../connection.ts';
import { mqttDecoder } from '../../mqtt/decoder.ts';
import { vectors } from './vector.ts';

const MQTT = '0004 "MQTT"';

/** OASIS MQTT 3.1.1, chapter 3. */
export const mqttVectors = [
  ...vectors(
    mqttDecoder,
    String.raw`
a session of the simplest kind
→ 10 0d ${MQTT} 04 02 003c 0001 "a"
← 20 02 00 00
→ c0 00
← d0 00
→ e0 00
  up 0+15 [mqtt CONNECT] CONNECT, client “a”, keep alive 60 s: 15 bytes
  down 0+4 [mqtt CONNACK] CONNACK, accepted: 4 bytes
  up 15+2 [mqtt PINGREQ] PINGREQ: 2 bytes
  down 4+2 [mqtt PINGRESP] PINGRESP: 2 bytes
  up 17+2 [mqtt DISCONNECT] DISCONNECT: 2 bytes

will, user name and password
→ 10 1c ${MQTT} 04 ee 0000 0001 "a" 0001 "w" 0002 "by" 0001 "u" 0003 "pwd"
← 20 02 00 05
  up 0+30 [mqtt CONNECT] CONNECT, client “a”, keep alive 0 s: 30 bytes
  down 0+4 [mqtt CONNACK] CONNACK, refused: not authorized: 4 bytes

subscribe and unsubscribe
→ 82 0e 0001 0003 "a/+" 01 0003 "b/#" 00
← 90 04 0001 01 80
→ a2 07 0002 0003 "a/+"
← b0 02 0002
  up 0+16 [mqtt SUBSCRIBE] SUBSCRIBE, id 1, a/+, …: 16 bytes
  down 0+6 [mqtt SUBACK] SUBACK, id 1, QoS 1, …: 6 bytes
  up 16+9 [mqtt UNSUBSCRIBE] UNSUBSCRIBE, id 2, a/+: 9 bytes
  down 6+4 [mqtt UNSUBACK] UNSUBACK, id 2: 4 bytes

messages of all three qualities
→ 30 07 0003 "a/b" "hi"
→ 33 09 0003 "a/b" 0005 "hi"
← 40 02 0005
→ 3a 07 0003 "a/b" 0005
→ 34 09 0003 "a/b" 0006 "hi"
← 50 02 0006
→ 62 02 0006
← 70 02 0006
  up 0+9 [mqtt PUBLISH] PUBLISH, a/b: 9 bytes, 2 of payload
  up 9+11 [mqtt PUBLISH] PUBLISH, a/b, QoS 1, id 5, retained: 11 bytes, 2 of payload
  down 0+4 [mqtt PUBACK] PUBACK, id 5: 4 bytes
  up 20+9 [mqtt PUBLISH] PUBLISH, a/b, QoS 1, id 5, sent again: 9 bytes, 0 of payload
  up 29+11 [mqtt PUBLISH] PUBLISH, a/b, QoS 2, id 6: 11 bytes, 2 of payload
  down 4+4 [mqtt PUBREC] PUBREC, id 6: 4 bytes
  up 40+4 [mqtt PUBREL] PUBREL, id 6: 4 bytes
  down 8+4 [mqtt PUBCOMP] PUBCOMP, id 6: 4 bytes

a length of two bytes, and bytes that are no text
← 30 83 02 0001 "a" ff×256
  down 0+262 [mqtt PUBLISH] PUBLISH, a: 262 bytes, 256 of payload

two packets in one read
← d0 00 d0 00
  down 0+2 [mqtt PINGRESP] PINGRESP: 2 bytes
  down 2+2 [mqtt PINGRESP] PINGRESP: 2 bytes

a type in reserve
→ f0 00 00
  up 0+1 [malformed] expected a packet type from 1 to 14, found 0xf0 (MQTT, 2.2.1) (byte 0) ! expected a packet type from 1 to 14, found 0xf0 (MQTT, 2.2.1)
  up 1+2 [bytes] bytes: 2 bytes, not decoded

a length of five bytes
→ 30 80 80 80 80 01
  up 0+5 [malformed] expected a length of at most 4 bytes, found a fifth (MQTT, 2.2.3) (byte 4) ! expected a length of at most 4 bytes, found a fifth (MQTT, 2.2.3)
  up 5+1 [bytes] bytes: 1 byte, not decoded

flags that are not allowed
→ 80 06 0001 0001 61 00
→ 36 05 0001 61 0001
  up 0+8 [mqtt SUBSCRIBE] SUBSCRIBE, id 1, a: 8 bytes ! expected the flags 2 with this type, found 0 (MQTT, 2.2.2)
  up 8+7 [mqtt PUBLISH] PUBLISH, a, QoS 3, id 1: 7 bytes, 0 of payload ! expected QoS 0, 1 or 2, found 3 (MQTT, 3.3.1.2)

a packet that is too short
→ 30 02 0005
→ 40 01 00
  up 0+4 [mqtt PUBLISH] PUBLISH, : 4 bytes, 0 of payload ! expected more than 2 bytes in this packet (MQTT, 2.2.3)
  up 4+3 [mqtt PUBACK] PUBACK, id 0: 3 bytes ! expected more than 1 byte in this packet (MQTT, 2.2.3)

a packet that is not complete
→ 30 05 0001
  up 0+4 [malformed] expected the rest of a packet, the connection ended (byte 0) ! expected the rest of a packet, the connection ended

MQTT 5
→ 10 0e ${MQTT} 05 02 003c 00 0001 "a"
← 20 03 00 00 00
  up 0+16 [mqtt CONNECT] CONNECT: 16 bytes ! expected protocol level 4 (MQTT 3.1.1), found 5: its packets are not read
  down 0+5 [mqtt CONNACK] CONNACK: 5 bytes`,
  ),
  ...vectors(
    decodeConnection,
    String.raw`
MQTT 3.1, found out by its first bytes
→ 10 0f 0006 "MQIsdp" 03 02 003c 0001 "a"
← 20 02 00 00
  up 0+17 [mqtt CONNECT] CONNECT, client “a”, keep alive 60 s: 17 bytes ! expected protocol level 4 (MQTT 3.1.1), found 3: its packets are read as if it were 4
  down 0+4 [mqtt CONNACK] CONNACK, accepted: 4 bytes`,
  ),
];
