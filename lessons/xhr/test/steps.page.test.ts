import { playSteps } from '@on-the-wire/course/conditions/test/play-steps.ts';

playSteps('xhr');
playSteps('xhr', { trip: 'uploads' });
