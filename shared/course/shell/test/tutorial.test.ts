import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { readSections } from '../../texts/sections.ts';
import { questionId } from '../../texts/host-anchor.ts';
import { findSideTrips, sideTripPrefix } from '../../texts/side-trips.ts';
import { lessonHtml, renderTutorial } from '../tutorial.ts';

const render = (...lines: string[]) =>
  renderTutorial(lines.join('\n'), { lesson: 'sse', folder: '' });

describe('sections', () => {
  test('a numbered heading is a step with its minutes', () => {
    expect(render('## 3. Take `id` away (5 min)', '', 'Now.')).toContain(
      '<section id="step-3" class="step" aria-labelledby="step-3-title">\n' +
        '<h2 id="step-3-title" tabindex="-1"><span class="number">3</span> ' +
        '<span class="title">Take <code>id</code> away</span> ' +
        '<span class="minutes">5 min</span></h2>\n<p>Now.</p>\n</section>\n',
    );
  });

  test('another heading is a section with its slug', () => {
    expect(render('## When to choose it')).toContain(
      '<section id="when-to-choose-it" class="plain"',
    );
  });

  test('the contents stand between the introduction and the first section', () => {
    const html = render('# T', '', 'Intro.', '', '## 1. A (1 min)', '', '## B');
    expect(html).toContain(
      '<p>Intro.</p>\n<nav class="contents" aria-label="Contents">\n<ol>\n' +
        '<li><a href="#step-1"><span class="number">1</span> ' +
        '<span class="title">A</span> <span class="minutes">1 min</span></a></li>\n' +
        '<li><a href="#b"><span class="title">B</span></a></li>\n' +
        '</ol>\n</nav>\n<section id="step-1"',
    );
  });

  test('no two headings get the same id, and none an id of the shell itself', () => {
    const html = render(
      '## A',
      '',
      '## A',
      '',
      '## Shell state',
      '',
      '## Step 1',
    );
    expect(
      [...html.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id),
    ).toEqual(['a', 'a-1', 'section-shell-state', 'section-step-1']);
  });

  test('conditions become ticks at their places, and nothing else', () => {
    const html = render(
      '## 1. A',
      '',
      '**Predict.** What?',
      '',
      '- [ ] B',
      '',
      '<!-- decides: 1 if cut -->',
      '',
      '**Do.**',
      '',
      '1. Press *a*. <!-- do: cut -->',
      '2. Read. <!-- do: nothing, you read -->',
      '3. Press *b*.',
      '   <!-- do: cut 2 times -->',
      '4. Broken. <!-- do: <b> -->',
      '',
      '**See.** C. <!-- see: cut --> D. <!-- TODO -->',
    );
    const place = '<a class="tick" data-step="step-1" data-action=';
    expect(html).toContain(`Press <em>a</em>. ${place}"0"></a></li>`);
    expect(html).toContain('<li>Read. </li>');
    expect(html).toContain(`${place}"1"></a>`);
    expect(html).toContain('<li>Broken. </li>');
    expect(html).toContain(
      'C. <a class="tick seen" data-step="step-1" data-see="0"></a> D. ',
    );
    expect(html.match(/<a class="tick/g)).toHaveLength(3);
    expect(html).not.toContain('<!--');
    // A text that is no tutorial has no steps.
    const file = renderTutorial(
      '## 1. A\n\n1. B <!-- do: cut -->',
      { lesson: 'sse', folder: '' },
      { sections: false },
    );
    expect(file).not.toContain('tick');
  });

  test('how to start is left out, as it has been done', () => {
    const text = [
      '# T',
      '',
      '**Start it.** Type this.',
      '',
      '**Start.** Stays.',
    ];
    expect(render(...text)).not.toContain('Type this');
    expect(render(...text)).toContain('Stays');
  });

  test('a heading below a section has an id and its minutes, too', () => {
    expect(render('## A', '', '### Grüße, Bär (30 min)')).toContain(
      '<h3 id="grüße-bär-30-min" tabindex="-1">Grüße, Bär ' +
        '<span class="minutes">30 min</span></h3>',
    );
  });

  test('the id that a Git host gives a step leads to the step', () => {
    const html = render('[s](#1-ask-it-4-min)', '', '## 1. Ask `it`! (4 min)');
    expect(html).toContain('<a href="#step-1">s</a>');
  });
});

describe('labels', () => {
  const step = [
    '## 2. Break it (6 min)',
    '',
    '**Predict.** What will it say?',
    '',
    '- [ ] 37 of `41`',
    '- [ ] 41 of 41',
    '',
    '**Do.** Close it.',
    '',
    '**See.** 41 of 41.',
    '',
    '**Why.** The id.',
  ];

  test('a question gets a group of buttons, and the rest is folded away', () => {
    expect(render(...step)).toContain(
      '<div class="block predict">\n' +
        '<p id="step-2-question"><strong class="label">Predict</strong> ' +
        'What will it say?</p>\n' +
        '<div class="guesses" role="radiogroup" data-question="step-2" ' +
        'aria-labelledby="step-2-question">\n' +
        '<button type="button" role="radio" aria-checked="false" tabindex="0" ' +
        'data-guess="37 of 41">37 of <code>41</code></button>\n' +
        '<button type="button" role="radio" aria-checked="false" ' +
        'tabindex="-1" data-guess="41 of 41">41 of 41</button>\n' +
        '</div>\n</div>\n' +
        '<div class="block do">\n' +
        '<p><strong class="label">Do</strong> Close it.</p>\n</div>\n' +
        '<details class="outcome" data-question="step-2">\n' +
        '<summary>Show what happens</summary>\n<div class="said" hidden></div>\n' +
        '<div class="block see">\n' +
        '<p><strong class="label">See</strong> 41 of 41.</p>\n</div>\n' +
        '<div class="block why">\n' +
        '<p><strong class="label">Why</strong> The id.</p>\n</div>\n' +
        '</details>\n</section>\n',
    );
  });

  test('a step without a question hides nothing', () => {
    const html = render('## 1. A', '', '**See.** This.', '', '**Why.** That.');
    expect(html).not.toContain('<details');
    expect(html).toContain('<div class="block see">');
  });

  test('a second question of a step is one of its own', () => {
    const html = render(...step, '', ...step.slice(2));
    expect(html).toContain('<details class="outcome" data-question="step-2">');
    expect(html).toContain(
      '<details class="outcome" data-question="step-2-2">',
    );
    expect(html).toContain('aria-labelledby="step-2-2-question"');
  });

  test('outside steps the words stay as they are', () => {
    expect(render('## A', '', '**Do.** It.')).toContain(
      '<p><strong>Do.</strong> It.</p>',
    );
  });

  test('a list of tasks that belongs to no prediction stays a list', () => {
    expect(render('## 1. A', '', '- [ ] tidy up')).toContain(
      '<li>[ ] tidy up</li>',
    );
  });

  test('"What the page cannot see" is a box; another quotation is none', () => {
    expect(render('> **What the page cannot see.** The sizes.')).toBe(
      '<div class="unseen" role="note" aria-label="What the page cannot see">\n' +
        '<p><strong class="label">What the page cannot see</strong> ' +
        'The sizes.</p>\n</div>\n',
    );
    expect(render('> Said.')).toBe(
      '<blockquote>\n<p>Said.</p>\n</blockquote>\n',
    );
  });
});

describe('fences', () => {
  test('a file name stands above its code, and the code can be copied', () => {
    const html = render('```ts server.ts', 'const a = `<b>`;', '```');
    expect(html).toContain(
      '<figcaption><a class="file" href="/files/server.ts">lessons/sse/server.ts</a>' +
        '<button type="button" class="copy" ' +
        'data-copy="const a = `&lt;b&gt;`;">Copy</button></figcaption>',
    );
    expect(html).toContain('<span class="hljs-keyword">const</span>');
  });

  test('a part of a file is shown without its indent, and copied with it', () => {
    const html = render(
      '```ts a.ts',
      '    a;',
      '',
      '      b;',
      '    c;',
      '```',
    );
    expect(html).toContain('<pre><code>a;\n\n  b;\nc;</code></pre>');
    expect(html).toContain('data-copy="    a;\n\n      b;\n    c;"');
  });

  test('of a console only the commands are copied', () => {
    const html = render(
      '```console',
      '$ curl -N \\',
      '  http://127.0.0.1:4001/',
      'data: <1>',
      '$ echo "done"',
      '```',
    );
    expect(html).toContain(
      'data-copy="curl -N \\\n  http://127.0.0.1:4001/\necho &quot;done&quot;"',
    );
    expect(html).toContain(
      '<pre><code><span class="prompt">$ </span>' +
        '<span class="command">curl -N \\</span>\n' +
        '<span class="command">  http://127.0.0.1:4001/</span>\n' +
        '<span class="output">data: &lt;1&gt;</span>\n' +
        '<span class="prompt">$ </span>' +
        '<span class="command">echo &quot;done&quot;</span></code></pre>',
    );
  });

  test('a command between backticks can be copied, as it is typed here', () => {
    const html = render('Type `pnpm exercise sse/1 "<a>"`, or `curl -v a`.');
    const typed = `${pnpm} exercise sse/1 &quot;&lt;a&gt;&quot;`;
    expect(html).toContain(
      `<code>${typed}</code><button type="button" class="copy inline" ` +
        `data-copy="${typed}" aria-label="Copy ${typed}">Copy</button>, or`,
    );
    expect(html).toContain('data-copy="curl -v a"');
  });

  test.each([
    ['a heading', '## `pnpm test`'],
    ['a link', '[`pnpm test`](server.ts)'],
    ['what opens a fold', '<details><summary>`pnpm test`</summary>'],
    ['what is no command', '`pnpm`, `curl`, `node:http`, `fetch(a)`'],
    ['a guess', '## 1. A\n\n**Predict.** What?\n\n- [ ] `pnpm test`'],
  ])('nothing is copied from %s', (_where, text) => {
    expect(render(text)).not.toContain('data-copy');
  });

  test('commands and addresses are those of this run', () => {
    const text = [
      'At `127.0.0.1:4001`, or `pnpm lesson sse`.',
      '```console',
      '$ npx -y pnpm exec node a.ts http://127.0.0.1:4001',
      '```',
      '```wire',
      '> Host: 127.0.0.1:4001',
      '```',
      '```ts',
      "listen('127.0.0.1:4001'); // pnpm lesson",
      '```',
    ].join('\n');
    const place = { lesson: 'sse', folder: '' };
    const html = renderTutorial(text, place, { shellPort: 4002 });
    expect(html).toContain('At <code>127.0.0.1:4003</code>, or ');
    expect(html).toContain(`<code>${pnpm} lesson sse</code>`);
    expect(html).toContain(
      `data-copy="${pnpm} exec node a.ts http://127.0.0.1:4003"`,
    );
    expect(html).toContain('data-copy="&gt; Host: 127.0.0.1:4003"');
    // What a file says stays as it is there.
    expect(html).toContain('127.0.0.1:4001&#39;); // pnpm lesson"');
  });

  test('a wire shows who sent what by a mark and in words', () => {
    const html = render(
      '```wire',
      '> GET /',
      '>',
      '< 200',
      '< <b>',
      '…',
      '```',
    );
    const mark = (arrow: string) =>
      `<span class="mark" aria-hidden="true">${arrow} </span>`;
    const said = (side: string) =>
      `<span class="visually-hidden">The ${side} sends: </span>`;
    expect(html).toContain(
      '<pre><code>' +
        [
          `<span class="client">${mark('→')}${said('client')}GET /</span>`,
          `<span class="client">${mark('→')}</span>`,
          `<span class="server">${mark('←')}${said('server')}200</span>`,
          `<span class="server">${mark('←')}&lt;b&gt;</span>`,
          '<span class="aside">…</span>',
        ].join('\n') +
        '</code></pre>',
    );
  });

  test.each(['ts', 'js', 'html', 'css', 'json', 'http', 'bash'])(
    '%s is coloured',
    (language) => {
      const code: Record<string, string> = {
        html: '<p>',
        css: 'p { color: red }',
        json: '{"a": 1}',
        http: 'GET / HTTP/1.1',
        bash: 'if true; then echo; fi',
      };
      const html = render(
        `\`\`\`${language}`,
        code[language] ?? 'let a;',
        '```',
      );
      expect(html).toContain('class="hljs-');
    },
  );

  test('an unknown language is shown plain', () => {
    expect(render('```cobol', 'ADD <1>', '```')).toContain(
      '<pre><code>ADD &lt;1&gt;</code></pre>',
    );
  });
});

describe('links', () => {
  const link = (href: string, words = 'words') => render(`[${words}](${href})`);

  test.each([
    ['server.ts', '/files/server.ts'],
    ['./page/page.ts#L3', '/files/page/page.ts#L3'],
    ['exercises/01-a/', '/files/exercises/01-a/'],
    ['page/../a%20b.ts', '/files/a%20b.ts'],
  ])('%s is a file of the lesson', (href, shown) => {
    expect(link(href)).toBe(
      `<p><a href="${shown}" class="file">words</a></p>\n`,
    );
  });

  test.each(['#page:rate=over,state', '#wire:fault:reset', '#shell:wire'])(
    '%s points at a control',
    (href) => {
      expect(link(href)).toBe(
        `<p><a href="${href}" class="points">words</a></p>\n`,
      );
    },
  );

  test('code that names a file of the lesson is a link to it', () => {
    const files = ['README.md', 'a.ts', 'page/b.ts', 'c.ts', 'page/c.ts'];
    const html = (text: string, folder = '') =>
      renderTutorial(text, { lesson: 'sse', folder }, { files });
    const linked = (href: string, words: string) =>
      `<a href="/files/${href}" class="file" title="lessons/sse/${href}">` +
      `<code>${words}</code></a>`;
    expect(html('`a.ts`')).toBe(`<p>${linked('a.ts', 'a.ts')}</p>\n`);
    expect(html('`page/b.ts`')).toContain(linked('page/b.ts', 'page/b.ts'));
    expect(html('`b.ts`')).toContain(linked('page/b.ts', 'b.ts'));
    expect(html('`c.ts`')).toContain(linked('c.ts', 'c.ts'));
    for (const text of [
      '`d.ts`',
      '`README.md`',
      '`../a.ts`',
      '`a.ts()`',
      '# `a.ts`',
    ])
      expect(html(text)).not.toContain('<a ');
    expect(html('[`a.ts`](page/b.ts)').match(/<a /g)).toHaveLength(1);
  });

  test('a link is relative to the text that it stands in', () => {
    const place = { lesson: 'sse', folder: 'exercises/01-a' };
    expect(renderTutorial('[up](../../server.ts)', place)).toContain(
      'href="/files/server.ts"',
    );
  });

  test('the web opens a new tab, which learns nothing of this one', () => {
    expect(link('https://www.rfc-editor.org/rfc/rfc9112')).toBe(
      '<p><a href="https://www.rfc-editor.org/rfc/rfc9112" target="_blank" ' +
        'rel="noopener">words</a></p>\n',
    );
  });

  test('a term leads to the glossary, from an exercise, too', () => {
    const linked =
      '<p><a href="/glossary#term-http2-stream" class="file">words</a></p>\n';
    expect(link('../GLOSSARY.md#http2-stream')).toBe(linked);
    const place = { lesson: 'sse', folder: 'exercises/01-write-the-event' };
    const text = '[words](../../../GLOSSARY.md#http2-stream)';
    expect(renderTutorial(text, place, { sections: false })).toBe(linked);
  });

  test('a step of the tutorial is found by the id that it has as a file', () => {
    const place = { lesson: 'sse', folder: 'exercises/01-write-the-event' };
    const text = '[it](../../README.md#4-a-format-of-lines-4-min)';
    expect(renderTutorial(text, place, { sections: false })).toBe(
      '<p><a href="/files/README.md#file-step-4" class="file">it</a></p>\n',
    );
  });

  test.each([
    ['../../shared/board/feed.ts', 'shared/board/feed.ts'],
    ['../websocket/', 'lessons/websocket/'],
    ['..%2F..%2Fpackage.json', 'package.json'],
    ['/etc/passwd', '/etc/passwd'],
    ['//example.org/x', '//example.org/x'],
    ['mailto:a@example.org', 'mailto:a@example.org'],
  ])('%s is named, not linked', (href, named) => {
    expect(link(href)).toBe(`<p>words (<code>${named}</code>)</p>\n`);
  });

  test('words that say the path already are not said twice', () => {
    const html = link('../../shared/board/feed.ts', '`feed.ts`');
    expect(html).toBe('<p><code>shared/board/feed.ts</code></p>\n');
  });

  test('a picture of the lesson is shown, another one is named', () => {
    expect(render('![The board](page/board.png)')).toBe(
      '<p><img src="/files/page/board.png" alt="The board"></p>\n',
    );
    expect(render('![Logo](https://example.org/l.png)')).toBe(
      '<p>Logo (<code>https://example.org/l.png</code>)</p>\n',
    );
  });
});

describe('tables', () => {
  test('scroll by themselves and carry no style of their own', () => {
    const html = render('| a | b |', '|--:|:-:|', '| 1 | 2 |');
    expect(html).toContain(
      '<div class="table" role="group" aria-label="Table">',
    );
    expect(html).toContain(
      '<td class="right">1</td>\n<td class="center">2</td>',
    );
    expect(html).not.toContain('style=');
  });

  test('a column without a name has no head', () => {
    const html = render('| a | |', '|---|---|', '| 1 | 2 |');
    expect(html).toContain('<tr>\n<th>a</th>\n<td></td>\n</tr>');
  });
});

describe('HTML', () => {
  test('folds and keys pass, comments vanish', () => {
    const html = render(
      '<details open>',
      '<summary>More</summary>',
      '',
      'Press <kbd>Esc</kbd>, H<sub>2</sub>O.<br>',
      '',
      '<!-- checked by a script -->',
      '',
      '</details>',
    );
    expect(html).toBe(
      '<details open id="question-more">\n<summary>More</summary>\n' +
        '<p>Press <kbd>Esc</kbd>, H<sub>2</sub>O.<br></p>\n\n</details>',
    );
  });

  test('each question of the course has the id that the search leads to', () => {
    const sections = readSections().filter(({ exercise }) => !exercise);
    for (const [{ name, folder }, ofLesson] of Map.groupBy(
      sections,
      ({ lesson }) => lesson,
    )) {
      const text = readFileSync(join(folder, 'README.md'), 'utf8');
      const options = { shellPort: 4000, files: [] };
      const html = lessonHtml(text, findSideTrips(folder), name, options);
      const asked = ofLesson.flatMap(({ trip, blocks }) =>
        blocks.flatMap(({ question }) =>
          question
            ? (trip ? sideTripPrefix(trip.name) : '') + questionId(question)
            : [],
        ),
      );
      expect(asked.length).toBeGreaterThan(5);
      for (const id of asked) expect(html).toContain(`<details id="${id}">`);
    }
  });

  // What is left of each must be text: no tag but the few that are allowed,
  // and no attribute that was not put there by this renderer.
  test.each([
    '<script>alert(1)</script>',
    'a <script>alert(1)</script> b',
    '<img src=x onerror=alert(1)>',
    '<details ontoggle=alert(1) open>',
    '<details open onclick="alert(1)">',
    '<kbd style="position:fixed">x</kbd>',
    '<DETAILS/OPEN/ONTOGGLE=alert(1)>',
    '<scr<!-- -->ipt>alert(1)</script>',
    '<!-- --><iframe src="//example.org"></iframe>',
    '<br onmouseover=alert(1)>',
    '<svg><style><img src=x onerror=alert(1)></style></svg>',
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt&#58;alert(1))',
    '[x](vbscript:x)',
    '[x](data:text/html,<script>alert(1)</script>)',
    '![x](data:image/svg+xml,<svg/onload=alert(1)>)',
    '![x" onerror="alert(1)](a.png)',
    '[x](a.ts "t\\" onclick=\\"alert(1)")',
    '## <img src=x onerror=alert(1)>',
    '## 1. "><script>alert(1)</script> (4 min)',
    '```ts "><script>alert(1)</script>\n"><script>alert(1)</script>\n```',
    '```"><script> a\nx\n```',
    '```wire\n> <script>alert(1)</script>\n```',
    '```console\n$ "><script>alert(1)</script>\n```',
    '```html\n<script>alert(1)</script>\n```',
    '## 1. A\n\n**Predict.** Q\n\n- [ ] "><script>alert(1)</script>\n- [ ] b',
    '| "><script>alert(1)</script> |\n|---|\n| <b onclick=x>x</b> |',
  ])('hostile Markdown stays text: %s', (hostile) => {
    const html = render(hostile);
    const known =
      /<(?:\/?(?:details|summary|kbd|sub|sup|p|em|strong|ul|ol|li|table|thead|tbody|tr|th|td|h1|h2|h3|code|pre|nav|section|figure|figcaption|div|span|button|a)|br|img)(?: (?:open|hidden|(?:id|class|tabindex|aria-[a-z]+|data-(?:copy|guess|question)|role|type|title|alt|href|src|target|rel)="[^"<>]*"))*>/g;
    const rest = html.replaceAll(known, '');
    expect(rest).not.toMatch(/[<>]/);
    for (const [, href = ''] of html.matchAll(/(?:href|src)="([^"]*)"/g))
      expect(href).toMatch(/^(?:#|\/files\/|https?:\/\/)/);
  });
});

test('a text that is no tutorial has neither contents nor ids of the tutorial', () => {
  const html = renderTutorial(
    '# Task (15 min)\n\n## 1. Do it\n\n**Do.** It.',
    { lesson: 'sse', folder: 'exercises/01-a' },
    { sections: false },
  );
  expect(html).toBe(
    '<h1 id="file-task-15-min" tabindex="-1">Task ' +
      '<span class="minutes">15 min</span></h1>\n' +
      '<h2 id="file-step-1" tabindex="-1">Do it</h2>\n' +
      '<p><strong>Do.</strong> It.</p>\n',
  );
});
