/** What the page tells the shell's server of the learner's way: see run-routes.ts. */

/** Sends a change; where the shell is stopped, the page says so elsewhere. */
export async function tellRun(
  method: 'PUT' | 'POST',
  path: string,
  body: object,
): Promise<boolean> {
  try {
    const response = await fetch(`/run/${path}`, {
      method,
      body: JSON.stringify(body),
    });
    return response.ok;
  } catch {
    return false;
  }
}
