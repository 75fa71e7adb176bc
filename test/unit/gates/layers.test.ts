import { describe, expect, it } from 'vitest';
import { checkLayers } from '../../../scripts/check-layers.mjs';
import { judge } from '../../support/tree.ts';

const GOOD = {
  'protocol/src/index.ts': "import { a } from './a.ts';\nexport const b = a;\n",
  'evidence/src/chain.ts':
    "import { a } from '@zhenxue/protocol';\nimport { sha256 } from '@noble/hashes/sha2.js';\n",
  'client-sdk/src/index.ts':
    "import { openDB } from 'idb';\nimport type { Batch } from '@zhenxue/protocol';\n",
  'console/package.json': '{"devDependencies":{"vue":"1.0.0"}}',
  'console/src/Page.vue':
    "<template><p/></template>\n<script setup lang=\"ts\">\nimport { ref } from 'vue';\nimport type { Page } from '@zhenxue/protocol';\n</script>\n",
  'server/package.json': '{"dependencies":{"express":"1.0.0"}}',
  'server/src/core/a.ts': "import { b } from './b.ts';\nconst day = new Date(0);\nconst n = Math.floor(1);\n",
  'server/src/app/use.ts': "import { a } from '../core/a.ts';\nimport { chain } from '@zhenxue/evidence';\n",
  'server/src/adapters/http/routes.ts':
    "import express from 'express';\nimport type { Use } from '../../app/use.ts';\nimport { log } from './log.ts';\n",
  'server/src/main.ts':
    "import { routes } from './adapters/http/routes.ts';\nimport { use } from './app/use.ts';\n",
  'scripts/start.mjs': "import { join } from 'node:path';\nawait import('../server/dist/main.js');\n",
  'test/unit/a.test.ts': "import { a } from '../../server/src/core/a.ts';\nimport { it } from 'vitest';\n",
};

const BAD: readonly (readonly [name: string, path: string, code: string, expected: string])[] = [
  ['a package in protocol', 'protocol/src/a.ts', "import { z } from 'zod';", 'not the package zod'],
  ['a Node module in protocol', 'protocol/src/a.ts', "import fs from 'node:fs';", 'no Node module'],
  [
    'evidence using the server',
    'evidence/src/a.ts',
    "import { a } from '../../server/src/core/a.ts';",
    'not server',
  ],
  [
    'the SDK using evidence',
    'client-sdk/src/a.ts',
    "import { a } from '@zhenxue/evidence';",
    'not @zhenxue/evidence',
  ],
  ['the console using values', 'console/src/a.ts', "import { a } from '@zhenxue/protocol';", 'only types of'],
  [
    'the core using the app',
    'server/src/core/a.ts',
    "import type { A } from '../app/ports.ts';",
    'not server/src/app',
  ],
  [
    'the core using Node',
    'server/src/core/a.ts',
    "import { createHash } from 'node:crypto';",
    'no Node module',
  ],
  [
    'the app using an adapter',
    'server/src/app/a.ts',
    "import { a } from '../adapters/http/a.ts';",
    'not server/src/ad',
  ],
  ['the app using a library', 'server/src/app/a.ts', "import { z } from 'zod';", 'not the package zod'],
  [
    'an adapter using another',
    'server/src/adapters/http/a.ts',
    "import { a } from '../sqlite/a.ts';",
    'not server',
  ],
  [
    'an adapter using core values',
    'server/src/adapters/http/a.ts',
    "import { a } from '../../core/a.ts';",
    'only types',
  ],
  [
    'a driven adapter using use cases',
    'server/src/adapters/sqlite/a.ts',
    "import { a } from '../../app/a.ts';",
    'only',
  ],
  ['the app using the file system', 'server/src/app/a.ts', "import fs from 'node:fs';", 'no Node module'],
  [
    'an undeclared package',
    'server/src/adapters/http/a.ts',
    "import a from 'left-pad';",
    'not the package left-pad',
  ],
  [
    'code using test',
    'server/src/main.ts',
    "import { a } from '../../test/support/a.ts';",
    'not test/support',
  ],
  ['scripts using test', 'scripts/a.mjs', "import { a } from '../test/support/a.ts';", 'not test/support'],
  ['a dynamic import', 'server/src/core/a.ts', "const a = import('node:fs');", 'no Node module'],
  ['a computed import', 'server/src/core/a.ts', 'const a = import(name);', '(computed)'],
  ['an import type', 'server/src/core/a.ts', "let a: import('node:fs').Stats;", 'no Node module'],
  ['a re-export', 'server/src/core/a.ts', "export { a } from 'node:fs';", 'no Node module'],
  ['a require', 'server/src/adapters/http/a.ts', "const a = require('fs');", 'not the package fs'],
];

const IMPURE: readonly (readonly [code: string, expected: string])[] = [
  ['const a = Date.now();', 'Date.now'],
  ['const a = new Date();', 'the clock through Date'],
  ['const a = Date();', 'the clock through Date'],
  ['const D = Date;', 'the clock through Date'],
  ["const a = Date['now']();", 'the clock through Date'],
  ['const a = Math.random();', 'Math.random'],
  ['const { random } = Math;', 'Math.…'],
  ['const a = performance.now();', 'performance'],
  ['const a = process.env;', 'process'],
  ['const a = globalThis;', 'globalThis'],
  ['setTimeout(() => 1, 2);', 'setTimeout'],
];

describe('the layers gate', () => {
  it('passes a tree in which everybody keeps to the layers', async () => {
    expect(await judge(checkLayers, GOOD)).toEqual([]);
  });

  it.each(BAD)('names %s', async (_name, path, code, expected) => {
    const problems = await judge(checkLayers, { ...GOOD, [path]: `${code}\n` });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${path}:1`);
    expect(problems[0]).toContain(expected);
  });

  it.each(IMPURE)('refuses in the core: %s', async (code, expected) => {
    for (const zone of ['server/src/core', 'server/src/app', 'protocol/src', 'evidence/src']) {
      const problems = await judge(checkLayers, { [`${zone}/a.ts`]: code });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toContain(`must not touch ${expected}`);
    }
  });

  it('lets names of members be called like ambient objects', async () => {
    const code =
      'export const a = { process: 1, performance: 2 };\nexport const b = a.process + a.performance;\n';
    expect(await judge(checkLayers, { 'server/src/core/a.ts': code })).toEqual([]);
  });

  it('lets other zones read the clock', async () => {
    expect(
      await judge(checkLayers, { 'server/src/adapters/clock.ts': 'export const now = () => Date.now();\n' }),
    ).toEqual([]);
  });
});
