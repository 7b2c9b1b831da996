// Numbers about samples.

export interface Summary {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Quantiles are samples: the least that at least such a share of them does not exceed. Of no samples all is 0. */
export function summarize(samples: readonly number[]): Summary {
  const sorted = Float64Array.from(samples).sort();
  const count = sorted.length;
  const quantile = (share: number) => sorted[Math.max(0, Math.ceil(share * count) - 1)] ?? 0;
  return {
    count,
    mean: count === 0 ? 0 : sorted.reduce((sum, sample) => sum + sample, 0) / count,
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: quantile(0.99),
    max: sorted[count - 1] ?? 0,
  };
}
