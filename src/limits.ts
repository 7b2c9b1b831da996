// Every ceiling in one place: lengths, counts and depths of what comes in, and the bound of every collection.

/** Frozen. Bytes, counts and milliseconds, as the names say. */
export const limits = /* @__PURE__ */ Object.freeze({
  // Wire
  frameBytes: 65_536,
  /** Until the peer is known: HELLO with a full contact, and the first requests that travel with it. */
  frameBeforeHelloBytes: 4_096,
  framesBeforeHello: 8,
  /** Room in a frame of contacts for all that is beside them. */
  envelopeBytes: 64,
  contactBytes: 3_072,
  idBytes: 255,
  groupBytes: 64,
  errorTextBytes: 256,
  contactsInReply: 20,
  contactsInAnnounce: 512,
  partsInFrame: 16,
  partsBytes: 4_096,
  addressesInContact: 4,
  /** Contacts that have come in lately and are known again by their bytes, in all nodes of the process together: 4 MiB of longest ones. */
  contactsMet: 16_384,
  contactMetBytes: 256,
  /** More replies that nobody waits for than this end the session. */
  unsolicitedReplies: 10,

  // JSON of a contact
  jsonDepth: 16,
  jsonKeys: 256,
  jsonItems: 256,
  jsonStringBytes: 16_384,
  /** Keys whose text is remembered. */
  jsonKeysWritten: 256,

  // Links and sessions
  handshakeMs: 5_000,
  frameMs: 10_000,
  idleMs: 60_000,
  sessions: 512,
  unprovedSessions: 64,
  dials: 32,
  /** Before the next address of a peer is tried beside the last: what RFC 8305 calls the connection attempt delay. */
  dialHeadStartMs: 250,
  ownAddresses: 64,
  /** What the admission hook has to decide. */
  admissionMs: 5_000,
  secrets: 4,
  /** The file of a key or of secrets. */
  keyFileBytes: 4_096,
  /** Peers whose proof is remembered, so that they come back without a signature: 200 B each. */
  acquaintances: 10_000,
  /** Nonces of HELLOs that were seen, against replay: 100 B each. */
  noncesRemembered: 4_096,
  /** Of one turn, what is written at once rather than with all that follows in the turn. */
  linkFlushBytes: 2_048,
  linkPauseBytes: 65_536,
  linkCloseBytes: 131_072,
  linkStuckMs: 10_000,
  /** What is read of one link, in frames or in bytes, before all others have a turn. */
  linkTurnFrames: 256,
  linkTurnBytes: 65_536,
  /** What an encrypted link has, once it is closed, to hand over to the system what it has sent. */
  lastWordMs: 1_000,

  // WebSocket
  wsFragments: 64,
  wsBufferedChunks: 1_024,
  /** Control frames (ping, pong) from one message to the next; more end the link. */
  wsControlFrames: 16,
  httpHeaderBytes: 8_192,
  httpHeaders: 64,

  // Whom we dial for others: at public addresses only, where a dial could hurt a stranger
  dialsPerPrefixPerSecond: 2,
  dialsPerAddressPerMinute: 12,
  dialPrefixes: 4_096,

  // Relays: who passes PINGs on to a node that nobody can dial
  relays: 3,
  relayedIds: 10_000,
  relayedIdsPerSession: 1_000,
  relayKeepAliveMs: 20_000,
  /** Candidates that failed and are passed over. More than the candidates there are. */
  relaysFailed: 64,
  /** Announces that a relay passes on to holders whom the host cannot dial. */
  onwardPerHostPerMinute: 60,
  /** Shares of hosts that are remembered, so that who comes back has no new one. */
  onwardShares: 4_096,
  onwardAtOnce: 8,
  onwardWaiting: 2_000,

  // Signed contacts
  signaturesRemembered: 10_000,
  seqRemembered: 10_000,
  forgeriesRemembered: 1_000,
  /** A check costs 0.2 ms on Node: so many keep a fifth of a core busy. In a page it costs 0.9 ms; but a page holds nothing for others. */
  signaturesPerSecond: 1_000,
  /** Wrong signatures from one peer; beyond it, its contacts are not checked for the rest of the second. */
  forgeriesPerPeerPerSecond: 20,
  /** Peers that have sent some lately. */
  forgersRemembered: 4_096,

  // Seeds
  seedsPerSource: 64,
  sources: 16,
  expectedNodes: 1_024,
  /** How long the list of seeds has not changed before a node with fewer answers than expected begins without the others. */
  seedsStableMs: 5_000,

  // Requests
  requestFirstMs: 2_000,
  requestFloorMs: 500,
  requestCeilingMs: 5_000,
  requestsInFlightPerPeer: 64,
  requestsInFlight: 1_024,

  // Lookups
  lookupMs: 10_000,
  lookupRequests: 64,
  lookupPathsRequests: 128,
  lookupCandidates: 256,
  /** Who is asked to look for us among nodes that we cannot dial, one after the other, and how long each may take. */
  onBehalfAsked: 3,
  onBehalfMs: 2_500,
  /** Nodes that speak what we do not, for when none of those asked does. */
  bridges: 16,
  /** What we look for on behalf of others. */
  errands: 16,
  errandsPerSession: 4,
  lookups: 64,
  lookupsQueued: 512,

  // What is kept about contacts
  cacheEntries: 1_000,
  cacheBytes: 4 * 1_048_576,
  cacheMs: 600_000,
  heldEntries: 50_000,
  heldBytes: 16 * 1_048_576,
  heldEntryOverheadBytes: 200,
  tombstones: 10_000,
  misses: 1_000,
  missMs: 5_000,
  quarantined: 1_000,
  quarantineFirstMs: 5_000,
  quarantineLastMs: 600_000,
  replacementsPerBucket: 10,
  /** Hints: nodes beyond those of the table, that our own walks start from. Default of the option `hintBytes`, and its most. */
  hintBytes: 4 * 1_048_576,
  hintBytesMost: 1_024 * 1_048_576,
  /** Contacts longer than this are no hints. With an address and little else, one has 60 to 110 bytes. */
  hintContactBytes: 128,
  hintHeardMs: 900_000,
  hintAnsweredMs: 3_600_000,
  /** Of the hints, how many a walk starts with. */
  hintsAWalk: 6,
  verifications: 64,
  verificationsPerSecond: 10,
  /** Of entries and of those that may take their place; and of what strangers claim, which must leave dials for all else. */
  checksAtOnce: 16,
  claimsAtOnce: 8,
  /** Requests that fill buckets, each of which may open a session, and how many may be in flight. */
  fillsPerSecond: 2,
  fillsAtOnce: 3,

  // Registrations
  registrationMs: 3_600_000,
  republishMs: 1_200_000,
  announcesAtOnce: 16,

  // Sweeps: many registrations that are announced, or withdrawn, together
  /** Of what a node is told in one request; its answer has as much again to say of it, and names nodes. */
  sweepFrameBytes: 49_152,
  /** Such requests in flight. */
  sweepFrames: 32,
  /** Ids of which the nodes of a region are told before it is settled what they have said. */
  sweepRegionIds: 2_048,
  /** Nodes that are remembered around the place that a sweep has reached. */
  sweepNodes: 1_024,
  /** Hosts of older contacts that are told of ours directly. */
  sweepHosts: 64,
});
