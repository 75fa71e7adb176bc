/** Gate: nothing unfinished, nothing switched off, nothing that holds on one machine only. */
import { listFiles, readText, runAsProgram } from './gates/sources.mjs';

/** Files whose content is not ours to word. */
const BINARY = /\.(?:webm|mp4|jpe?g|png|webp|ico|woff2?|gz|zip)$/;
const NOT_OURS = new Set(['package-lock.json', 'LICENSE']);

/** The words are put together here, so that this file does not break its own rule. @param {readonly string[]} parts */
const word = (parts) => parts.join('');

/** @type {readonly { pattern: RegExp, what: string, only?: RegExp }[]} */
const RULES = [
  {
    pattern: new RegExp(`\\b(?:${word(['TO', 'DO'])}|${word(['FIX', 'ME'])}|X{3}|${word(['HA', 'CK'])})\\b`),
    what: 'unfinished work',
  },
  {
    pattern: new RegExp(`${word(['lorem ', 'ipsum'])}|${word(['not yet ', 'implemented'])}`, 'i'),
    what: 'unfinished work',
  },
  // Forms have an attribute of that name; in a remark the word means that something is missing.
  {
    pattern: new RegExp(`(?:^\\s*(?:\\*|//|#|<!--)|\\s//\\s).*\\b${word(['place', 'holder'])}\\b`),
    what: 'unfinished work',
    only: /\.(?:ts|mjs|js|vue|css|html)$/,
  },
  {
    pattern: /\b(?:it|test|describe|suite)\.(?:skip|only|todo|fails)\s*\(/,
    what: 'a test switched off or preferred',
    only: /\.ts$/,
  },
  {
    pattern: /(?<![\w.~@)}*-])\/(?:work|root|home\/[\w-]+|Users\/[\w-]+)\/[\w.-]/,
    what: 'a path of one machine',
  },
  { pattern: /\bdebugger;/, what: 'a stop for debugging', only: /\.(?:ts|mjs|js|vue)$/ },
];

/** What must not stay, one line each. @param {string} root */
export function checkWording(root) {
  const problems = [];
  for (const path of listFiles(root)) {
    if (BINARY.test(path) || NOT_OURS.has(path)) continue;
    const lines = readText(root, path).split('\n');
    for (const { pattern, what, only } of RULES) {
      if (only !== undefined && !only.test(path)) continue;
      for (const [i, line] of lines.entries())
        if (pattern.test(line)) problems.push(`${path}:${i + 1} holds ${what}`);
    }
  }
  return problems;
}

await runAsProgram(import.meta.url, checkWording);
