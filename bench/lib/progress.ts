// How far a long run is, on stderr: one line that is written over on a terminal, a line every few seconds elsewhere.

const TERMINAL_MS = 100;
const ELSEWHERE_MS = 5_000;

/** Returns what is told the state of things, as often as one likes, and what ends the line. */
export function progress(): { readonly tell: (text: () => string) => void; readonly end: () => void } {
  const { stderr } = process;
  const everyMs = stderr.isTTY ? TERMINAL_MS : ELSEWHERE_MS;
  let nextMs = performance.now() + everyMs;
  let isOpen = false;
  return {
    tell: (text) => {
      const nowMs = performance.now();
      if (nowMs < nextMs) return;
      nextMs = nowMs + everyMs;
      stderr.write(stderr.isTTY ? `\r\u001b[K${text()}` : `${text()}\n`);
      isOpen = stderr.isTTY;
    },
    end: () => {
      if (isOpen) stderr.write('\r\u001b[K');
    },
  };
}
