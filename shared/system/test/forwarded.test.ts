import { describe, expect, test } from '@jest/globals';
import { allowHost, forwardedNames, forwardedUrl } from '../forwarded.ts';

const codespace = {
  CODESPACE_NAME: 'octocat-parakeet-mld5',
  GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN: 'app.github.dev',
};

describe('The names of a port at a forwarder', () => {
  test('are made of what a Codespace has in its environment', () => {
    const name = 'octocat-parakeet-mld5-4001.app.github.dev';
    expect(forwardedNames(4001, codespace)).toEqual([name]);
    expect(forwardedUrl('http://127.0.0.1:4001/', codespace)).toBe(
      `https://${name}/`,
    );
  });

  test.each([
    [{}],
    [{ CODESPACE_NAME: 'octocat' }],
    [{ GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN: 'app.github.dev' }],
    [{ CODESPACE_NAME: '', GITHUB_CODESPACES_PORT_FORWARDING_DOMAIN: '' }],
  ])('are none with %j', (environment) => {
    expect(forwardedNames(4001, environment)).toEqual([]);
    expect(forwardedUrl('http://[::1]:4001/', environment)).toBeUndefined();
  });

  test.each(['a b', 'Octocat', 'a/b', 'a:1', 'evil.example/\n', '*', '[::1]'])(
    'are none where a part is %j, and a sentence says so',
    (part) => {
      for (const variable of Object.keys(codespace))
        expect(() =>
          forwardedNames(4001, { ...codespace, [variable]: part }),
        ).toThrow(`${variable} is ${JSON.stringify(part)}: expected small`);
    },
  );
});

describe('--allowed-host', () => {
  test('may be repeated, and each name stands for its own port', () => {
    delete process.env['ALLOWED_HOSTS'];
    allowHost('a.example=4000');
    allowHost('b.example=4001');
    allowHost('c.example=4000');
    expect(forwardedNames(4000)).toEqual(['a.example', 'c.example']);
    expect(forwardedNames(4001)).toEqual(['b.example']);
    expect(forwardedNames(4002)).toEqual([]);
  });

  test.each([
    'board.example',
    'board.example=',
    'board.example=0',
    'board.example=65536',
    'board.example:4001',
    'board.example=4001=1',
    'https://board.example=4001',
    '*.example=4001',
    'Board.example=4001',
    '=4001',
    '',
  ])('refuses %j with a sentence, and forgets it', (text) => {
    process.env['ALLOWED_HOSTS'] = 'a.example=4000';
    expect(() => allowHost(text)).toThrow('such as board.example=4001');
    expect(process.env['ALLOWED_HOSTS']).toBe('a.example=4000');
  });
});
