// The seeds of a command: those of its flags, else those of the environment.

import { seedOfUrl, urlsOfEnvironment } from '../bootstrap/source-of-url.js';
import type { BootstrapSource, Seed } from '../index.js';

/** As they are written. */
export function seedTexts(flags: readonly string[] | undefined): readonly string[] {
  return flags ?? urlsOfEnvironment();
}

/** What `Disgover.start` is told of them. @throws DisgoverError `ERR_BAD_SOURCE`. */
export function seedsOption(flags: readonly string[] | undefined): (Seed | BootstrapSource)[] {
  return seedTexts(flags).map(seedOfUrl);
}
