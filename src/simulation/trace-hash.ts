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
    // By words of four bytes, the last filled up. In place and not by `#word`: most of a simulation's time would else be spent here.
    const whole = value.length & ~3;
    let a = this.#a;
    let b = this.#b;
    for (let at = 0; at < whole; at += 4) {
      const word =
        (value[at] as number) |
        ((value[at + 1] as number) << 8) |
        ((value[at + 2] as number) << 16) |
        ((value[at + 3] as number) << 24);
      a = Math.imul(a ^ word, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul(b ^ word, 0x85ebca77);
      b ^= b >>> 13;
    }
    this.#a = a;
    this.#b = b;
    if (whole === value.length) return;
    let rest = 0;
    for (let at = value.length - 1; at >= whole; at--) rest = (rest << 8) | (value[at] as number);
    this.#word(rest);
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
