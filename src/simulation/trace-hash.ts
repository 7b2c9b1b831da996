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
    // By words of four bytes, the last filled up: most of a simulation's time would else be spent here.
    for (let at = 0; at < value.length; at += 4) {
      const [a = 0, b = 0, c = 0, d = 0] = [value[at], value[at + 1], value[at + 2], value[at + 3]];
      this.#word(a | (b << 8) | (c << 16) | (d << 24));
    }
  }

  #word(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x9e3779b1);
    this.#a ^= this.#a >>> 15;
    this.#b = Math.imul(this.#b ^ word, 0x85ebca77);
    this.#b ^= this.#b >>> 13;
  }
}

function mix(lane: number): number {
  const mixed = Math.imul(lane ^ (lane >>> 16), 0x21f0aaad);
  return mixed ^ (mixed >>> 15);
}
