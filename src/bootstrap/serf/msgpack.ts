// As much of MessagePack as Serf's RPC speaks. A package would be ten times as long, and take raw addresses for text.

/** What is decoded: strings stay bytes, since Serf writes addresses as strings of bytes. */
export type Value = null | boolean | number | bigint | Buffer | Value[] | ReadonlyMap<string, Value>;

export type Encodable = string | number | { readonly [key: string]: Encodable };

/** Deeper is nothing that Serf says. */
const MOST_DEPTH = 8;
const [FIX_MAP, FIX_STR, STR_16, UINT_32, MAP_16] = [0x80, 0xa0, 0xda, 0xce, 0xde];

/** Strings as the older specification has them, which is what Serf reads. */
export function encode(value: Encodable): Buffer {
  if (typeof value === 'number') {
    if (value < 0x80) return Buffer.of(value);
    const bytes = Buffer.alloc(5, UINT_32);
    bytes.writeUInt32BE(value, 1);
    return bytes;
  }
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([head(text.length, FIX_STR, 32, STR_16), text]);
  }
  const entries = Object.entries(value);
  return Buffer.concat([
    head(entries.length, FIX_MAP, 16, MAP_16),
    ...entries.flatMap(([key, item]) => [encode(key), encode(item)]),
  ]);
}

function head(length: number, short: number, shorterThan: number, long: number): Buffer {
  return length < shorterThan ? Buffer.of(short | length) : Buffer.of(long, length >> 8, length & 0xff);
}

/** More bytes are needed. */
export class Incomplete extends Error {}

/** Values one after the other. What a length promises is not allocated before it is there. */
export class Decoder {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** How much has been read. */
  get offset(): number {
    return this.#at;
  }

  /** @throws Incomplete; RangeError for what is not MessagePack, or not of Serf. */
  read(depth = 0): Value {
    if (depth > MOST_DEPTH) throw new RangeError('nested too deep');
    const type = this.#take(1)[0] as number;
    if (type < 0x80) return type;
    if (type < 0x90) return this.#map(type & 0x0f, depth);
    if (type < 0xa0) return this.#array(type & 0x0f, depth);
    if (type < 0xc0) return this.#take(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xd9:
        return this.#take(this.#unsigned(1));
      case 0xc5:
      case 0xda:
        return this.#take(this.#unsigned(2));
      case 0xc6:
      case 0xdb:
        return this.#take(this.#unsigned(4));
      case 0xca:
        return this.#take(4).readFloatBE();
      case 0xcb:
        return this.#take(8).readDoubleBE();
      case 0xcc:
        return this.#unsigned(1);
      case 0xcd:
        return this.#unsigned(2);
      case 0xce:
        return this.#unsigned(4);
      case 0xcf:
        return this.#take(8).readBigUInt64BE();
      case 0xd0:
        return this.#take(1).readInt8();
      case 0xd1:
        return this.#take(2).readInt16BE();
      case 0xd2:
        return this.#take(4).readInt32BE();
      case 0xd3:
        return this.#take(8).readBigInt64BE();
      case 0xdc:
        return this.#array(this.#unsigned(2), depth);
      case 0xdd:
        return this.#array(this.#unsigned(4), depth);
      case 0xde:
        return this.#map(this.#unsigned(2), depth);
      case 0xdf:
        return this.#map(this.#unsigned(4), depth);
      default:
        throw new RangeError(`type 0x${type.toString(16)}`);
    }
  }

  #array(length: number, depth: number): Value[] {
    const items: Value[] = [];
    for (let i = 0; i < length; i++) items.push(this.read(depth + 1));
    return items;
  }

  #map(length: number, depth: number): Map<string, Value> {
    const map = new Map<string, Value>();
    for (let i = 0; i < length; i++) {
      const key = this.read(depth + 1);
      if (!Buffer.isBuffer(key)) throw new RangeError('a key that is no string');
      map.set(key.toString(), this.read(depth + 1));
    }
    return map;
  }

  #unsigned(bytes: 1 | 2 | 4): number {
    return this.#take(bytes).readUIntBE(0, bytes);
  }

  #take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new Incomplete();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}
