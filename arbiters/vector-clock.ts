// The default arbiter, under the name that applications import it by. It lives with the engine, which uses it when no other is
// given.

export {
  advance,
  compareVectorClocks,
  type VectorClock,
  type VectorClockOrder,
  vectorClock,
} from '../src/plugin.js';
