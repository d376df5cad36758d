/**
 * Opens an address in the browser, where there is one: not in CI and not on a
 * machine without a display. That it did not work is no error, because the
 * address is printed, too.
 *
 * @param spki of a certificate that the browser should accept: see `Certificate`
 */
export async function openInBrowser(url: string, spki?: string): Promise<void> {
  if (!mayOpen(process.platform, process.env)) return;
  try {
    if (spki !== undefined) {
      const { openTrusting } = await import('./open-trusting.ts');
      if (await openTrusting(url, spki)) return;
    }
    const { default: open } = await import('open');
    const browser = await open(url);
    browser.on('error', () => {});
  } catch {
    // No browser.
  }
}

/** Whether a browser that is opened could be seen by anybody. */
export function mayOpen(
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
): boolean {
  const { CI, DISPLAY, WAYLAND_DISPLAY, WSL_DISTRO_NAME } = environment;
  if (CI) return false;
  if (platform === 'win32' || platform === 'darwin') return true;
  return Boolean(DISPLAY || WAYLAND_DISPLAY || WSL_DISTRO_NAME);
}
