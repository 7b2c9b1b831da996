// Why a holder that lives does not take what is announced: it has something else of the id, or has had.

import type { ErrorCode } from '../errors.js';

export const KNOWS_BETTER: ReadonlySet<ErrorCode> = new Set(['ERR_ID_KEY_MISMATCH', 'ERR_STALE_SEQ']);
