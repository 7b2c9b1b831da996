// A grow-only set in a contact: what several nodes add under one id is found together.

import { type Arbiter, checkOptionNames, DisgoverError, typeName, vectorClock } from '../src/plugin.js';
import { compose } from './compose.js';
import { type UnionOptions, union } from './union.js';

export interface GSetOptions extends UnionOptions {
  /** Where the set is in `data`: `'workerNodes'`, or dotted, `'pool.workers'`. */
  readonly path: string;
}

/**
 * A grow-only set (G-Set, Shapiro et al. 2011, §3.3.1) at `path` in `data`, merged by `union`, which says what a set
 * may be and what it keeps when it is full; the rest of the contact, transport included, by `vectorClock`. Read it with
 * `find(id, { agree: n })`, so that the sets of several holders are merged.
 *
 * `arbiterDefaults` are those of `vectorClock`. @throws DisgoverError those of `vectorClock`, of `union` and of `compose`: a
 * contact whose set or whose rest is too long, or whose `data` is no object, is not registered. `gSet` itself throws
 * `ERR_BAD_OPTION`.
 */
export function gSet(options: GSetOptions): Arbiter {
  checkOptionNames('gSet', options, ['path', 'maxEntries', 'maxBytes']);
  const { path, ...bounds } = options;
  if (typeof path !== 'string') {
    throw new DisgoverError('BAD_OPTION', `gSet: path must be a dotted path in data, got ${typeName(path)}`);
  }
  return compose({ rest: vectorClock(), fields: { [`data.${path}`]: union(bounds) } });
}
