// What `npm run bench -- hops` fails on: the engine with the default k and alpha, all nodes alive and honest, an entity looked for.

import { digits } from '../lib/report.js';
import type { Measured } from './figures.js';

const gates = [
  { nodes: 1_000, mean: 1.45, p99: 2, requests: 4.5 },
  { nodes: 10_000, mean: 2.05, p99: 3, requests: 6 },
];

/** Says whether the figures are within their gate, where there is one. False when they are not. */
export function passesGate({ options, figures, found, lookups }: Measured): boolean {
  const { isModel, k, alpha, dead, adversaries, paths, target, nodes } = options;
  if (isModel || k !== 20 || alpha !== 3 || dead + adversaries > 0 || paths > 1 || target === 'node')
    return true;
  const gate = gates.find((gate) => gate.nodes >= nodes);
  if (gate === undefined) return true;
  const { hops, requestsToFind } = figures;
  const isWithin =
    found === lookups &&
    hops.mean <= gate.mean &&
    hops.p99 <= gate.p99 &&
    requestsToFind.mean <= gate.requests;
  console.log(
    `${isWithin ? 'within' : 'BEYOND'} the gate: all found, mean hops ${digits(gate.mean, 2)}, p99 ${gate.p99}, requests ${gate.requests}`,
  );
  return isWithin;
}
