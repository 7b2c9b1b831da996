// Whole things, shared out.

/** What the `index`th of so many parts gets; together they get all. */
export function partOf(whole: number, parts: number, index: number): number {
  return Math.floor((whole + index) / parts);
}
