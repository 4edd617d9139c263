// How Paraglide reads messages/{locale}.json: one flat line per message, {name} for what fills it, and beside a
// key its singular as key_one, chosen by the plural rules of the language from {n}. Files without a nested
// format stay easy to read, to sort and to merge. (Part of the build only. ASCII only: the SDK asks for it.)
const MARK = '{locale}';

/** @param {string} text */
function pattern(text) {
  return text
    .split(/\{(\w+)\}/)
    .map((part, i) =>
      i % 2 === 0
        ? { type: 'text', value: part }
        : { type: 'expression', arg: { type: 'variable-reference', name: part } },
    )
    .filter((part) => part.type !== 'text' || part.value !== '');
}

const said = (text) => [...new Set(names(text))].sort().join();
const names = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);

/** A message that one language lacks, or fills with something else, must not reach anybody. */
function agree([base, ...others]) {
  const faults = [];
  for (const { locale, texts } of others) {
    for (const key of new Set([...Object.keys(base.texts), ...Object.keys(texts)])) {
      // A language without a singular has none, and a singular may leave out its number.
      if (key.endsWith('_one')) continue;
      if (!(key in texts)) faults.push(`${key} is missing in ${locale}`);
      else if (!(key in base.texts)) faults.push(`${key} is missing in ${base.locale}`);
      else if (said(base.texts[key]) !== said(texts[key]))
        faults.push(`${key} takes other parameters in ${locale} than in ${base.locale}`);
    }
  }
  if (faults.length === 0) return;
  const text = `messages: ${faults.join('; ')}`;
  // The stack would be this whole file, several times.
  throw Object.assign(new Error(text), { stack: text });
}

const plural = {
  type: 'local-variable',
  name: 'plural',
  value: {
    type: 'expression',
    arg: { type: 'variable-reference', name: 'n' },
    annotation: { type: 'function-reference', name: 'plural', options: [] },
  },
};

export default {
  key: 'genglossary.messages',
  toBeImportedFiles: ({ settings }) =>
    settings.locales.map((locale) => ({
      locale,
      path: `./messages/${MARK}.json`.replace(MARK, locale),
    })),
  importFiles: ({ files }) => {
    const tables = files.map(({ locale, content }) => ({
      locale,
      texts: JSON.parse(new TextDecoder().decode(content)),
    }));
    agree(tables);
    const bundles = new Map();
    const messages = [];
    const variants = [];
    for (const { locale, texts } of tables) {
      for (const [key, text] of Object.entries(texts)) {
        if (key.endsWith('_one') && key.slice(0, -4) in texts) continue;
        const singular = texts[`${key}_one`];
        const inputs = bundles.get(key) ?? new Set();
        bundles.set(key, inputs);
        for (const name of names(text)) inputs.add(name);
        if (singular !== undefined) inputs.add('n');
        messages.push({
          bundleId: key,
          locale,
          selectors: singular === undefined ? [] : [{ type: 'variable-reference', name: 'plural' }],
        });
        const match = (value) => ({ type: 'literal-match', key: 'plural', value });
        const rest = { type: 'catchall-match', key: 'plural' };
        const variant = (text, matches) =>
          variants.push({
            messageBundleId: key,
            messageLocale: locale,
            matches,
            pattern: pattern(text),
          });
        if (singular !== undefined) variant(singular, [match('one')]);
        variant(text, singular === undefined ? [] : [rest]);
      }
    }
    const hasPlural = (key) => tables.some(({ texts }) => `${key}_one` in texts);
    return {
      bundles: [...bundles].map(([id, inputs]) => ({
        id,
        declarations: [
          ...[...inputs].map((name) => ({ type: 'input-variable', name })),
          ...(hasPlural(id) ? [plural] : []),
        ],
      })),
      messages,
      variants,
    };
  },
};
