/**
 * A server that passes a model's answers on to a page, as `ai` has it:
 * `node pass-answers.ts http://127.0.0.1:4001/v1`. The question is the path,
 * without its slash. It prints its port, then a line for each error that nobody
 * caught: Node would end here.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const names: string[] = ['ai', '@ai-sdk/openai-compatible'];
const [{ streamText }, { createOpenAICompatible }] = (await Promise.all(
  names.map((name) => import(name)),
)) as [
  {
    streamText(options: object): {
      pipeUIMessageStreamToResponse(response: ServerResponse): void;
    };
  },
  { createOpenAICompatible(options: object): (model: string) => unknown },
];

const baseURL = process.argv[2]!;
const provider = createOpenAICompatible({
  name: 'own',
  baseURL,
  apiKey: 'made-up',
});

process.on('unhandledRejection', (error: Error) =>
  console.log(`nobody caught ${error.name}`),
);

const server = createServer(({ url = '/' }, response) => {
  streamText({
    model: provider('timetable-1'),
    prompt: decodeURIComponent(url.slice(1)),
    onError: () => console.log('onError'),
  }).pipeUIMessageStreamToResponse(response);
});
server.listen(0, '127.0.0.1', () =>
  console.log((server.address() as AddressInfo).port),
);
