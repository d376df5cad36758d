/**
 * Helpers for the pages of claims. They are sent there as text, so each knows
 * nothing but its arguments and what a browser has.
 */
export const pageHelpers = {
  /** Sends a GET; resolves when it is over, however it ended. */
  xhr(url: string, prepare: (request: XMLHttpRequest) => void = () => {}) {
    return new Promise<XMLHttpRequest>((done) => {
      const request = new XMLHttpRequest();
      request.open('GET', url);
      prepare(request);
      request.onloadend = () => done(request);
      request.send();
    });
  },
  /** Resolves with the next message; or with the n-th from now. */
  async nextMessage(
    source: EventSource | WebSocket,
    n = 1,
  ): Promise<MessageEvent> {
    for (; ; n -= 1) {
      const message = await new Promise<MessageEvent>(
        (done) => (source.onmessage = done),
      );
      if (n === 1) return message;
    }
  },
  /**
   * Resolves with the outcome; or with nothing, where there is none although
   * nothing has come for 3 s, and a new request gets its response.
   */
  async orNothing<Outcome>(
    outcome: Promise<Outcome>,
    origin: string,
    come: () => number = () => 0,
  ): Promise<Outcome | undefined> {
    const nothing = async () => {
      let before = 0;
      for (let since = performance.now(); performance.now() < since + 3_000;) {
        await new Promise((done) => setTimeout(done, 100));
        if (come() !== before) since = performance.now();
        before = come();
      }
      await (await fetch(`${origin}/bytes`)).arrayBuffer();
      return undefined;
    };
    return Promise.race([outcome, nothing()]);
  },
  /** Waits until eight have begun; or six, and no other for 1.5 s. */
  async eightBegun(begun: () => number): Promise<void> {
    for (let before = 0, quiet = 0; begun() < 8 && quiet < 15;) {
      await new Promise((done) => setTimeout(done, 100));
      quiet = begun() >= 6 && begun() === before ? quiet + 1 : 0;
      before = begun();
    }
  },
};
