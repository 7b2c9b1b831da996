import { createRequire } from 'node:module';

/** Found by the package's own name: the file is elsewhere for the sources than for what is built from them. */
export const version: string = createRequire(import.meta.url)('disgover/package.json').version;
