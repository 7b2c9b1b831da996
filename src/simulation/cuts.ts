// Which hosts cannot reach which.

interface Cut {
  readonly from: ReadonlySet<string>;
  readonly to: ReadonlySet<string>;
}

/** One-way cuts between sets of hosts; a partition is the cuts between its groups. As many as the scenario makes. */
export class Cuts {
  readonly #cuts = new Set<Cut>();

  /** Returns what ends the cut again. */
  add(from: Iterable<string>, to: Iterable<string>): () => void {
    const cut = { from: new Set(from), to: new Set(to) };
    this.#cuts.add(cut);
    return () => this.#cuts.delete(cut);
  }

  clear(): void {
    this.#cuts.clear();
  }

  separate(from: string, to: string): boolean {
    if (this.#cuts.size === 0) return false;
    for (const cut of this.#cuts) if (cut.from.has(from) && cut.to.has(to)) return true;
    return false;
  }
}
