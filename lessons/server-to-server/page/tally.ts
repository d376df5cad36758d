/** What was to be said, and what was: the loudspeaker should say each once. */
export function createTally(output: HTMLElement) {
  const asked = new Set<string>();
  const spoken = new Map<string, number>();

  function show() {
    const times = [...asked].map((text) => spoken.get(text) ?? 0);
    const once = times.filter((n) => n > 0).length;
    const twice = times.filter((n) => n > 1).length;
    output.textContent =
      `asked ${asked.size} · spoken ${once} · ` +
      `missing ${asked.size - once} · twice ${twice}`;
  }
  return {
    ask(texts: string[]) {
      for (const text of texts) asked.add(text);
      show();
    },
    hear(text: string) {
      spoken.set(text, (spoken.get(text) ?? 0) + 1);
      show();
    },
  };
}
