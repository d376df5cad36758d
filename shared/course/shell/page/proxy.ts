/** What stands between the browser and the lesson, as links call it. */
export const proxy: string | undefined =
  document.documentElement.dataset['proxy'] || undefined;
