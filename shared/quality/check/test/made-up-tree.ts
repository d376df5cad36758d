/** A small tree that keeps all rules, and what is wrong with others. */
export { type Files, madeUpTree } from '@on-the-wire/testing/made-up-tree.ts';

const step = (number: number) => `## ${number}. A step (4 min)

**Predict.** What will it say?

- [ ] This
- [ ] That

**Do.** Look.

**See.** This.

**Why.** Because of that.

> **What the page cannot see.** Much.
`;

export const steps = [1, 2, 3, 4, 5].map(step);

const smallest = `// The idea.
import { createServer } from 'node:http';

/*
 * A comment of several lines
 */
const server = createServer((request, response) => {
  response.setHeader('Content-Type', 'text/plain');
  if (request.url === '/')
    response.end('yes');
  else
    response.end('no');
});
server.on('error', console.error);
server.listen(4001);
`;

// What a server of a lesson does, as far as the checks can tell.
const server = `import { createServer as createHttpServer } from 'node:http';

export function createServer({ feed }) {
  const server = createHttpServer((request, response) => {
    if (request.method === 'POST') return request.pipe(response);
    const url = new URL(request.url, 'http://localhost');
    if (url.pathname !== '/events') return response.end('Zürich\\n');
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    const tell = ({ id, kind }) => response.write(\`\${kind} \${id}\\n\`);
    const missed = feed.after(String(url.searchParams.get('after')));
    for (const news of missed ?? [feed.snapshot()]) tell(news);
    feed.on('update', tell);
    const timer = setInterval(() => response.write('alive\\n'), 5000);
    response.on('close', () => {
      feed.off('update', tell);
      clearInterval(timer);
    });
  });
  const close = async () => {
    feed.close();
    await new Promise((done) => server.close(done).closeAllConnections());
  };
  return { server, close };
}
`;

/** A tree that keeps all rules, with the lesson `talk`. */
export const goodTree = {
  'README.md': `# A course

\`\`\`
git clone <the address of this repository> course
\`\`\`

| | lesson | question | minutes |
|---|---|---|---|
| 1 | [Talk](lessons/talk/README.md) | How? | 23 |
`,
  'CONTRIBUTING.md': `# Contributing

\`\`\`
.
├── lessons/
│   └── talk/         says something
│       ├── server.ts     how
│       ├── page/         to whom
│       └── test/         whether
├── shared/           all else
│   └── board/
└── scripts/          the verbs: check
\`\`\`
`,
  'package.json': JSON.stringify({
    name: 'a-course',
    scripts: { check: 'node scripts/verb.cjs check' },
    dependencies: { '@on-the-wire/shared': '*' },
  }),
  'scripts/check.ts': `import { board } from '@on-the-wire/shared/board/board.ts';
console.log(board);
`,
  'shared/package.json': JSON.stringify({
    name: '@on-the-wire/shared',
    dependencies: { ws: '8' },
  }),
  'shared/board/board.ts': `import ws from 'ws';
export const board = ws;
`,
  'lessons/talk/README.md': `# Talk

**How?**

**The first minute.** It talks. *Listen*, and look at:

<!-- opening: press cut within event -->

- What was said <!-- opening: show unit event down -->

It has said it. [Why?](#1-a-step-4-min)

**Start it.** Run it.

**Afterwards you can**

- look ([step 1](#1-a-step-4-min)),
- see ([step 2](#2-a-step-4-min)),
- say so ([step 3](#3-a-step-4-min)).

${steps.join('\n')}
## When to choose it (3 min)

Always.
`,
  'lessons/talk/package.json': JSON.stringify({
    name: '@on-the-wire/talk',
    lesson: { title: 'Talk', question: 'How?', order: 1, minutes: 23 },
    dependencies: { '@on-the-wire/shared': '*' },
  }),
  'lessons/talk/smallest.ts': smallest,
  'lessons/talk/server.ts': server,
  'lessons/talk/page/index.html': '<!doctype html>\n',
  'lessons/talk/page/page.ts': '',
  'lessons/talk/page/page.css': '',
  'lessons/talk/test/server.test.ts': '',
  'lessons/talk/test/page.test.ts': '',
};

/** The lesson's tutorial, with something more at its end. */
export function tutorialWith(more: string): string {
  return `${goodTree['lessons/talk/README.md']}\n${more}`;
}
