/**
 * One word for one thing, and the one that the standards use: what people read
 * has none of the words that stand for them elsewhere. A rule is a word with
 * what to say instead; where the same word means something else, the rule says
 * so (`unless`), or an exception names the file, the phrase and the reason.
 */
import type { Finding } from './finding.ts';
import { lineAt, textsOf, type Text } from './texts.ts';
import { filesOf, textOf } from './tree.ts';
import { exceptions, type WordException } from './words-exceptions.ts';

/** A word, and what to say instead. */
interface WordRule {
  found: RegExp;
  say: string;
  /** The same word in another meaning: what covers it is left alone. */
  unless?: RegExp;
}

const connection = 'connection; a line is one of text, or of the wire’s list';

const rules: WordRule[] = [
  {
    found: /\b(?:un)?answer(?:s|ed|ing|able|er)?\b/gi,
    say: 'response, respond; an answer is what a learner writes for an exercise',
    unless:
      /\b(?:right|wrong|saved|exercise's|exercise’s|learner's|learner’s|your|own) (?:\w+ )?answers?\b|\banswers? (?:to|for|of) (?:an?|the|this|each|every|his|your) (?:exercise|learner)s?\b/gi,
  },
  {
    found: /\bquestion(?:s|ed|ing)?\b/gi,
    say: 'request; or what is asked',
    unless:
      /\bquestion marks?\b|\bout of the question\b|\bquestions (?:at the end|that people ask)\b/gi,
  },
  {
    found: /\b[Hh]eads?\b/g,
    say: 'headers, header section (fields); start line and headers (with the request or status line)',
    unless:
      /\bhead[- ]of\b|\b(?:table|row|column)(?:'s|’s)? head\b|<\/?head>/gi,
  },
  {
    found:
      /\b(?:by|draws?|drawing|drawn|cast|without the|the|those|these) lots?\b/gi,
    say: 'at random, a random delay (jitter)',
    unless: /\bthe lot of\b/gi,
  },
  { found: /\bgoodbyes?\b/gi, say: 'close, GOAWAY' },
  {
    found: /\b(?:torn|tears?|tearing|tore) (?:\w+ )?(?:down|off)\b/gi,
    say: 'close, abort, reset or cancel, as the standard of the layer has it',
  },
  {
    found:
      /\b(?:im)?patience\b|\bimpatient\b|\b(?:im)?patiently\b|\b(?:is|are|be|more|less|so|how) patient\b/gi,
    say: 'timeout',
  },
  {
    found: /\b(?:strangers?|neighbou?r(?:s|ing)?)\b/gi,
    say: 'another origin, a cross-origin page, another site',
  },
  {
    found: /\b(?:comes?|came|coming) back\b/gi,
    say: 'reconnect, resume; what a request brings arrives',
    unless:
      /\b(?:responses?|what|nothing|something|anything|headers?|body|bodies|bytes|copy|copies|values?|packets?|board) (?:that |then |never |always )?(?:comes?|came|coming) back\b/gi,
  },
  { found: /\bsigns? of life\b/gi, say: 'heartbeat' },
  {
    found: /\bask(?:s|ed|ing)? (?:again|anew)\b/gi,
    say: 'poll; retry; send the request again',
  },
  { found: /\bwhole time\b/gi, say: 'deadline' },
  {
    found:
      /\b(?:bad|slow|slower|cut|dead|busy|lossy|weak|broken|idle|quiet|silent|phone|telephone) lines?\b/gi,
    say: connection,
  },
  {
    found:
      /\b(?:the|its|your|his|their|each|every|one|same|this|that|whole|own) line (?:is |was |has |that (?:is|was) |will be |gets |got |goes |went |being )?(?:cut|bad|slow|dead|lost|down|idle|quiet|silent|busy|broken|broke|stalls?|stalled|loses|hangs?)\b|\b(?:when|where|if|until|after|while|before) the line (?:breaks?|drops?)\b/gi,
    say: connection,
  },
  {
    found:
      /\b(?:cut|cuts|cutting|drop|drops|close|closes|hold|holds) (?:the|its|your|each|every|one|this|that) line\b|\b(?:over|by|down|through) (?:one|the|a|the same|another)(?: (?:short|long|longer|fast|good|open))? line(?= (?:to|between|with|from)\b|[.,;:?!)]|$)|\bon (?:the line(?=[.,;:?!)]|$)|(?:one|the|a|the same|another) (?:short|long|longer|fast|good|open) line\b)/gi,
    say: connection,
  },
  {
    found:
      /(?<=^|[.!?:;] |\n)Whoever \w+ [^.?!]*[.!](?=\s|$)|(?<=^|[.!?:;] |\n)who (?!else\b)\w+ [^.?!,:;]*?(?<!\b(?:that|which|who|what|whom|it|one|there|he|she|we|you|they|and|or|to)) (?:has|is|gets|must|needs|waits|does|sees|can|finds|will|goes|knows|names|hears|takes|pays|may|keeps|learns|lets|loses|leaves|comes|understands|hammers)\b[^.?!]*[.!](?=\s|$)/gim,
    say: 'If you …: “Who does X has Y” is no plain English',
  },
  {
    found:
      /\beach (?:second|minute|hour|(?:[\d.,]+|two|three|five|ten|few) (?:ms|s|seconds?|minutes?|milliseconds?))\b(?!-)/gi,
    say: 'every second, every 300 ms',
  },
  {
    found: /\bby (?:plain )?(?:HTTP(?:\/[\d.]+)?|TLS|TCP|QUIC)(?![\w-])/g,
    say: 'over HTTP',
  },
  {
    found:
      /\b(?:lest|anew|amiss|be it|hence|thereof|whereof|beneath|whence|thence|ere)\b/gi,
    say: 'a word of today: so that … not, again, wrong, whether, so, below',
  },
];

/** What is looked at: what people read, not what was made or copied. */
const looked = /^(?!findings\/|lessons\/GLOSSARY\.md).*\.(?:md|html|ts|cjs)$/;

/** Looks at each text, page, comment and string with a blank in it. */
export async function checkWords(
  root: string,
  allowed: WordException[] = exceptions,
): Promise<Finding[]> {
  const files = (await filesOf(root)).filter((file) => looked.test(file));
  const findings = await Promise.all(
    files.map(async (file) => {
      const source = (await textOf(root, file)) ?? '';
      const here = allowed.filter((exception) => exception.files.test(file));
      return textsOf(file, source).flatMap((text) =>
        isSaid(text, file) ? checkText(file, text, here) : [],
      );
    }),
  );
  return findings.flat();
}

/** A title may play; a string without a blank is a name or a value. */
function isSaid({ kind, words }: Text, file: string): boolean {
  if (kind === 'title') return false;
  // What tests send and expect is told by what they test.
  if (kind === 'string') return !/(^|\/)test\//.test(file) && / /.test(words);
  return true;
}

function checkText(file: string, text: Text, here: WordException[]): Finding[] {
  return rules.flatMap(({ found, say, unless }) => {
    const free = [
      ...(unless ? text.words.matchAll(unless) : []),
      ...here.flatMap(({ words }) => [...text.words.matchAll(words)]),
    ].map(({ index, 0: { length } }) => [index, index + length] as const);
    return [...text.words.matchAll(found)]
      .filter(
        ({ index, 0: { length } }) =>
          // Part of a path, a selector or a name is code.
          !/[./#_@$]/.test(text.words[index - 1] ?? '') &&
          !free.some(([from, to]) => from <= index && index + length <= to),
      )
      .map(({ index, 0: words }) => ({
        file,
        line: lineAt(text, index),
        found: around(text.words, index, words.length),
        expected: say,
        remedy: 'Write the sentence as the standards would.',
      }));
  });
}

/** A word with what stands beside it, on one line. */
function around(words: string, index: number, length: number): string {
  const before = words.slice(0, index).replaceAll(/\s+/g, ' ').slice(-40);
  const after = words.slice(index + length).replaceAll(/\s+/g, ' ');
  const word = words.slice(index, index + length).replaceAll(/\s+/g, ' ');
  return `${before}[${word}]${after.slice(0, 40)}`.trim();
}
