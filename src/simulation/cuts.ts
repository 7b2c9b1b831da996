// Which hosts cannot reach which.

interface Cut {
  readonly from: ReadonlySet<string>;
  readonly to: ReadonlySet<string>;
}

/** One-way cuts between sets of hosts; a partition is the cuts between its groups. As many as the scenario makes. */
export class Cuts {
  #cuts: Cut[] = [];

  add(from: Iterable<string>, to: Iterable<string>): void {
    this.#cuts.push({ from: new Set(from), to: new Set(to) });
  }

  clear(): void {
    this.#cuts = [];
  }

  separate(from: string, to: string): boolean {
    return this.#cuts.some((cut) => cut.from.has(from) && cut.to.has(to));
  }
}
