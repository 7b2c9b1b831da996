// The interfaces that a group is spoken on, and who is on their wire.

import { networkInterfaces } from 'node:os';
import { type Cidr, holds } from '../../address/cidr.js';
import { parseIp } from '../../address/ip.js';

export type Family = 'IPv4' | 'IPv6';

export interface Interface {
  readonly name: string;
  /** Its address of the family; of several, the first. */
  readonly address: string;
  /** What tells it apart for sockets: its address, or, of IPv6, its name as a zone. */
  readonly handle: string;
  /** What lies on its wire. */
  readonly blocks: readonly Cidr[];
}

/** A machine with more (one for each of its containers) names the one that it means. */
const MOST_INTERFACES = 16;

/** Those that are up, or the one of this name or address. Without a network, the machine's own loopback: its processes find each other. */
export function interfacesOf(family: Family, wanted: string | undefined): readonly Interface[] {
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) => {
    const ofFamily = addresses.filter((one) => one.family === family);
    const own = ofFamily.find(({ address }) => address === wanted) ?? ofFamily[0];
    if (own === undefined) return [];
    // Windows numbers its zones.
    const zone = process.platform === 'win32' ? `${'scopeid' in own ? own.scopeid : ''}` : name;
    const handle = family === 'IPv4' ? own.address : `::%${zone}`;
    const blocks = ofFamily.flatMap((one) => blockOf(one.address, one.cidr));
    return [{ name, address: own.address, handle, blocks, isInternal: own.internal }];
  });
  if (wanted !== undefined) return all.filter(({ name, address }) => name === wanted || address === wanted);
  const external = all.filter(({ isInternal }) => !isInternal);
  return (external.length > 0 ? external : all).slice(0, MOST_INTERFACES);
}

export function interfaceNames(): string {
  return Object.keys(networkInterfaces()).join(', ');
}

/** The addresses of this machine. */
export function ownAddresses(): ReadonlySet<string> {
  return new Set(
    Object.values(networkInterfaces()).flatMap((ones = []) => ones.map(({ address }) => address)),
  );
}

/** The interface on whose wire an address lies; what comes from beyond a router is not listened to. */
export function wireOf<Of extends Interface>(address: string, interfaces: readonly Of[]): Of | undefined {
  const [host = '', zone] = address.split('%');
  const bytes = parseIp(host);
  if (bytes === undefined) return undefined;
  return interfaces.find(
    ({ blocks, handle, name }) =>
      (zone === undefined || zone === name || handle === `::%${zone}`) &&
      blocks.some((block) => holds(block, bytes)),
  );
}

function blockOf(address: string, cidr: string | null): Cidr[] {
  const bytes = parseIp(address);
  const bits = Number(cidr?.split('/')[1]);
  return bytes === undefined || Number.isNaN(bits) ? [] : [{ bytes, bits }];
}
