import type { Output } from './output.js';

/** What every command is given. */
export interface Context {
  readonly output: Output;
  /** Aborts at Ctrl-C, SIGTERM and SIGHUP. */
  readonly interruption: AbortSignal;
}
