// Contacts that their owners sign: nobody else can change, move, withdraw or bring back what was registered under a key.

import {
  type AdmissionContext,
  type Arbiter,
  type Contact,
  canonicalText,
  checkOptionNames,
  compareText,
  DisgoverError,
  type Identity,
  isClock,
  limits,
  Refusal,
  successor,
  typeName,
  utf8,
  type Verdict,
  vectorClock,
} from '../src/plugin.js';
import { Recent } from './lib/recent.js';
import {
  checkOwner,
  idLength,
  isIdOf,
  isOfAnotherKey,
  keyOf,
  readSigned,
  type Signed,
  sign,
} from './lib/signature.js';
import { SignatureChecks } from './lib/signature-checks.js';

export interface SignedOptions {
  /** Which of two contacts of one owner stands. Default `vectorClock()`. */
  readonly inner?: Arbiter;
  /** Who signs what is registered. Default the node's own key pair. A node's own contact is signed by the node in any case. */
  readonly identity?: Identity;
}

/** For `"withdrawn":true,` in the withdrawal of a contact, and a longer `seq`. */
const WITHDRAWAL_BYTES = 20;

/**
 * Signs what is registered, and lets in from elsewhere only what its owner has signed. **One instance serves one node**: it
 * remembers what it has seen.
 *
 * `arbiterDefaults` are those of `inner`, and fill in `seq` (the time in milliseconds, or one more than that of the known version
 * of the same key, whichever is greater), `key` (the public key) and `signature` (Ed25519 over everything else). Of a withdrawal:
 * one more than that of the version that it ends, so that it ends no later one; `withdrawn: true`; and `data` is left out. What the
 * node itself has signed already, and nothing newer is known of, stays as it is.
 * @throws DisgoverError what those of `inner` throw; `ERR_BAD_OPTION` when a second node uses it; `ERR_KEY_REQUIRED` where there is no key; `ERR_ID_KEY_MISMATCH` for an id of 20
 * bytes that is not the id of the key; `ERR_CLOCK_EXHAUSTED`; `ERR_CONTACT_TOO_LARGE` where its withdrawal would be.
 *
 * `arbiterAdmission` refuses what is not signed (`BAD_SIGNATURE`); an id of 20 bytes that is not the hash of the key, or another
 * one while a contact or a withdrawal by another key is known of it (`ID_KEY_MISMATCH`); what is older than the newest seen of that
 * id and key, and what somebody else announces that was seen and is no longer held (`STALE_SEQ`); and, unchecked, more signatures
 * than it has time for (`RATE_LIMITED`). What it lets in may come from anybody. Two contacts with one `seq` are an `equivocation`.
 *
 * `arbiter`: of two owners the incumbent stays, which does depend on the order of arrival; it happens only where a name is claimed
 * twice. Where one of the two is a withdrawal, and where `inner` makes a third of them, which nobody has signed, the greater `seq`
 * stands: sets do not grow together under it. Otherwise `inner` decides.
 *
 * @throws DisgoverError `ERR_BAD_OPTION`.
 */
export function signed(options: SignedOptions = {}): Required<Arbiter> {
  checkOptionNames('signed', options, ['inner', 'identity']);
  const { inner = vectorClock(), identity } = options;
  for (const part of ['arbiter', 'arbiterDefaults'] as const) {
    if (typeof inner?.[part] !== 'function') throw new DisgoverError('BAD_OPTION', `inner lacks ${part}()`);
  }
  if (identity !== undefined && typeof identity?.sign !== 'function')
    throw new DisgoverError('BAD_OPTION', `identity must be an Identity, got ${typeName(identity)}`);

  const checks = new SignatureChecks();
  // The greatest `seq` seen of an id and a key. Bounded by limits.seqRemembered.
  const newest = new Recent<number>(limits.seqRemembered);
  // The id of the node's key pair, once it has filled in a contact.
  let servedId: string | undefined;

  return {
    arbiter: (incumbent, candidate) => decide(inner, incumbent, candidate),

    arbiterDefaults(contact, context) {
      const { known, now, isWithdrawal = false } = context;
      checkNode(context.identity);
      const signer = signerOf(contact, identity, context.identity);
      checkOwner(contact, signer);
      const filled = inner.arbiterDefaults(contact, context);
      const follows = seqOfOwner(known, signer);
      if (!isWithdrawal && isSignedAlready(filled, signer, known)) return filled;
      if (isWithdrawal) {
        const { data: _, ...ended } = filled;
        return sign(ended as Contact, follows ?? Math.floor(now), signer, { isWithdrawal });
      }
      const signedContact = sign(filled, Math.max(Math.floor(now), follows ?? 0), signer, { isWithdrawal });
      checkRoomToWithdraw(signedContact);
      return signedContact;
    },

    arbiterAdmission(candidate, context) {
      const read = readSigned(candidate);
      return read instanceof Refusal ? read : admit(candidate, read, context);
    },
  };

  function checkNode(node: Identity | undefined): void {
    servedId ??= node?.id;
    if (node === undefined || node.id === servedId) return;
    throw new DisgoverError('BAD_OPTION', 'signed: one instance serves one node, make one for each');
  }

  function admit(candidate: Contact, read: Signed, context: AdmissionContext): Verdict | Refusal {
    const { seq, key, isWithdrawal } = read;
    const { known, isAnnounced, from, now } = context;
    if (isWithdrawal !== context.isWithdrawal) {
      return new Refusal('BAD_SIGNATURE', isWithdrawal ? 'it is withdrawn' : 'it is not withdrawn');
    }
    if (isOfAnotherKey(candidate.id, key)) return new Refusal('ID_KEY_MISMATCH', 'the id is of another key');
    const isOwners = known?.key === key;
    const slot = `${candidate.id} ${key}`;
    const seen = Math.max(newest.get(slot) ?? -1, isOwners ? seqOf(known) : -1);
    // Before what costs: most replays end here.
    if (seq < seen) return new Refusal('STALE_SEQ', `${seq} < ${seen}`);
    const refusal = checks.refusalOf(read, from, now);
    if (refusal !== undefined) return refusal;
    if (known !== undefined && !isOwners) return new Refusal('ID_KEY_MISMATCH', 'another key has the id');
    const isEcho = isAnnounced && !isWithdrawal && seq === seen && !isByOwner(key, context);
    if (isEcho && known === undefined) return new Refusal('STALE_SEQ', `${seq} has expired`);
    newest.set(slot, seq);
    const isEquivocal = isOwners && seqOf(known) === seq && known?.signature !== candidate.signature;
    return { isVouched: true, isEquivocal, isEcho: isEcho && !isEquivocal };
  }
}

function decide(inner: Arbiter, incumbent: Contact | undefined, candidate: Contact): Contact {
  if (incumbent === undefined || incumbent === candidate) return candidate;
  if (incumbent.key !== candidate.key) return incumbent;
  if (incumbent.withdrawn === true || candidate.withdrawn === true) return later(incumbent, candidate);
  const standing = inner.arbiter(incumbent, candidate);
  // What is no contact of this id at all is for the engine to find.
  if (standing === incumbent || standing === candidate || standing?.id !== candidate.id) return standing;
  const text = canonicalText(standing);
  return [incumbent, candidate].find((one) => canonicalText(one) === text) ?? later(incumbent, candidate);
}

/** Of two with one `seq`, a live one; of two such, the one with the greater text. */
function later(a: Contact, b: Contact): Contact {
  const order =
    seqOf(a) - seqOf(b) ||
    Number(b.withdrawn === true) - Number(a.withdrawn === true) ||
    compareText(canonicalText(a), canonicalText(b));
  return order < 0 ? b : a;
}

/** The node's own contact has the node's id, which no other key may sign. */
function signerOf({ id }: Contact, given: Identity | undefined, ofNode: Identity | undefined): Identity {
  const signer = ofNode?.id === id ? ofNode : (given ?? ofNode);
  if (signer !== undefined) return signer;
  throw new DisgoverError(
    'KEY_REQUIRED',
    'signed contacts need an identity, and the node has an id without a key',
  );
}

/** The `seq` that follows what is known, where that is the signer's. */
function seqOfOwner(known: Contact | undefined, signer: Identity): number | undefined {
  return known !== undefined && known.key === keyOf(signer) ? successor(seqOf(known)) : undefined;
}

function isSignedAlready(contact: Contact, signer: Identity, known: Contact | undefined): boolean {
  if (contact.signature === undefined || contact.key !== keyOf(signer)) return false;
  const read = readSigned(contact);
  if (read instanceof Refusal || read.isWithdrawal) return false;
  const isOutdated =
    known?.key === read.key && known.signature !== contact.signature && seqOf(known) >= read.seq;
  return !isOutdated && read.isGenuine();
}

/** Whether it comes from a node that has proved the owner's key, or that hosts it. */
function isByOwner(key: string, { from, isFromHost }: AdmissionContext): boolean {
  return isFromHost || isIdOf(key, from);
}

function checkRoomToWithdraw({ id, data: _, ...rest }: Contact): void {
  const bytes = 1 + idLength(id) + utf8(canonicalText(rest)).length + WITHDRAWAL_BYTES;
  if (bytes <= limits.contactBytes) return;
  throw new DisgoverError(
    'CONTACT_TOO_LARGE',
    `${bytes} B without data > ${limits.contactBytes} B, with what it takes to withdraw it`,
  );
}

function seqOf({ seq }: Contact): number {
  return isClock(seq) ? seq : 0;
}
