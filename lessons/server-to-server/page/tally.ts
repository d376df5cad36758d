/** What was announced, and what was spoken: each should be spoken once. */
export function createTally(output: HTMLElement) {
  const announced = new Set<string>();
  const spoken = new Map<string, number>();

  function show() {
    const times = [...announced].map((text) => spoken.get(text) ?? 0);
    const once = times.filter((n) => n > 0).length;
    const twice = times.filter((n) => n > 1).length;
    output.textContent =
      `announced ${announced.size} · spoken ${once} · ` +
      `missing ${announced.size - once} · twice ${twice}`;
  }
  return {
    /** Begins again at 0. */
    begin() {
      announced.clear();
      spoken.clear();
      show();
    },
    announce(texts: string[]) {
      for (const text of texts) announced.add(text);
      show();
    },
    /** @returns whether it is one of those that were announced here */
    hear(text: string) {
      spoken.set(text, (spoken.get(text) ?? 0) + 1);
      show();
      return announced.has(text);
    },
  };
}
