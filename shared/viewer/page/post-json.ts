import { pnpmOfPage } from './pnpm.ts';

/**
 * Asks the page's own server to do something.
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
      `This page’s server is gone. Start it again: ${pnpmOfPage} lesson`,
    );
  }
  if (!response.ok) throw new Error((await response.text()).trim());
  return (await response.json()) as Answer;
}
