#!/usr/bin/env node
/**
 * The verb `exercise`, as a program of this package and not as a script of
 * package.json: pnpm runs either by its name, but below a script whose exit code
 * is not 0 it writes `[ELIFECYCLE] Command failed with exit code 1`. A verdict
 * "not yet" has that code, is no failure of the command, and is the last line.
 */
'use strict';
process.argv.splice(2, 0, 'exercise');
require('../../../scripts/verb.cjs');
