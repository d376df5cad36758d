/**
 * What the learner types before a verb: `pnpm`, or what works for everybody.
 * The server knows, and writes it at the page's root: '' where there are no verbs.
 */
export const pnpmOfPage =
  document.documentElement.dataset['pnpm'] ?? 'npx -y pnpm';
