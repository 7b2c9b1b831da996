// Paths of addresses that have one: nothing that is escaped, normalised or cut off on its way, so that what is compared is what
// is asked for.

import { DisgoverError, quote, typeName } from '../errors.js';

const plainPath = /^\/[A-Za-z0-9._~/-]{0,127}$/;
const dotSegment = /\/\.{1,2}(?:\/|$)/;

/** @throws DisgoverError `ERR_BAD_URL`. */
export function checkUrlPath(path: unknown): string {
  if (typeof path !== 'string') throw new DisgoverError('BAD_URL', `path: string, got ${typeName(path)}`);
  if (plainPath.test(path) && !dotSegment.test(path)) return path;
  throw new DisgoverError('BAD_URL', `path: / and at most 127 of A-Z a-z 0-9 . _ ~ / -, got ${quote(path)}`);
}
