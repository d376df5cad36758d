/** What the line of a JSON object shows, where many follow each other. */
import { describe, expect, test } from '@jest/globals';
import { JsonTexts } from '../json-texts.ts';
import { DELTA_TRIES } from '../limits.ts';
import { eventStreamDecoder } from '../event-stream/decoder.ts';
import { decodeConnection } from '../connection.ts';
import { byteByByte, decode, oneWay, text, type Step } from './cuts.ts';

/** The texts of these objects, one after the other. */
function textsOf(objects: readonly unknown[]): (string | undefined)[] {
  const texts = new JsonTexts();
  return objects.map((each) => {
    const bytes = text(typeof each === 'string' ? each : JSON.stringify(each));
    return texts.of(bytes, 0, bytes.length);
  });
}

const chunk = {
  id: 'chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT',
  object: 'chat.completion.chunk',
  created: 1_741_569_952,
  model: 'gpt-4.1-2025-04-14',
};
const choice = (delta: object) => ({
  ...chunk,
  choices: [{ index: 0, delta, finish_reason: null }],
});

describe('A token of a language model stands first in the line:', () => {
  test.each<[string, object, string]>([
    ['chat completions', choice({ content: 'Hel' }), 'Hel'],
    ['their reasoning', choice({ reasoning_content: 'Let me' }), 'Let me'],
    [
      'the arguments of a tool',
      choice({ tool_calls: [{ index: 0, function: { arguments: '{"a' } }] }),
      '{"a',
    ],
    [
      'responses',
      {
        type: 'response.output_text.delta',
        item_id: 'msg_67c9',
        output_index: 0,
        content_index: 0,
        delta: 'Hel',
      },
      'Hel',
    ],
    [
      'messages',
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'text_delta', text: 'Hel' },
      },
      'Hel',
    ],
    [
      'their thinking',
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'thinking_delta', thinking: 'So' },
      },
      'So',
    ],
    [
      'Gemini',
      {
        candidates: [
          {
            content: {
              role: 'model',
              parts: [{ text: 'Hel' }, { text: 'lo' }],
            },
          },
        ],
        modelVersion: 'gemini-2.5-flash',
      },
      'Hello',
    ],
    [
      'chat in Ollama',
      {
        model: 'gemma3',
        created_at: '2025-10-26T17:15:24.097767Z',
        message: { role: 'assistant', content: 'Hel' },
        done: false,
      },
      'Hel',
    ],
    [
      'text in Ollama',
      { model: 'gemma3', created_at: '', response: 'Hel', done: false },
      'Hel',
    ],
    [
      'Cohere',
      {
        type: 'content-delta',
        index: 0,
        delta: { message: { content: { text: 'Hel' } } },
      },
      'Hel',
    ],
    ['UI messages', { type: 'text-delta', id: '0', delta: 'Hel' }, 'Hel'],
  ])('%s', (_, object, token) => {
    const [shown] = textsOf([object]);
    const json = JSON.stringify(object);
    expect(shown!.startsWith(`“${token}” ${json.slice(0, 40)}`)).toBe(true);
    expect(shown!.length).toBeLessThanOrEqual(160);
  });

  test.each<[string, object]>([
    ['a JSON-RPC message', { jsonrpc: '2.0', id: 1, result: { text: 'a' } }],
    ['an empty piece', choice({ role: 'assistant', content: '' })],
    ['a message of a chat', { message: { content: 'Hello' } }],
    ['a response without a stream', { response: 'Hello' }],
    ['parts that are none', { candidates: [{ content: { parts: [null] } }] }],
    ['null where an object was expected', { choices: null, delta: null }],
  ])('and nothing stands before %s', (_, object) => {
    expect(textsOf([object])[0]).toBe(
      JSON.stringify(object).length > 160
        ? `${JSON.stringify(object).slice(0, 159)}…`
        : JSON.stringify(object),
    );
  });

  test('control characters in it are escaped, and a long one is cut', () => {
    const [short, long] = textsOf([
      choice({ content: 'a\nb' }),
      choice({ content: 'x'.repeat(200) }),
    ]);
    expect(short).toMatch(/^“a\\nb” \{"id"/);
    expect(long).toContain(`“${'x'.repeat(79)}…” …"content"`);
  });

  test('of several lines all are joined, whatever is on the others', () => {
    const line = JSON.stringify(choice({ content: 'Hel' }));
    const [shown] = textsOf([`${line}\n5\nnull\n[1]\n{"\n${line}`]);
    expect(shown).toMatch(/^“HelHel” /);
  });

  test('it is not looked for where many objects had none', () => {
    const others = Array.from({ length: DELTA_TRIES }, (_, n) => ({ n }));
    const [last] = textsOf([...others, choice({ content: 'Hel' })]).slice(-1);
    expect(last).toMatch(/^\{"id"/);
  });
});

describe('An object that begins as the one before begins where it differs:', () => {
  test('at the key', () => {
    const [first, second] = textsOf([
      choice({ content: 'Hel' }),
      choice({ content: 'lo' }),
    ]);
    expect(first).toMatch(/^“Hel” \{"id":"chatcmpl/);
    expect(second).toBe('“lo” …"content":"lo"},"finish_reason":null}]}');
  });

  test('but not where little is alike, or all', () => {
    const short = { type: 'update', n: 1 };
    const long = { of: 'x'.repeat(100) };
    expect(textsOf([short, { ...short, n: 2 }, long, long])).toEqual([
      '{"type":"update","n":1}',
      '{"type":"update","n":2}',
      JSON.stringify(long),
      JSON.stringify(long),
    ]);
  });
});

describe('So does', () => {
  const tokens = ['The', ' sky', ' is'].map((response, n) =>
    JSON.stringify({
      model: 'gemma3',
      created_at: `2025-10-26T17:15:2${n}Z`,
      response,
      done: false,
    }),
  );
  const expected = [
    `“The” ${tokens[0]}`,
    `“ sky” ${tokens[1]}`,
    `“ is” ${tokens[2]}`,
  ];
  const shownIn = (make: Parameters<typeof decode>[0], steps: Step[]) => {
    const texts = (cut: Step[]) =>
      decode(make, cut)
        .filter(({ kind }) => kind === 'event' || kind === 'http/1.1 chunk')
        .map((unit) => unit.text);
    expect(texts(byteByByte(steps))).toEqual(texts(steps));
    return texts(steps);
  };

  test('an event', () => {
    const stream = tokens.map((each) => `data: ${each}\n\n`).join('');
    const steps: Step[] = [['down', text(stream)]];
    expect(shownIn(oneWay(eventStreamDecoder), steps)).toEqual(expected);
  });

  test('a chunk of lines of JSON', () => {
    const chunks = tokens
      .map((each) => `${(each.length + 1).toString(16)}\r\n${each}\n\r\n`)
      .join('');
    const headers =
      'Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked';
    const steps: Step[] = [
      ['up', text('GET / HTTP/1.1\r\nHost: a\r\n\r\n')],
      ['down', text(`HTTP/1.1 200 OK\r\n${headers}\r\n\r\n${chunks}`)],
    ];
    expect(shownIn(decodeConnection, steps)).toEqual(
      expected.map((each) => `${each} `),
    );
  });
});
