/**
 * Who may import whom (design §1). The first zone whose folder holds a file is the file's zone.
 *
 * `values`: folders and workspaces whose code may be used. `types`: those of which only types may be imported.
 * `packages`: npm packages, `node:` stands for every built-in module; `declared` for all that the workspace's package.json
 * lists (for scripts: any workspace's). `pure`: no clock, chance or ambient object may be touched.
 * @typedef {{ zone: string, values: readonly string[], types?: readonly string[], packages: readonly string[], pure?: true }} Zone
 */

/** @type {readonly Zone[]} */
export const ZONES = [
  { zone: 'protocol/src', values: [], packages: [], pure: true },
  { zone: 'evidence/src', values: ['@zhenxue/protocol'], packages: ['@noble/hashes'], pure: true },
  {
    zone: 'client-sdk/src/react',
    values: ['client-sdk/src/index.ts', 'client-sdk/src/adapters'],
    packages: ['react'],
  },
  {
    zone: 'client-sdk/src/vue',
    values: ['client-sdk/src/index.ts', 'client-sdk/src/adapters'],
    packages: ['vue'],
  },
  {
    zone: 'client-sdk/src',
    values: ['@zhenxue/protocol'],
    packages: ['@noble/hashes', 'idb', 'socket.io-client'],
  },
  { zone: 'console/src', values: [], types: ['@zhenxue/protocol'], packages: ['declared'] },
  {
    zone: 'server/src/core',
    values: ['@zhenxue/protocol'],
    packages: ['@noble/hashes', 'temporal-polyfill'],
    pure: true,
  },
  {
    zone: 'server/src/app',
    values: ['server/src/core', '@zhenxue/protocol', '@zhenxue/evidence'],
    // For hashing, which has no effect; chance, time and everything else arrive through ports.
    packages: ['node:crypto'],
    pure: true,
  },
  // Driving adapters call the use cases; driven ones only answer to the ports, and none knows another.
  ...['server/src/adapters/http', 'server/src/adapters/socketio'].map((zone) => ({
    zone,
    values: ['server/src/app', '@zhenxue/protocol', '@zhenxue/evidence'],
    types: ['server/src/core', 'server/src/config'],
    packages: ['node:', 'declared'],
  })),
  {
    zone: 'server/src/adapters/*',
    values: [
      'server/src/app/ports.ts',
      'server/src/app/failure.ts',
      '@zhenxue/protocol',
      '@zhenxue/evidence',
    ],
    types: ['server/src/app', 'server/src/core', 'server/src/config'],
    packages: ['node:', 'declared'],
  },
  {
    zone: 'server/src/adapters',
    values: ['server/src/app/ports.ts'],
    types: [],
    packages: ['node:', 'declared'],
  },
  {
    zone: 'server/src/config',
    values: ['@zhenxue/protocol'],
    types: ['server/src/core'],
    packages: ['node:', 'zod'],
  },
  {
    zone: 'server/src',
    values: ['server/src', '@zhenxue/protocol', '@zhenxue/evidence'],
    packages: ['node:', 'declared'],
  },
  // Served as it is to browsers: the page of a training platform.
  { zone: 'server/demo', values: ['/sdk/zhenxue.mjs'], packages: [] },
  {
    zone: 'scripts',
    values: ['server/dist', '@zhenxue/protocol', '@zhenxue/evidence', '@zhenxue/client-sdk'],
    packages: ['node:', 'declared'],
  },
  {
    zone: 'test',
    values: ['protocol', 'evidence', 'client-sdk', 'server', 'console', 'scripts', '@zhenxue/'],
    packages: ['node:', 'any'],
  },
];
