export default {
  // `disgover-source` picks the TypeScript twin of what `#…` imports name; a rejection nobody handles ends the run.
  'node-option': ['import=tsx', 'conditions=disgover-source', 'unhandled-rejections=strict'],
  reporter: './tools/reporter.mjs',
  // Only ends what hangs: under coverage, on a busy machine, a network of nodes takes its time.
  timeout: 20_000,
  'forbid-only': Boolean(process.env.CI),
};
