// Logarithm and exponential by +, -, * and / alone, which IEEE 754 rounds alike everywhere. `Math.log` and its kin may differ in the
// last bit from one engine, version or machine to the next, and one bit is enough to make another run of the same seed.

const parts = new DataView(new ArrayBuffer(8));

/** Natural logarithm, to about 2 units in the last place; of what is not a positive, normal, finite number: NaN, but of 0 −∞. */
export function ln(value: number): number {
  if (value === 0) return Number.NEGATIVE_INFINITY;
  if (!(value >= 2 ** -1022 && value < Number.POSITIVE_INFINITY)) return Number.NaN;
  parts.setFloat64(0, value);
  const high = parts.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  parts.setUint32(0, (high & 0xfffff) | (1023 << 20));
  let mantissa = parts.getFloat64(0); // from 1 to below 2
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // ln m = 2 artanh((m − 1) / (m + 1)), whose series ends soon: the ratio is 0.172 at most.
  const ratio = (mantissa - 1) / (mantissa + 1);
  const square = ratio * ratio;
  let sum = 0;
  for (let odd = 23; odd >= 1; odd -= 2) sum = sum * square + 1 / odd;
  return exponent * Math.LN2 + 2 * ratio * sum;
}

/** e to the power of `value`, to about 2 units in the last place; 0 below −700 and ∞ above 700, where nothing here goes. */
export function exp(value: number): number {
  if (value > 700) return Number.POSITIVE_INFINITY;
  if (value < -700) return 0;
  const halvings = Math.round(value / Math.LN2);
  const rest = value - halvings * Math.LN2; // at most 0.347 from 0
  let sum = 1;
  for (let term = 14; term >= 1; term--) sum = 1 + (sum * rest) / term;
  parts.setUint32(0, (halvings + 1023) << 20);
  parts.setUint32(4, 0);
  return sum * parts.getFloat64(0);
}
