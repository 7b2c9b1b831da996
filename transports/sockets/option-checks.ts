// What the options of all transports over sockets are checked with, and refused in the same words.
import { DisgoverError, typeName, unknownName } from '../../src/plugin.js';

/** Of a second `listen`: what was to be the transport of another node would end with the first. */
export const ONE_NODE = 'one instance serves one node, make one for each';

/** `option` as it is reached from the factory: `tcp: advertise.host`. */
export function refuseOption(option: string, wanted: string): never {
  throw new DisgoverError('BAD_OPTION', `${option}: ${wanted}`);
}

/** A plain object with no other fields than those known. */
export function checkFields(option: string, value: unknown, known: readonly string[]): void {
  if (typeName(value) !== 'object') refuseOption(option, `object, got ${typeName(value)}`);
  for (const key of Object.keys(value as object)) {
    if (!known.includes(key)) refuseOption(option, unknownName('option', key, known));
  }
}

export function checkBoolean(option: string, value: unknown): boolean {
  return typeof value === 'boolean' ? value : refuseOption(option, `boolean, got ${typeName(value)}`);
}
