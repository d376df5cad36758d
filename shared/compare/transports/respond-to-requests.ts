/** The other side of `requestFromProcess`: a child process that responds. */

/**
 * Responds to each request of the process that has started this one, and ends
 * with it.
 *
 * @param respond what it throws becomes the response, as `error`
 */
export function respondToRequests<Request, Response>(
  respond: (request: Request) => Promise<Response>,
): void {
  // If the other process is gone, nobody misses the response.
  const send = (response: Response | { error: string }) =>
    process.send!(response, () => {});
  process.on('message', async (request: Request) => {
    try {
      send(await respond(request));
    } catch (error) {
      send({ error: String(error) });
    }
  });
  process.once('disconnect', () => process.exit());
  // Ctrl+C reaches all processes of a terminal. The first one says when to end.
  process.on('SIGINT', () => {});
}
