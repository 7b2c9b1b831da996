// How long what is sent is under way.

import { badOption, checkFields, checkNumber, checkType } from './check.js';
import {
  checkDistribution,
  type Distribution,
  distributionTypes,
  normal,
  onGrid,
  type Random,
  samplerOf,
} from './distribution.js';
import { exp } from './exact-math.js';
import { type Plane, planeDistance, type Regions, regionOf } from './places.js';

/**
 * One way, in milliseconds: always the same; evenly spread; by a distribution; by where the two hosts are; or by a function of a
 * source of numbers from 0 to below 1, and the two hosts. What is drawn is rounded to 2^-10 ms.
 */
export type Latency =
  | number
  | { readonly min: number; readonly max: number }
  | Distribution
  | Plane
  | Regions
  | ((random: Random, from: string, to: string) => number);

export type DrawLatency = (random: Random, from: string, to: string) => number;

const LONGEST_MS = 3_600_000;
const placed = ['plane', 'regions'] as const;

/** `seed`: where hosts are is drawn by their name and it. @throws DisgoverError `ERR_BAD_OPTION` */
export function latencyOf(latency: Latency, seed: number): DrawLatency {
  if (typeof latency === 'function') return (random, from, to) => onGrid(latency(random, from, to));
  checkLatency('latency', latency);
  if (typeof latency === 'number') {
    const ms = onGrid(latency);
    return () => ms;
  }
  if (!('type' in latency)) {
    const { min, max } = latency;
    return (random) => onGrid(min + (max - min) * random());
  }
  if (latency.type === 'plane') return ofPlane(latency, seed);
  if (latency.type === 'regions') return ofRegions(latency, seed);
  return samplerOf(latency);
}

/** @throws DisgoverError `ERR_BAD_OPTION`. `where`: for the message. */
export function checkLatency(where: string, latency: unknown): void {
  if (typeof latency === 'function') return;
  if (typeof latency !== 'object' || latency === null) {
    checkNumber(where, latency, 0, LONGEST_MS);
    return;
  }
  if (!('type' in latency)) {
    const { min, max } = checkFields(where, latency, ['min', 'max', 'type']);
    checkNumber(`${where}.max`, max, checkNumber(`${where}.min`, min, 0, LONGEST_MS), LONGEST_MS);
    return;
  }
  const type = checkType(where, latency, [...distributionTypes, ...placed]);
  if (type === 'plane') checkPlane(where, latency);
  else if (type === 'regions') checkRegions(where, latency);
  else checkDistribution(where, latency);
}

function checkPlane(where: string, latency: unknown): void {
  const {
    crossingMs,
    leastMs = 0,
    sigma = 0,
  } = checkFields(where, latency, ['type', 'crossingMs', 'leastMs', 'sigma']);
  checkNumber(`${where}.crossingMs`, crossingMs, 0, LONGEST_MS);
  checkNumber(`${where}.leastMs`, leastMs, 0, LONGEST_MS);
  checkNumber(`${where}.sigma`, sigma, 0, 10);
}

function checkRegions(where: string, latency: unknown): void {
  const { ms, shares = {}, sigma = 0 } = checkFields(where, latency, ['type', 'ms', 'shares', 'sigma']);
  checkNumber(`${where}.sigma`, sigma, 0, 10);
  if (typeof ms !== 'object' || ms === null || Object.keys(ms).length === 0)
    throw badOption(`${where}.ms must be an object of regions, { eu: { eu: 8, us: 45 }, us: { us: 10 } }`);
  const names = Object.keys(ms);
  for (const from of names) {
    const row = checkFields(`${where}.ms.${from}`, (ms as Record<string, unknown>)[from], names);
    for (const to of names) {
      const value = row[to] ?? (ms as Record<string, Record<string, unknown> | undefined>)[to]?.[from];
      checkNumber(`${where}.ms.${from}.${to}`, value, 0, LONGEST_MS);
    }
  }
  const given = checkFields(`${where}.shares`, shares, names);
  for (const name of Object.keys(given)) checkNumber(`${where}.shares.${name}`, given[name], 0, 1e9);
  if (Object.keys(given).length > 0 && !Object.values(given).some((share) => (share as number) > 0))
    throw badOption(`${where}.shares must not all be 0`);
}

function ofPlane({ crossingMs, leastMs = 0, sigma = 0 }: Plane, seed: number): DrawLatency {
  const distance = planeDistance(seed);
  return (random, from, to) => spread(leastMs + crossingMs * distance(from, to), sigma, random);
}

function ofRegions({ ms, shares, sigma = 0 }: Regions, seed: number): DrawLatency {
  const region = regionOf(Object.keys(ms), shares, seed);
  return (random, from, to) => {
    const [a, b] = [region(from), region(to)];
    return spread(ms[a]?.[b] ?? (ms[b]?.[a] as number), sigma, random);
  };
}

/** Around what it takes between two places: lognormal, of which `ms` is the median. */
function spread(ms: number, sigma: number, random: Random): number {
  return onGrid(sigma === 0 ? ms : ms * exp(sigma * normal(random)));
}
