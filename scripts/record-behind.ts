/**
 * Records each lesson behind each proxy that is installed, for readers who have
 * none. `pnpm exec node scripts/record-behind.ts`
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { chooseProxy } from '@on-the-wire/course/behind/choice.ts';
import { recordBehind } from '@on-the-wire/course/behind/record.ts';
import { recordingFile } from '@on-the-wire/course/behind/recording.ts';
import { findLesson } from '@on-the-wire/course/harness/lessons.ts';
import { programs } from '@on-the-wire/proxies/programs.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';

/** What is requested of each. */
const paths = {
  xhr: ['/board', '/lines?after='],
  sse: ['/events'],
  websocket: ['ws:/track?after='],
  http2: ['/board', '/events'],
  'server-to-server': ['/status', '/events'],
};

for (const [name, requested] of Object.entries(paths)) {
  const lesson = findLesson(name);
  for (const proxy of Object.keys(programs)) {
    try {
      const { installed } = chooseProxy(lesson, proxy);
      if (!installed) continue;
      const bytes = await recordBehind(lesson, installed, requested);
      const file = recordingFile(lesson, proxy);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
      process.stdout.write(`${file}: ${bytes.length} bytes\n`);
    } catch (error) {
      // Such as http2 behind Varnish.
      if (!(error instanceof UsageError)) throw error;
      process.stdout.write(`${name} behind ${proxy}: ${error.message}\n`);
    }
  }
}
