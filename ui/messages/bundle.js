// The compiled messages of a language as one object. A module that exports a function for each message gives every one of
// them a name of its own in the bundle, which is a twentieth of all that is shipped.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PREFIX = 'virtual:messages/';
const compiled = (lang) =>
  fileURLToPath(new URL(`../src/paraglide/messages/${lang}.js`, import.meta.url));

/** @returns {import('vite').Plugin} */
export function messages() {
  return {
    name: 'messages',
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const path = compiled(id.slice(PREFIX.length + 1));
      this.addWatchFile(path);
      const [head, ...rest] = readFileSync(path, 'utf8').split(/^export const (?=\w+ = )/m);
      const members = rest.map((member) => member.trim().replace(/;$/, '').replace(' = ', ': '));
      const imports = head.replaceAll(
        /(['"])\.\.\//g,
        `$1${fileURLToPath(new URL('../src/paraglide/', import.meta.url))}`,
      );
      return `${imports}\nexport default {\n${members.join(',\n')}\n};`;
    },
  };
}
