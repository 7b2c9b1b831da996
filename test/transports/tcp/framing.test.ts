import { expect } from 'chai';
import { Refusal } from '../../../src/plugin.js';
import { FrameReader } from '../../../transports/tcp/framing.js';

const framed = (...frames: Uint8Array[]) =>
  Buffer.concat(
    frames.flatMap((frame) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(frame.length);
      return [length, frame];
    }),
  );

const lengthOf = (length: number) =>
  framed(new Uint8Array(0))
    .fill(length >>> 24, 0, 1)
    .fill(length >>> 16, 1, 2)
    .fill(length >>> 8, 2, 3)
    .fill(length, 3);

/** What comes out for these chunks: frames as hex, a refusal as its code and detail. */
function read(chunks: Iterable<Uint8Array>, maxFrameBytes = 4_096, reader = new FrameReader()): string[] {
  const out: string[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let got = reader.next(maxFrameBytes); got; got = reader.next(maxFrameBytes)) {
      if (got instanceof Refusal) return [...out, `${got.code}: ${got.detail}`];
      out.push(Buffer.from(got).toString('hex'));
    }
  }
  return out;
}

const byteByByte = (bytes: Uint8Array) => Array.from(bytes, (byte) => Uint8Array.of(byte));

describe('FrameReader', () => {
  const frames = [
    Buffer.from('61', 'hex'),
    Buffer.alloc(7, 'b'),
    Buffer.alloc(300, 'c'),
    Buffer.alloc(2, 'd'),
  ];
  const stream = framed(...frames);
  const expected = frames.map((frame) => frame.toString('hex'));

  it('cuts a chunk into its frames', () => expect(read([stream])).to.deep.equal(expected));

  it('joins frames that are cut at any one position', () => {
    for (let at = 0; at <= stream.length; at++) {
      expect(read([stream.subarray(0, at), stream.subarray(at)]), `cut at ${at}`).to.deep.equal(expected);
    }
  });

  it('joins frames that are cut at any two positions', () => {
    const short = framed(Buffer.from('a'), Buffer.from('bcd'), Buffer.from('ef'));
    for (let from = 0; from <= short.length; from++) {
      for (let to = from; to <= short.length; to++) {
        const chunks = [short.subarray(0, from), short.subarray(from, to), short.subarray(to)];
        expect(read(chunks), `cut at ${from} and ${to}`).to.deep.equal(['61', '626364', '6566']);
      }
    }
  });

  it('joins frames that trickle in', () => expect(read(byteByByte(stream))).to.deep.equal(expected));

  it('hands over a frame within one chunk as a view of it', () => {
    const reader = new FrameReader();
    reader.push(stream);
    const frame = reader.next(4_096);
    expect(frame).to.be.instanceOf(Uint8Array);
    expect((frame as Uint8Array).buffer).to.equal(stream.buffer);
  });

  it('keeps what is not taken', () => {
    const reader = new FrameReader();
    reader.push(stream);
    expect(reader.next(4_096)).to.have.length(1);
    expect(read([], 4_096, reader)).to.deep.equal([]);
    expect([7, 300, 2].map(() => (reader.next(4_096) as Uint8Array).length)).to.deep.equal([7, 300, 2]);
    expect(reader.next(4_096)).to.equal(undefined);
  });

  it('holds each frame against the limit of its moment', () => {
    const reader = new FrameReader();
    reader.push(framed(Buffer.alloc(10), Buffer.alloc(20)));
    expect(reader.next(10)).to.have.length(10);
    expect(reader.next(20)).to.have.length(20);
  });

  it('allocates for what arrived and not for what is announced', () => {
    const readers = Array.from({ length: 500 }, () => new FrameReader());
    const before = process.memoryUsage().arrayBuffers;
    for (const reader of readers)
      expect(read([lengthOf(65_536), Buffer.alloc(3)], 65_536, reader)).to.deep.equal([]);
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(500 * 1_000);
    expect(readers.every((reader) => reader.isWithinFrame)).to.equal(true);
  });

  context('when a length is refused', () => {
    const cases = {
      'FRAME_EMPTY: 0 B': 0,
      'FRAME_TOO_LARGE: 4097 B > 4096 B': 4_097,
      'FRAME_TOO_LARGE: 65537 B > 4096 B': 65_537,
      'FRAME_TOO_LARGE: 4294967295 B > 4096 B': 0xffffffff,
    };
    for (const [refusal, length] of Object.entries(cases)) {
      it(`says ${refusal}`, () => {
        expect(read([lengthOf(length)])).to.deep.equal([refusal]);
        expect(read(byteByByte(lengthOf(length)))).to.deep.equal([refusal]);
        expect(read([framed(Buffer.from('a')), lengthOf(length)])).to.deep.equal(['61', refusal]);
      });
    }
  });

  context('when something else than a node speaks', () => {
    const http = 'BAD_MAGIC: looks like HTTP, which nodes do not speak at this port';
    for (const method of [
      'GET',
      'POST',
      'PUT',
      'HEAD',
      'DELETE',
      'OPTIONS',
      'PATCH',
      'CONNECT',
      'TRACE',
      'PRI',
    ]) {
      it(`recognises HTTP by ${method}`, () => {
        const request = Buffer.from(`${method} / HTTP/1.1\r\n\r\n`);
        expect(read([request])).to.deep.equal([http]);
        expect(read(byteByByte(request))).to.deep.equal([http]);
      });
    }

    it('recognises a TLS ClientHello', () => {
      const hello = Buffer.from('16030100f5010000f1', 'hex');
      expect(read([hello])).to.deep.equal(['BAD_MAGIC: looks like TLS']);
      expect(read(byteByByte(hello))).to.deep.equal(['BAD_MAGIC: looks like TLS']);
    });

    it('looks at the first bytes only', () => {
      const chunks = [framed(Buffer.from('a')), Buffer.from('GET / HTTP/1.1\r\n')];
      expect(read(chunks)).to.deep.equal(['61', 'FRAME_TOO_LARGE: 1195725856 B > 4096 B']);
    });

    it('recognises it however long a frame may be', () => {
      expect(read([Buffer.from('GET / HTTP/1.1\r\n')], 0xffffffff)).to.deep.equal([http]);
    });
  });

  context('when the stream ends', () => {
    const endAfter = (bytes: Uint8Array) => {
      const reader = new FrameReader();
      read([bytes], 4_096, reader);
      return reader.end();
    };

    it('accepts an end between frames', () => {
      expect(endAfter(new Uint8Array(0))).to.equal(undefined);
      expect(endAfter(stream)).to.equal(undefined);
    });

    it('says how much of a frame is missing', () => {
      const end = endAfter(Buffer.concat([lengthOf(100), Buffer.alloc(40)]));
      expect(end).to.include({ code: 'FRAME_TRUNCATED', detail: 'got 40 of 100 B' });
      expect(endAfter(lengthOf(100))).to.include({ code: 'FRAME_TRUNCATED', detail: 'got 0 of 100 B' });
    });

    it('says how much of a length is missing', () => {
      const end = endAfter(Buffer.alloc(3));
      expect(end).to.include({ code: 'FRAME_TRUNCATED', detail: 'got 3 of 4 B of a length' });
    });

    it('refuses an end at every position within a frame', () => {
      const one = framed(Buffer.from('abcdef'));
      for (let at = 1; at < one.length; at++) {
        expect(endAfter(one.subarray(0, at)), `end at ${at}`).to.include({ code: 'FRAME_TRUNCATED' });
      }
    });
  });
});
