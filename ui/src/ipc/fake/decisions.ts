// What the researcher decided in the browser twin, with the way back.
import type * as B from '../bindings';
import { refuse } from './asked';

export interface Decided {
  verdict?: B.Verdict;
  category?: string;
  note?: string;
  name?: string;
  definition?: string;
  synonym_of?: string;
  manual?: boolean;
  tries?: number;
}

type Answered = { ruling: B.Ruling; reason: string | null };

let terms = new Map<string, Decided>([
  ['生麩糊', { verdict: 'required' }],
  ['foxing', { note: 'ask Anna about the source' }],
]);
let answers = new Map<string, Answered>();
const changes = new Map<string, [typeof terms, typeof answers]>();

export const decided = (key: string): Decided => terms.get(key) ?? {};
export const answered = (id: string) => answers.get(id) ?? null;
export const all = () => [...terms.entries()];
export const behind = (key: string) =>
  all()
    .filter(([, one]) => one.synonym_of === key)
    .map(([member]) => member);

/** Does it, and remembers what was before. */
function change(count: number, act: () => void): B.Change {
  const before: [typeof terms, typeof answers] = [new Map(terms), new Map(answers)];
  act();
  const id = `change-${changes.size + 1}`;
  changes.set(id, before);
  return { id, count };
}

function put(key: string, part: Decided): void {
  const next = { ...decided(key), ...part };
  for (const name of Object.keys(next) as (keyof Decided)[])
    if (next[name] === undefined) delete next[name];
  terms.set(key, next);
}

export function decide(keys: string[], edit: B.TermEdit, nameTaken: (name: string) => boolean) {
  if (edit.kind === 'rename' && edit.name && nameTaken(edit.name))
    refuse('name_taken', { term: edit.name });
  return change(keys.length, () => {
    for (const key of keys) one(key, keys, edit);
  });
}

function one(key: string, keys: string[], edit: B.TermEdit): void {
  switch (edit.kind) {
    case 'verdict':
      return put(key, { verdict: edit.verdict ?? undefined });
    case 'category':
      return put(key, { category: edit.category ?? undefined });
    case 'note':
      return put(key, { note: edit.note ?? undefined });
    case 'rename':
      return put(key, { name: edit.name ?? undefined });
    case 'definition':
      return put(key, { definition: edit.definition ?? undefined });
    case 'redefine':
      return put(key, { tries: (decided(key).tries ?? 0) + 1 });
    case 'merge':
      for (const member of [...keys, ...keys.flatMap(behind)])
        put(member, { synonym_of: member === edit.primary ? undefined : edit.primary });
      return;
    case 'split':
      for (const member of [key, ...behind(key)]) put(member, { synonym_of: undefined });
  }
}

export function require(text: string): B.TextDecision {
  if (!text) refuse('empty_term');
  return { key: text, change: change(1, () => put(text, { verdict: 'required', manual: true })) };
}

export function answer(ids: string[], given: B.IssueAnswer, find: (id: string) => B.IssueRow) {
  const found = ids.map(find);
  return change(ids.length, () => {
    for (const issue of found) settle(issue, given);
  });
}

function settle(issue: B.IssueRow, given: B.IssueAnswer): void {
  const rule = (ruling: B.Ruling, reason: string | null = null) =>
    answers.set(issue.id, { ruling, reason });
  switch (given.kind) {
    case 'exclude':
      return put(issue.key, { verdict: 'excluded' });
    case 'define':
      return put(issue.key, { definition: given.definition });
    case 'dismiss':
      return void rule('dismissed', given.reason);
    case 'merge':
      if (issue.finding.kind === 'duplicate')
        for (const other of [issue.key, ...issue.finding.others])
          if (other !== given.primary) put(other, { synonym_of: given.primary });
      return void rule('merge');
    case 'require':
      if (issue.finding.kind === 'missing_related')
        put(issue.finding.related, { verdict: 'required', manual: true });
      return void rule('require');
    case 'reopen':
      answers.delete(issue.id);
      if (issue.excluded) put(issue.key, { verdict: undefined });
      if (issue.defined) put(issue.key, { definition: undefined });
      return;
    default:
      return void rule(given.kind);
  }
}

export function undo(id: string): B.Change {
  const before = changes.get(id) ?? refuse('change_gone', { change: id });
  [terms, answers] = before;
  changes.delete(id);
  return { id: null, count: 1 };
}
