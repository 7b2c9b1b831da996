// What only who runs the bench can mend: told in one line, with exit code 2.

export class UsageError extends Error {}
