// The only clock, timers and source of randomness. Injected, so that the same engine runs on the system's and on virtual time.

export interface Timer {
  /** Idempotent; does nothing once the timer has run. */
  cancel(): void;
}

export interface Runtime {
  /**
   * Milliseconds since the Unix epoch, as the clock stood when the process started, plus the time since then by a clock that
   * never goes back.
   */
  now(): number;
  /** Runs `run` once, not before `ms` milliseconds have passed. Never keeps a process alive. */
  setTimer(ms: number, run: () => void): Timer;
  /** `count` bytes, unpredictable in production, repeatable in a simulation. */
  randomBytes(count: number): Uint8Array;
}
