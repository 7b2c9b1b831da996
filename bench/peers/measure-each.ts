// Measures one library after the other, each in a process of its own that ends with it.

import { Child } from '../lib/child.js';
import type { MeasureCommand } from './measure.js';

export type Measured<Result> = { readonly name: string } & (
  | { readonly result: Result }
  | { readonly failure: string }
);

/** `timeoutS`: of each. Where all fail, so does the run. */
export async function measureEach<Result>(
  names: readonly string[],
  what: MeasureCommand['what'],
  parameters: object,
  timeoutS: number,
): Promise<Measured<Result>[]> {
  const measured: Measured<Result>[] = [];
  for (const name of names) {
    console.error(`${what}: ${name}`);
    measured.push(await measureOne(name, what, parameters, timeoutS));
  }
  if (measured.every((one) => 'failure' in one)) process.exitCode = 1;
  return measured;
}

async function measureOne<Result>(
  name: string,
  what: MeasureCommand['what'],
  parameters: object,
  timeoutS: number,
): Promise<Measured<Result>> {
  const child = new Child(new URL('measure.ts', import.meta.url));
  const command: MeasureCommand = { what, library: name, parameters };
  try {
    return { name, result: await child.ask<Result>(command, 1_000 * timeoutS) };
  } catch (fault) {
    return { name, failure: (fault as Error).message };
  } finally {
    child.end();
  }
}
