// The compiled messages as one object: under the name of each, how it reads in either language. A module that exports a
// function for each message and language gives every one of them a name of its own in the bundle, and says its key twice:
// a twelfth of all that is shipped.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const MODULE = 'virtual:messages';
const LANGUAGES = ['en', 'ja'];
const compiled = (path) => fileURLToPath(new URL(`../src/paraglide/${path}`, import.meta.url));

/** @returns {import('vite').Plugin} */
export function messages() {
  return {
    name: 'messages',
    resolveId: (id) => (id === MODULE ? `\0${id}` : undefined),
    load(id) {
      if (id !== `\0${MODULE}`) return undefined;
      const imports = new Set();
      const members = new Map();
      for (const lang of LANGUAGES) {
        const path = compiled(`messages/${lang}.js`);
        this.addWatchFile(path);
        const [head, ...rest] = readFileSync(path, 'utf8').split(/^export const (?=\w+ = )/m);
        for (const line of head.match(/^import .*$/gm) ?? [])
          imports.add(line.replace(/(['"])\.\.\//, `$1${compiled('')}`));
        for (const member of rest) {
          const [name, written] = member
            .trim()
            .replace(/;$/, '')
            .split(/ = (.*)/s);
          members.set(name, [...(members.get(name) ?? []), written]);
        }
      }
      const lines = [...members].map(([name, written]) => `${name}: [${written.join(', ')}]`);
      return `${[...imports].join('\n')}\nexport default {\n${lines.join(',\n')}\n};`;
    },
  };
}
