/** Writes a recording to a file: in a process that then gives its memory back. */
import { writeFileSync } from 'node:fs';
import { recordingOfRequests } from './recording.ts';

const [path = '', requests] = process.argv.slice(2);
writeFileSync(path, recordingOfRequests(Number(requests)));
