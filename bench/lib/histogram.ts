// A distribution as bars of characters.

const WIDTH = 50;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** One line for each whole number from the least to the greatest: how often it came, as a share and as a bar. */
export function histogram(samples: readonly number[]): string[] {
  if (samples.length === 0) return [];
  const counts = countsOf(samples);
  const greatest = Math.max(...counts.values());
  const values = [...counts.keys()];
  return values.map((value) => {
    const count = counts.get(value) as number;
    const share = `${((100 * count) / samples.length).toFixed(1)} %`;
    return `${String(value).padStart(4)}  ${share.padStart(7)}  ${bar(count / greatest)}`.trimEnd();
  });
}

/** How often each whole number came, from the least to the greatest, those between them included. */
export function countsOf(samples: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (let value = Math.min(...samples); value <= Math.max(...samples); value++) counts.set(value, 0);
  for (const sample of samples) counts.set(sample, (counts.get(sample) ?? 0) + 1);
  return counts;
}

function bar(share: number): string {
  const eighths = Math.round(share * WIDTH * 8);
  return '█'.repeat(eighths >> 3) + (EIGHTHS[eighths & 7] as string);
}
