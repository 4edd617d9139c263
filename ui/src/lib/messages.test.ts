import { describe, expect, it } from 'vitest';
import en from '../../messages/en.json';
import ja from '../../messages/ja.json';
import { has, word } from './messages';

const params = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

describe('the two message files', () => {
  it('have the same keys', () => {
    // A language without a singular has none.
    const keys = (table: object) => Object.keys(table).filter((key) => !key.endsWith('_one'));
    expect(keys(ja)).toEqual(keys(en));
  });

  it.each(Object.keys(en).filter((key) => key in ja))('%s takes the same parameters', (key) => {
    const texts = {
      en: (en as Record<string, string>)[key] ?? '',
      ja: (ja as Record<string, string>)[key] ?? '',
    };
    // A singular may leave out its number.
    if (!key.endsWith('_one')) expect(params(texts.ja)).toEqual(params(texts.en));
    expect(texts.en).not.toMatch(/please|successfully|!/i);
    expect(texts.ja).not.toMatch(/！|text-autospace/);
    expect(texts.en.trim() && texts.ja.trim()).not.toBe('');
  });
});

/** The codes are listed in the last comment of the bindings; generated bindings may not have one. */
const COMMANDS =
  'project_not_found folder_not_found folder_not_a_directory folder_in_use name_empty run_not_found run_active term_not_found entry_not_found data_folder_read_only database_newer database_damaged export_failed log_unreadable invalid_settings empty_term internal';
const RUNS =
  'no_documents folder_not_found no_input internal disk_full nothing_to_resume nothing_to_retry results_gone different_projects unit_failed file_unreadable';

it.each(`${COMMANDS} ${RUNS}`.split(' '))('error %s says what happened and what to do', (code) => {
  expect(has(`error.${code}.what`) && has(`error.${code}.do`)).toBe(true);
});

it('every key that a component names exists', () => {
  const sources = import.meta.glob('../**/*.{svelte,ts}', {
    query: '?raw',
    import: 'default',
    eager: true,
  });
  for (const [path, source] of Object.entries(sources)) {
    for (const [, key] of String(source).matchAll(/\bt\(\s*'([^']+)'/g)) {
      expect(has(key ?? ''), `${key} in ${path}`).toBe(true);
    }
  }
});

it('fills parameters, groups numbers, and chooses the singular', () => {
  expect(word('en', 'log.lines', { n: 103518 })).toBe('103,518 lines');
  expect(word('en', 'log.lines', { n: 1 })).toBe('1 line');
  expect(word('ja', 'log.lines', { n: 1 })).toBe('1行');
  expect(word('en', 'duplicate.title', { name: 'a {b}' })).toBe('Duplicate “a {b}”');
});

it('is stored with sorted keys, so that two edits do not collide', () => {
  expect(Object.keys(en)).toEqual(Object.keys(en).sort());
});
