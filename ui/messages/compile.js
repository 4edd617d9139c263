// Compiles the messages; Vite does the same whenever one changes. Run by what needs the result without Vite.
import { compile } from '@inlang/paraglide-js';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** @type {import('@inlang/paraglide-js').CompilerOptions} */
export const options = {
  project: here('../project.inlang'),
  outdir: here('../src/paraglide'),
  outputStructure: 'locale-modules',
  // The language is given with every call: it is a setting, and changes without a reload.
  strategy: ['globalVariable', 'baseLocale'],
  isServer: 'false',
  disableAsyncLocalStorage: true,
  emitReadme: false,
};

if (process.argv[1] === fileURLToPath(import.meta.url)) await compile(options);
