import { eventStreamVectors } from './event-stream.ts';
import { http1ProblemVectors } from './http1-problems.ts';
import { http1Vectors } from './http1.ts';
import { http2ProblemVectors } from './http2-problems.ts';
import { http2Vectors } from './http2.ts';
import { mqttVectors } from './mqtt.ts';
import { deflateVectors } from './permessage-deflate.ts';
import { connectionVectors, tcpVectors } from './tcp.ts';
import { tlsVectors } from './tls.ts';
import type { Vector } from './vector.ts';
import { webSocketVectors } from './websocket.ts';

export const VECTORS: Record<string, Vector[]> = {
  'event stream': eventStreamVectors,
  WebSocket: webSocketVectors,
  'permessage-deflate': deflateVectors,
  'HTTP/1.1': http1Vectors,
  'HTTP/1.1, problems': http1ProblemVectors,
  'HTTP/2': http2Vectors,
  'HTTP/2, problems': http2ProblemVectors,
  MQTT: mqttVectors,
  'plain TCP': tcpVectors,
  detection: connectionVectors,
  'TLS in the wrong place': tlsVectors,
};
