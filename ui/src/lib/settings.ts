// A project's settings as the fields hold them, and what is wrong with what was typed. Lists are lines.
import type { DocumentLanguages, ProjectSettings } from '../ipc/bindings';

export type NumberField = 'max_file_mb' | 'max_terms' | 'min_occurrences';
export type ListField = 'include' | 'exclude' | 'stop_words';
export type Draft = Record<NumberField | ListField, string> & { languages: DocumentLanguages };

export const EMPTY: Draft = {
  max_file_mb: '',
  max_terms: '',
  min_occurrences: '',
  include: '',
  exclude: '',
  languages: 'both',
  stop_words: '',
};

export function draftOf(settings: ProjectSettings): Draft {
  return {
    max_file_mb: String(settings.max_file_mb),
    max_terms: settings.max_terms === null ? '' : String(settings.max_terms),
    min_occurrences: String(settings.min_occurrences),
    include: settings.include.join('\n'),
    exclude: settings.exclude.join('\n'),
    languages: settings.languages,
    stop_words: settings.stop_words.join('\n'),
  };
}

/** What was typed, in place of what is kept. */
export function settingsOf(draft: Draft, kept: ProjectSettings): ProjectSettings {
  return {
    ...kept,
    max_file_mb: whole(draft.max_file_mb),
    max_terms: draft.max_terms.trim() === '' ? null : whole(draft.max_terms),
    min_occurrences: whole(draft.min_occurrences),
    include: linesOf(draft.include),
    exclude: linesOf(draft.exclude),
    languages: draft.languages,
    stop_words: linesOf(draft.stop_words),
  };
}

export function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  return [...new Set(lines)].filter((line) => line !== '');
}

export function problemsOf(draft: Draft): Set<NumberField> {
  const problems = new Set<NumberField>();
  if (!within(whole(draft.max_file_mb), 1, 500)) problems.add('max_file_mb');
  if (draft.max_terms.trim() !== '' && !within(whole(draft.max_terms), 1, 1_000_000)) {
    problems.add('max_terms');
  }
  if (!within(whole(draft.min_occurrences), 1, 1_000_000)) problems.add('min_occurrences');
  return problems;
}

/** A whole number, also in full-width digits; NaN for anything else. */
function whole(text: string): number {
  const plain = text.normalize('NFKC').replaceAll(',', '').trim();
  return /^\d+$/.test(plain) ? Number(plain) : Number.NaN;
}

function within(value: number, low: number, high: number): boolean {
  return value >= low && value <= high;
}
