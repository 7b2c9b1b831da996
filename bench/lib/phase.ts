// Something done again and again for a while, so many at a time: how often, how long each took, and what the process spent on it.

import { summarize } from './stats.js';

export interface Phase<Answer> {
  readonly perSecond: number;
  /** Milliseconds from the call to its answer. */
  readonly p50: number;
  readonly p99: number;
  /** User and system, of this process, for each. */
  readonly cpuEachUs: number;
  /** `undefined` for a call that failed or took too long. */
  readonly answers: readonly (Answer | undefined)[];
}

export interface PhaseOptions<Task, Answer> {
  /** Done in this order, at most once each. */
  readonly tasks: Iterable<Task>;
  readonly act: (task: Task) => Promise<Answer>;
  readonly inFlight: number;
  /** No task is begun after so long. */
  readonly ms: number;
  /** A call that takes longer is given up, and counts with what it took till then. */
  readonly patienceMs: number;
}

export async function timed<Task, Answer>(options: PhaseOptions<Task, Answer>): Promise<Phase<Answer>> {
  const { tasks, act, inFlight, ms, patienceMs } = options;
  const took: number[] = []; // as many as tasks
  const answers: (Answer | undefined)[] = [];
  const left = tasks[Symbol.iterator]();
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const worker = async () => {
    for (let at = performance.now(); at - startedAt < ms; ) {
      const { value: task, done } = left.next();
      if (done) return;
      const place = answers.push(undefined) - 1;
      answers[place] = await within(patienceMs, act(task));
      const now = performance.now();
      took.push(now - at);
      at = now;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const { p50, p99 } = summarize(took);
  return {
    perSecond: (1_000 * took.length) / elapsedMs,
    p50,
    p99,
    cpuEachUs: (user + system) / took.length,
    answers,
  };
}

/** `undefined` where it failed, or is not there in time. */
function within<Answer>(ms: number, answer: Promise<Answer>): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(undefined), ms);
    const settle = (value?: Answer) => {
      clearTimeout(timer);
      resolve(value);
    };
    answer.then(settle, () => settle());
  });
}
