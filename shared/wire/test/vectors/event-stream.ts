import { eventStreamDecoder } from '../../event-stream/decoder.ts';
import { oneWay } from '../cuts.ts';
import { vectors } from './vector.ts';

/** HTML, 9.2.6, its examples first. */
export const eventStreamVectors = vectors(
  oneWay(eventStreamDecoder),
  String.raw`
an event with three lines of data
← "data: YHOO\ndata: +2\ndata: 10\n\n"
  down 0+30 [event] event: 30 bytes, 10 of data

a comment, an id, an emptied id, a space that is data
← ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
  down 0+15 [comment] comment “test stream”: 15 bytes, unseen by the page
  down 15+25 [event] event 1: 25 bytes, 11 of data
  down 40+22 [event] event: 22 bytes, 12 of data
  down 62+20 [event] event: 20 bytes, 12 of data

an event without its blank line is not dispatched
← "data: first event\nid: 1\n\ndata:  third event"
  down 0+25 [event] event 1: 25 bytes, 11 of data
  down 25+18 [no event] unfinished event: 18 bytes, discarded: the stream ended before a blank line

lines without a colon
← "data\n\ndata\ndata\n\ndata:"
  down 0+6 [event] event: 6 bytes, 0 of data
  down 6+11 [event] event: 11 bytes, 1 of data
  down 17+5 [no event] unfinished event: 5 bytes, discarded: the stream ended before a blank line

one space after the colon
← "data:test\n\ndata: test\n\n"
  down 0+11 [event] event: 11 bytes, 4 of data
  down 11+12 [event] event: 12 bytes, 4 of data

a byte order mark
← "\ufeffdata: x\n\n\ufeffdata: y\n\n"
  down 0+12 [event] event: 12 bytes, 1 of data
  down 12+12 [no event] no field: 12 bytes, no data, so no event; 1 line ignored: “\ufeffdata” is no field

lines that end with CR LF
← "id: 7⏎data: x⏎⏎data: y⏎⏎"
  down 0+18 [event] event 7: 18 bytes, 1 of data
  down 18+11 [event] event: 11 bytes, 1 of data

lines that end with CR
← "data: x\rid: 7\r\rdata: y\r\r"
  down 0+15 [event] event 7: 15 bytes, 1 of data
  down 15+9 [event] event: 9 bytes, 1 of data

all line ends mixed
← "data: a\ndata: b⏎data: c⏎\rdata: d\r⏎data: e\n\n"
  down 0+27 [event] event: 27 bytes, 5 of data
  down 27+9 [event] event: 9 bytes, 1 of data
  down 36+10 [event] event: 10 bytes, 1 of data

an id with U+0000
← "id: 1\ndata: a\n\nid: 2\u0000\ndata: b\n\n"
  down 0+15 [event] event 1: 15 bytes, 1 of data
  down 15+16 [event] event: 16 bytes, 1 of data

retry
← "retry: 3000\n\nretry: 3s\n\n"
  down 0+13 [no event] retry after 3000 ms: 13 bytes, no data, so no event
  down 13+11 [no event] blank line: 11 bytes, no data, so no event

a field that nobody knows
← "data : x\nDATA: y\n\n"
  down 0+18 [no event] no field: 18 bytes, no data, so no event; 2 lines ignored: “data ” is no field

lines that forgot data:
← "{\"track\":7}\n\nDATA: z\ndata: x\n\n"
  down 0+13 [no event] no field: 13 bytes, no data, so no event; 1 line ignored: “{"track"” is no field
  down 13+17 [event] event: 17 bytes, 1 of data; 1 line ignored: “DATA” is no field

types
← "event: update\ndata: 1\n\nevent\ndata: 2\n\n"
  down 0+23 [event] event, update: 23 bytes, 1 of data
  down 23+15 [event] event: 15 bytes, 1 of data

comments between and within
← ":\n:hb\ndata: a\n:within\ndata: b\n\n"
  down 0+2 [comment] comment: 2 bytes, unseen by the page
  down 2+4 [comment] comment “hb”: 4 bytes, unseen by the page
  down 6+25 [event] event: 25 bytes, 3 of data

blank lines
← "\n\ndata: a\n\n\n"
  down 0+1 [no event] blank line: 1 byte, no data, so no event
  down 1+1 [no event] blank line: 1 byte, no data, so no event
  down 2+9 [event] event: 9 bytes, 1 of data
  down 11+1 [no event] blank line: 1 byte, no data, so no event

text that is not ASCII
← "data: Zürich → Genève 🚆\n\n"
  down 0+32 [event] event: 32 bytes, 24 of data

hostile text
← "id: \u001b[2J\u202e\nevent: <b>&\ndata: x\n\n"
  down 0+33 [event] event \u001b[2J\u202e, <b>&: 33 bytes, 1 of data`,
);
