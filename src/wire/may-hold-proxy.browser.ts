// Browsers do not tell.

export function mayHoldProxy(_object: object): boolean {
  return true;
}
