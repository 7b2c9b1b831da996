// `--name value` of the benches that compare libraries. The default of each says what it takes: a number, a text, or nothing at all.

import { parseArgs } from 'node:util';

type Defaults = Readonly<Record<string, number | string | boolean>>;
type Parameters<Default extends Defaults> = {
  readonly [Name in keyof Default]: Default[Name] extends number
    ? number
    : Default[Name] extends boolean
      ? boolean
      : string;
};

/** @throws Error that names the flag, for one that is not known and for what is no number where one is due. */
export function parametersOf<const Default extends Defaults>(
  args: readonly string[],
  defaults: Default,
): Parameters<Default> {
  const options = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [
      name,
      { type: typeof value === 'boolean' ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const { values } = parseArgs({ args: [...args], options });
  const given = Object.entries(defaults).map(([name, value]) => [name, parsed(name, values[name], value)]);
  return Object.fromEntries(given) as Parameters<Default>;
}

function parsed(
  name: string,
  given: string | boolean | undefined,
  value: number | string | boolean,
): unknown {
  if (given === undefined || typeof value !== 'number') return given ?? value;
  const number = given === '' ? Number.NaN : Number(given);
  if (!Number.isFinite(number) || number < 0) throw new Error(`--${name}: a number, not below zero`);
  if (Number.isInteger(value) && !Number.isInteger(number)) throw new Error(`--${name}: a natural number`);
  return number;
}
