export default {
  // `disgover-source` picks the TypeScript twin of what `#…` imports name; a rejection nobody handles ends the run.
  'node-option': ['import=tsx', 'conditions=disgover-source', 'unhandled-rejections=strict'],
  reporter: './tools/reporter.mjs',
  timeout: 2000,
  'forbid-only': Boolean(process.env.CI),
};
