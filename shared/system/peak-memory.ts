import { readFileSync } from 'node:fs';

/**
 * The most memory that this process ever had in use, in bytes.
 *
 * On Linux not `maxRSS`: a process starts there with the figure of its parent,
 * which is hundreds of megabytes where that is a test runner.
 */
export function peakMemory(): number {
  if (process.platform === 'linux') {
    const status = readFileSync('/proc/self/status', 'utf8');
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? [];
    if (kibibytes !== undefined) return Number(kibibytes) * 1024;
  }
  return process.resourceUsage().maxRSS * 1024;
}
