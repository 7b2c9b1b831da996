// What one node did between two moments: its FIND-NODEs, the bytes that it sent and received, the time.

import { Kind } from '../../wire/messages.js';
import type { ScenarioNetwork } from './scenario-network.js';
import type { ScenarioNode } from './scenario-node.js';

export interface Cost {
  readonly requests: number;
  readonly bytes: number;
  readonly ms: number;
}

/** Starts to measure; what is returned tells the cost until now. */
export function meter({ runtime, network }: ScenarioNetwork, { name }: ScenarioNode): () => Cost {
  const traffic = network.trafficOf(name);
  const startMs = runtime.now();
  const requests = traffic.byKind[Kind.findNode] as number;
  const bytes = traffic.bytes + traffic.receivedBytes;
  return () => ({
    requests: (traffic.byKind[Kind.findNode] as number) - requests,
    bytes: traffic.bytes + traffic.receivedBytes - bytes,
    ms: runtime.now() - startMs,
  });
}

/** Costs of many: samples, until they are summed up. */
export class Costs {
  // As many as the scenario asks for.
  readonly requests: number[] = [];
  readonly bytes: number[] = [];
  readonly ms: number[] = [];

  add({ requests, bytes, ms }: Cost): void {
    this.requests.push(requests);
    this.bytes.push(bytes);
    this.ms.push(ms);
  }
}
