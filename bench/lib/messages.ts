// Messages of one length on a stream: the least that an exchange over TCP can do.

/** About as long as a PING. */
export const MESSAGE_BYTES = 32;

export class Messages {
  #rest: Buffer = Buffer.alloc(0);

  /** The messages that are whole with this chunk. */
  push(chunk: Buffer): Buffer[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const whole: Buffer[] = [];
    let at = 0;
    for (; at + MESSAGE_BYTES <= bytes.length; at += MESSAGE_BYTES) {
      whole.push(bytes.subarray(at, at + MESSAGE_BYTES));
    }
    this.#rest = bytes.subarray(at);
    return whole;
  }
}
