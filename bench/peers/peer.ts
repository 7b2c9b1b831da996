// What the benches ask of a library, and what each adapter says of it. What a library cannot do is absent here, never imitated.

/** How a node is reached, as JSON: it is passed between processes. */
export interface Address {
  /** As the library writes ids. */
  readonly id: string;
  /** `host:port`: what a contact that was found is held against. */
  readonly where: string;
  readonly [field: string]: unknown;
}

/** One PING to a node that is known already, as often as one likes. */
export interface Ping {
  readonly send: () => Promise<unknown>;
  /** The id of the node that gave this answer. */
  readonly idIn: (answer: unknown) => string | undefined;
}

/** What `rpc` needs. */
export interface Pingable {
  readonly address: Address;
  /** Comes to know the other one. What it costs is not timed. */
  meet(other: Address): Promise<Ping>;
  close(): Promise<void>;
}

export interface PeerNode extends Pingable {
  /** Nodes in the routing table. */
  tableSize(): number;
  /** Requests of lookups that have left so far. Absent: they cannot be counted. */
  requests?(): number;
  /** Connections to others. Absent: there are none, as over UDP, or the library closes them after each request. */
  links?(): number;
  /** Makes something findable, and resolves to its id when it is: see `finds`. */
  register(): Promise<string>;
  /** Resolves to where the host is, `undefined` when the id was not found. */
  find(id: string): Promise<string | undefined>;
  /** Looks for an id that nobody has, and resolves to the ids of the nodes that it ends with. Absent: it ends with nobody in particular. */
  findClosest?(id: string): Promise<readonly string[]>;
  /** As a process that is stopped: what is open stays open, what comes is accepted, nothing is answered. */
  freeze(): void;
  /** As a process that is killed: sockets close, and nobody is told. */
  die(): void;
}

export interface StartOptions {
  /** Nodes to join through. */
  readonly seeds: readonly Address[];
  /** Whether the node proves that its id is its own, where the library leaves the choice. Default true. */
  readonly proves?: boolean;
  /** Whether there are so many nodes in the process that its open files are to be shared out. Default false. */
  readonly isCrowded?: boolean;
  /** Whether requests are counted, where that takes something put between the node and its sockets. Default false. */
  readonly counts?: boolean;
  /** Whether `freeze` and `die` will be called, likewise. Default false. */
  readonly breaks?: boolean;
}

export interface Library {
  readonly name: string;
  /** What `find` looks for: entities that a node hosts, or the nodes themselves. */
  readonly finds: 'entities' | 'nodes';
  /** How many closest nodes `findClosest` ends with. */
  readonly k: number;
  /** Where an id lies, by XOR distance. */
  keyOf(id: string): Uint8Array;
  /** An id that nobody has. */
  unusedId(): string;
  /** Resolves when the node considers itself joined. */
  start(options: StartOptions): Promise<PeerNode>;
}
