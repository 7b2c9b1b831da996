// How long one operation takes of the processor, and what it allocates. Not by the clock on the wall: others use the machine, too.

/** One thing to time. */
export interface MicroCase {
  /** `<unit> / <case> / <size>`. */
  readonly name: string;
  /** Throws when the operation does not do what it should. Called once, before anything is timed. */
  readonly prove: () => void;
  /** The operation. What it returns is looked at, so that no compiler leaves it out. */
  readonly run: () => unknown;
}

export interface Timing {
  /** Of the processor, collection included. */
  readonly nanoseconds: number;
  /** On the heap; array buffers above 64 bytes lie elsewhere and do not count. Undefined when the collector ran each time. */
  readonly bytes: number | undefined;
}

const SAMPLES = 7;
const SAMPLE_MS = 40;
/** What is allocated in one look at the heap: less than what wakes the collector. */
const LOOK_BYTES = 400_000;
const LOOK_RUNS = 20_000;

export function timeCase({ run }: MicroCase): Timing {
  const runs = runsOf(run);
  const times = Array.from({ length: SAMPLES }, () => elapsed(run, runs) / runs);
  // The sample that was disturbed least.
  return { nanoseconds: 1e6 * Math.min(...times), bytes: bytesOf(run) };
}

/** As many as fill a sample; trying it warms the code up. */
function runsOf(run: () => unknown): number {
  for (let runs = 1; ; runs *= 2) {
    const ms = elapsed(run, runs);
    if (ms >= SAMPLE_MS / 2) return Math.ceil((runs * SAMPLE_MS) / ms);
  }
}

/** What was returned last, where anybody may read it: so nothing that leads to it can be left out. */
export let seen: unknown;

/** Milliseconds of the processor. */
function elapsed(run: () => unknown, runs: number): number {
  const before = process.cpuUsage();
  for (let i = 0; i < runs; i++) seen = run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

function bytesOf(run: () => unknown): number | undefined {
  let [runs, grown] = [1, 0];
  for (; grown < LOOK_BYTES && runs < LOOK_RUNS; runs *= 2) {
    const looks = Array.from({ length: 3 }, () => growth(run, runs));
    // Where the collector ran in between, the heap has shrunk.
    const sound = looks.filter((bytes) => bytes >= 0).sort((a, b) => a - b);
    if (sound.length === 0) return undefined;
    grown = sound[sound.length >> 1] as number;
  }
  return Math.max(0, (grown - growth(() => undefined, 1)) / (runs / 2));
}

function growth(run: () => unknown, runs: number): number {
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < runs; i++) seen = run();
  return process.memoryUsage().heapUsed - before;
}

/** @throws Error with the claim when it is not so. */
export function holds(claim: string, isTrue: boolean): void {
  if (!isTrue) throw new Error(`not proved: ${claim}`);
}
