// The process of one library in the benches that keep all nodes in one: measures what it is asked to, once.

import { serve } from '../lib/child.js';
import { loadLibrary } from './libraries.js';
import type { Library } from './peer.js';

const measures = {
  lookup: () => import('./measure-lookup.js'),
  dead: () => import('./measure-dead.js'),
  join: () => import('./measure-join.js'),
  memory: () => import('./measure-memory.js'),
};

export interface MeasureCommand {
  readonly what: keyof typeof measures;
  readonly library: string;
  readonly parameters: object;
}

type Measure = (library: Library, parameters: object) => Promise<object>;

serve(async ({ what, library, parameters }: MeasureCommand) => {
  const { measure } = await measures[what]();
  return (measure as Measure)(await loadLibrary(library), parameters);
});
