// A run as data. Everything but the hooks at the end is a JSON value, so that a file can hold it and one line can replay it.

import type { DisgoverOptions } from '../../options.js';
import type { Distribution } from '../distribution.js';
import type { Latency } from '../latency.js';
import type { ScenarioEvent } from './events.js';
import type { ScenarioNetwork } from './scenario-network.js';

/**
 * Nodes join, and know each other; that moment is the zero of every `atMs`. From then on nodes come and go by `churn`, faults and
 * actions happen at their moments, entities are registered, and are looked up as soon as all are. The run ends when all of that has
 * happened, and not before `durationMs`.
 */
export interface Scenario {
  /** For people. Default `scenario`. */
  readonly name?: string;
  /** Whence all chance. Integer from 0 to 2^53 − 1, default 1. */
  readonly seed?: number;
  /** How many there are at first: `node-0`, `node-1`, … each at a host of its own name. Integer from 1 to 100,000. */
  readonly nodes: number;
  /** As in the options of a node. */
  readonly k?: number;
  /** Requests in flight in a lookup: the option `concurrency`. */
  readonly alpha?: number;
  /** Whether nodes have keys and prove them. Default false: ids are given, and no time is spent on signatures. */
  readonly identities?: boolean;
  readonly join?: ScenarioJoin;
  /** One way. Default lognormal, median 25 ms, sigma 0.5. */
  readonly latency?: Latency;
  /** Share of frames that vanish. From 0 to 1, default 0. Frames of a link neither overtake each other nor come twice. */
  readonly loss?: number;
  readonly churn?: Churn;
  readonly faults?: readonly Fault[];
  /** How many are registered, each at a random node. Default 0. */
  readonly entities?: number | Entities;
  /** How many are made, each by a random node. Default 0. */
  readonly lookups?: number | Lookups;
  /** At least so long after the network has formed. Milliseconds, default 0. */
  readonly durationMs?: number;

  /** Hooks: not part of what a line can replay. Options of each node, whenever it is started; what is set here wins. */
  readonly options?: (node: StartingNode) => NodeOptions;
  /** What else happens, and when. */
  readonly actions?: readonly Action[];
  /** Called after each event of the scenario. What it throws ends the run, which rejects with a `ScenarioFailure`. */
  readonly check?: (network: ScenarioNetwork, event: ScenarioEvent) => void;
}

export interface ScenarioJoin {
  /** Nodes start evenly spread over so many milliseconds. Default one after the other, each when the one before has joined. */
  readonly overMs?: number;
  /** Random nodes that are there already, and that each begins with. Integer from 1 to 20, default 1. */
  readonly seeds?: number;
  /** From the last node's start until the network counts as formed. Milliseconds, default 60000. */
  readonly settleMs?: number;
}

/** A node's stay, then its absence, again and again. Of the first stay a random part has passed when the network has formed. */
export interface Churn {
  readonly sessions: Distribution;
  readonly downtimes: Distribution;
  /** Share of departures that close the node; the others crash it. From 0 to 1, default 0. */
  readonly leave?: number;
  /** Share of returns under a new id, at the same address. From 0 to 1, default 0. */
  readonly newId?: number;
  /** Share of returns that start from the nodes of their last snapshot, and not from seeds. From 0 to 1, default 0. */
  readonly snapshot?: number;
  /** The first so many nodes never go. Integer, default 1. */
  readonly spared?: number;
}

/**
 * Which nodes: by number or name; so many, or a share of all, drawn by chance; those of a range of numbers (`from` to below `to`);
 * or all that no other set of the same fault has. Sets of one fault that are drawn have no node in common.
 */
export type NodeSet =
  | readonly (number | string)[]
  | { readonly count: number }
  | { readonly share: number }
  | { readonly from: number; readonly to: number }
  | 'rest';

/** `atMs`: after the network has formed. `forMs`: until it ends by itself; default never. */
export type Fault = { readonly atMs: number } & (
  | { readonly type: 'partition'; readonly groups: readonly NodeSet[]; readonly forMs?: number }
  /** A partition in one direction: `to` still reaches `from`. */
  | { readonly type: 'cut'; readonly from: NodeSet; readonly to: NodeSet; readonly forMs?: number }
  /** Ends every partition and cut. */
  | { readonly type: 'heal' }
  /** Gone without a word; back after `forMs`, where given. */
  | ({ readonly type: 'crash'; readonly nodes: NodeSet; readonly forMs?: number } & Return)
  /** Closed as it should be; back after `forMs`, where given. */
  | ({ readonly type: 'leave'; readonly nodes: NodeSet; readonly forMs?: number } & Return)
  /** Those of the nodes that are down start again. */
  | ({ readonly type: 'restart'; readonly nodes: NodeSet } & Return)
  /** Accepts and hears everything, and says nothing. */
  | { readonly type: 'freeze'; readonly nodes: NodeSet; readonly forMs?: number }
  | { readonly type: 'thaw'; readonly nodes: NodeSet }
  | { readonly type: 'loss'; readonly share: number; readonly forMs?: number }
  | { readonly type: 'latency'; readonly latency: Latency; readonly forMs?: number }
);

/** How a node comes back. */
export interface Return {
  /** From the nodes of its last snapshot, and not from seeds. Default false. */
  readonly snapshot?: boolean;
  /** Under a new id. Default false. */
  readonly newId?: boolean;
}

export interface Entities {
  readonly count: number;
  /** Registered evenly spread over so many milliseconds. Default one after the other. */
  readonly overMs?: number;
  /** `data` of each. Default none. */
  readonly data?: unknown;
}

export interface Lookups {
  readonly count: number;
  /** Made evenly spread over so many milliseconds. Default one after the other. */
  readonly overMs?: number;
  /** Share of lookups for ids that nobody has. From 0 to 1, default 0. */
  readonly absent?: number;
  /** Paths that share no node. Default 1. */
  readonly paths?: number;
}

/** Something of one's own: `run` is called at its moment, and is waited for before the run ends. */
export interface Action {
  readonly atMs: number;
  /** For events and messages. Default `action`. */
  readonly name?: string;
  readonly run: (network: ScenarioNetwork) => void | Promise<void>;
}

export type NodeOptions = Partial<Omit<DisgoverOptions, 'runtime' | 'seeds'>>;

export interface StartingNode {
  readonly index: number;
  readonly name: string;
  /** How often it was started before. */
  readonly starts: number;
  /** What it is reached by: to be wrapped, where the transport is what is tested. */
  readonly transport: DisgoverOptions['transport'];
}
