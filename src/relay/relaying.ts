// What makes a node a relay. Its twin for browsers has nothing of it.

export { Onward } from './onward.js';
export { Passages } from './passages.js';
