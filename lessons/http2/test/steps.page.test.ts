import { playSteps } from '@on-the-wire/course/conditions/test/play-steps.ts';

playSteps('http2');
