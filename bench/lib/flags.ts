// `--name value`, integers only: the parameters of a bench.

import { parseArgs } from 'node:util';

/** The flags as integers, with these defaults. Ends the process with what it expected when one is not. */
export function integers<Name extends string>(
  args: readonly string[],
  defaults: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const names = Object.keys(defaults) as Name[];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...args], options });
  const given = names.map((name): [Name, number] => {
    const value = values[name] === undefined ? defaults[name] : Number(values[name]);
    if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name}: a natural number`);
    return [name, value];
  });
  return Object.fromEntries(given) as Record<Name, number>;
}
