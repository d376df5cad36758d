import { pnpmOfPage } from '@on-the-wire/viewer/page/pnpm.ts';

/**
 * Asks the home page's server to do something.
 *
 * @throws Error with the sentence that it refused with, or that it is gone
 */
export async function postJson<Answer>(
  path: string,
  body: object,
): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: 'POST',
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error(
      `The home page’s server is gone. Start it again: ${pnpmOfPage} lesson`,
    );
  }
  if (!response.ok) throw new Error((await response.text()).trim());
  return (await response.json()) as Answer;
}
