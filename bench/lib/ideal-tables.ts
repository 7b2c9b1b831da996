// A network that answers FIND-NODE as if each node had filled its table as well as can be: of every bucket k nodes at random, or all
// that there are. Nothing but keys: it stands in for nodes of which there are too many to run.

export interface IdealNode {
  readonly key: Uint8Array;
}

export interface IdealOptions {
  readonly k: number;
  /** A number from 0 to below 1. */
  readonly random: () => number;
}

export class IdealTables<Node extends IdealNode> {
  readonly #sorted: readonly Node[];
  readonly #prefixes: Float64Array;
  readonly #options: IdealOptions;
  // Made when they are first asked for; at most as many as there are nodes.
  readonly #tables = new Map<Node, readonly number[]>();
  readonly #placeOf: ReadonlyMap<Node, number>;

  constructor(nodes: readonly Node[], options: IdealOptions) {
    this.#sorted = [...nodes].sort((a, b) => prefixOf(a.key) - prefixOf(b.key));
    this.#prefixes = Float64Array.from(this.#sorted, ({ key }) => prefixOf(key));
    this.#placeOf = new Map(this.#sorted.map((node, place) => [node, place]));
    this.#options = options;
  }

  /** What the node answers: the k closest to the target, of its table. */
  answer(asked: Node, target: Uint8Array): readonly Node[] {
    return this.#closest(target, this.#tableOf(asked));
  }

  /** What a node of this key asks first. */
  start(own: Uint8Array, target: Uint8Array): readonly Node[] {
    return this.#closest(target, this.#tableAround(own));
  }

  /** The k closest of all. */
  holders(target: Uint8Array): readonly Node[] {
    return this.#closest(target, this.#around(prefixOf(target)));
  }

  #closest(target: Uint8Array, places: readonly number[]): readonly Node[] {
    const to = prefixOf(target);
    const distance = (place: number) => xor(this.#prefixes[place] as number, to);
    const sorted = places.map((place) => [distance(place), place] as const).sort(([a], [b]) => a - b);
    return sorted.slice(0, this.#options.k).map(([, place]) => this.#sorted[place] as Node);
  }

  #tableOf(node: Node): readonly number[] {
    const own = this.#placeOf.get(node);
    const table = this.#tables.get(node) ?? this.#tableAround(node.key).filter((place) => place !== own);
    this.#tables.set(node, table);
    return table;
  }

  #tableAround(key: Uint8Array): readonly number[] {
    const own = prefixOf(key);
    const table: number[] = [];
    let [from, to] = [0, this.#sorted.length];
    for (let size = SPACE; to - from > 0 && size > 1; size /= 2) {
      const start = own - (own % size);
      const middle = this.#firstFrom(start + size / 2);
      const isUpper = own % size >= size / 2;
      table.push(...this.#some(...(isUpper ? ([from, middle] as const) : ([middle, to] as const))));
      [from, to] = isUpper ? [middle, to] : [from, middle];
    }
    for (let place = from; place < to; place++) table.push(place);
    return table;
  }

  /** The nodes of the smallest region around a prefix that has k. */
  #around(prefix: number): readonly number[] {
    for (let size = 2; ; size *= 2) {
      const start = prefix - (prefix % size);
      const [from, to] = [this.#firstFrom(start), this.#firstFrom(start + size)];
      if (to - from >= this.#options.k || size >= SPACE)
        return Array.from({ length: to - from }, (_, i) => from + i);
    }
  }

  #some(from: number, to: number): readonly number[] {
    const places = Array.from({ length: to - from }, (_, i) => from + i);
    const { k, random } = this.#options;
    for (let i = 0; i < Math.min(k, places.length); i++) {
      const other = i + Math.floor(random() * (places.length - i));
      [places[i], places[other]] = [places[other] as number, places[i] as number];
    }
    return places.slice(0, k);
  }

  #firstFrom(prefix: number): number {
    let [low, high] = [0, this.#prefixes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#prefixes[middle] as number) < prefix) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const PREFIX_BYTES = 6;
const SPACE = 2 ** (8 * PREFIX_BYTES);

/** The first 48 bits: enough to tell millions of nodes apart. */
function prefixOf(key: Uint8Array): number {
  let prefix = 0;
  for (let i = 0; i < PREFIX_BYTES; i++) prefix = prefix * 256 + (key[i] as number);
  return prefix;
}

function xor(a: number, b: number): number {
  const [highA, highB] = [Math.floor(a / 2 ** 24), Math.floor(b / 2 ** 24)];
  return (highA ^ highB) * 2 ** 24 + ((a % 2 ** 24) ^ (b % 2 ** 24));
}
