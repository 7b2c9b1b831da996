// Numbers about samples.

export interface Summary {
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export function summarize(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return {
    mean: meanOf(sorted),
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    max: sorted.at(-1) ?? Number.NaN,
  };
}

/** Of those that are true. */
export function share(answers: readonly unknown[]): number {
  return answers.filter((answer) => answer === true).length / answers.length;
}

export function median(samples: readonly number[]): number {
  return summarize(samples).p50;
}

export function meanOf(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

/** Fewer say too little of how much they differ. */
const BATCHES = 5;

/**
 * Half the width of the 95 % confidence interval of the mean. What belongs together (the lookups in one network) is a batch: with
 * enough of them the interval is that of their means, since networks differ, too. NaN where there is not enough to tell.
 */
export function intervalOf(batches: readonly (readonly number[])[]): number {
  const filled = batches.filter((batch) => batch.length > 0);
  const values = filled.length >= BATCHES ? filled.map(meanOf) : filled.flat();
  const mean = meanOf(values);
  const freedom = values.length - 1;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / freedom;
  return studentQuantile(freedom) * Math.sqrt(variance / values.length);
}

/** 97.5 % of Student's t, from the normal quantile (Abramowitz, Stegun 26.7.5); 0.6 % off with 4 degrees of freedom, then less. */
function studentQuantile(freedom: number): number {
  const z = 1.959964;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / freedom + second / freedom ** 2 + third / freedom ** 3;
}
