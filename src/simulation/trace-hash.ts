// A running hash of what happened, to compare two runs by. Quick, not cryptographic.

const scratch = new DataView(new ArrayBuffer(8));

/** Two multiplicative lanes of 32 bits with different odd multipliers, mixed with each other when the value is asked for. */
export class TraceHash {
  #a = 0x243f6a88;
  #b = 0x13198a2e;

  /** 16 hexadecimal digits. More can be added afterwards. */
  get value(): string {
    const hex = (lane: number) => (lane >>> 0).toString(16).padStart(8, '0');
    return (
      hex(mix(this.#a ^ Math.imul(this.#b, 0x9e3779b1))) + hex(mix(this.#b ^ Math.imul(this.#a, 0x85ebca77)))
    );
  }

  number(value: number): void {
    scratch.setFloat64(0, value);
    this.#word(scratch.getUint32(0));
    this.#word(scratch.getUint32(4));
  }

  text(value: string): void {
    this.number(value.length);
    for (let at = 0; at < value.length; at++) this.#word(value.charCodeAt(at));
  }

  bytes(value: Uint8Array): void {
    this.number(value.length);
    // Sixteen bytes at a time, in four lanes that do not wait for each other: most of a simulator's own time is spent here.
    const most = value.length & ~15;
    let a = this.#a;
    let b = this.#b;
    let c = ~a;
    let d = ~b;
    for (let at = 0; at < most; at += 16) {
      a = Math.imul(a ^ wordAt(value, at), 0x9e3779b1);
      b = Math.imul(b ^ wordAt(value, at + 4), 0x85ebca77);
      c = Math.imul(c ^ wordAt(value, at + 8), 0xc2b2ae3d);
      d = Math.imul(d ^ wordAt(value, at + 12), 0x27d4eb2f);
      a ^= a >>> 15;
      b ^= b >>> 13;
      c ^= c >>> 16;
      d ^= d >>> 14;
    }
    this.#word(a);
    this.#word(b);
    this.#word(c);
    this.#word(d);
    for (let at = most; at < value.length; at++) this.#word(value[at] as number);
  }

  #word(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x9e3779b1);
    this.#a ^= this.#a >>> 15;
    this.#b = Math.imul(this.#b ^ word, 0x85ebca77);
    this.#b ^= this.#b >>> 13;
  }
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}

function mix(lane: number): number {
  const mixed = Math.imul(lane ^ (lane >>> 16), 0x21f0aaad);
  return mixed ^ (mixed >>> 15);
}
