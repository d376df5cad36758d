import { expect, test } from '@jest/globals';
import { programs } from '@on-the-wire/proxies/programs.ts';
import { SavedRun } from '@on-the-wire/viewer/saved/saved.ts';
import { readPcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { findLessons } from '../../harness/lessons.ts';
import { findRecording } from '../recording.ts';

const all = findLessons().flatMap((lesson) =>
  Object.values(programs)
    .filter(({ upstreamTls }) => upstreamTls || !lesson.manifest.tls)
    .map((program) => [lesson.name, program.name, lesson, program] as const),
);

test.each(all)(
  '%s behind %s is recorded on both sides',
  (_name, proxy, lesson, { title }) => {
    const { file, madeWith } = findRecording(lesson, proxy)!;
    expect(file.length).toBeLessThan(12_000); // each is in every clone
    expect(madeWith).toMatch(
      new RegExp(`^${title} \\d[\\d.]+ \\(\\w+\\), on \\d{4}-\\d\\d-\\d\\d$`),
    );
    const { lines } = new SavedRun(readPcapng(file));
    const links = new Set(lines.map(({ link }) => link?.split('-')[0]));
    expect(links).toEqual(new Set(['browser', proxy]));
  },
);
