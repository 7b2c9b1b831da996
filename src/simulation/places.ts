// Where hosts are. Drawn by their names, so that a place does not depend on who came when.

import { SeededRandom } from './seeded-random.js';
import { TraceHash } from './trace-hash.js';

/** Hosts are evenly spread over a square. The way takes `leastMs`, and longer the further they are apart. */
export interface Plane {
  readonly type: 'plane';
  /** From one corner of the square to the opposite one. Milliseconds. */
  readonly crossingMs: number;
  /** Between neighbours. Milliseconds, default 0. */
  readonly leastMs?: number;
  /** Lognormal spread of what the way takes, by its median. Default 0. */
  readonly sigma?: number;
}

/** Hosts are in named regions, by `shares`; one whose name begins with that of a region and `-`, `eu-7`, is there. */
export interface Regions {
  readonly type: 'regions';
  /** From each to each, milliseconds: `{ eu: { eu: 8, us: 45 }, us: { us: 10 } }`. One direction of a pair will do for both. */
  readonly ms: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** How the hosts are shared out, in proportion. Default evenly; 0 for a region that is not named here. */
  readonly shares?: Readonly<Record<string, number>>;
  /** As of a plane. */
  readonly sigma?: number;
}

/** The distance of two hosts, as a share of the diagonal. */
export function planeDistance(seed: number): (from: string, to: string) => number {
  const place = remembered((host) => {
    const random = ofHost(host, seed);
    return [random.fraction(), random.fraction()] as const;
  });
  return (from, to) => {
    const [a, b] = [place(from), place(to)];
    const [x, y] = [a[0] - b[0], a[1] - b[1]];
    return Math.sqrt((x * x + y * y) / 2);
  };
}

/** The region of a host. */
export function regionOf(
  names: readonly string[],
  shares: Readonly<Record<string, number>> | undefined,
  seed: number,
): (host: string) => string {
  const share = (name: string) => (shares === undefined ? 1 : (shares[name] ?? 0));
  const whole = names.reduce((sum, name) => sum + share(name), 0);
  return remembered((host) => {
    const named = names.find((name) => host.startsWith(`${name}-`));
    if (named !== undefined) return named;
    let rest = ofHost(host, seed).fraction() * whole;
    const drawn = names.find((name) => {
      rest -= share(name);
      return rest < 0;
    });
    return drawn ?? (names.findLast((name) => share(name) > 0) as string);
  });
}

function ofHost(host: string, seed: number): SeededRandom {
  const hash = new TraceHash();
  hash.number(seed);
  hash.text(host);
  return new SeededRandom(Number.parseInt(hash.value.slice(0, 13), 16));
}

function remembered<Place>(find: (host: string) => Place): (host: string) => Place {
  const places = new Map<string, Place>(); // as many as there are hosts
  return (host) => {
    let place = places.get(host);
    if (place === undefined) {
      place = find(host);
      places.set(host, place);
    }
    return place;
  };
}
