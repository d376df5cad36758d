/**
 * Runs before a lesson that is to run with the learner's files: an import of
 * one of ours gets theirs. INSTEAD_OF holds the URLs of both, as JSON.
 */
import { registerHooks } from 'node:module';

const { INSTEAD_OF = '{}' } = process.env;
const instead = JSON.parse(INSTEAD_OF) as Record<string, string>;

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    return { ...found, url: instead[found.url] ?? found.url };
  },
});
