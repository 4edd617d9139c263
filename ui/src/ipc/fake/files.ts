// The folder of the browser twin: documents in every state, and files that are none.
import type * as B from '../bindings';
import type { Commands } from '../contract';
import { answer, asked, DOCUMENTS, refuse } from './asked';
import { documentAt, SKIPPED } from './data';
import * as world from './world';

const excluded = new Set<string>();
const copies = new Map<string, string[]>();

function rows(projectId: string): B.FileRow[] {
  const ran = world.projectOf(projectId).counts.documents !== null;
  const none = { language: null, encoding: null, lines: null, terms: null, occurrences: null };
  const documents = Array.from({ length: DOCUMENTS }, (_, i): B.FileRow => {
    const row = documentAt(i);
    const state: B.FileState = !ran
      ? 'new'
      : i === 2
        ? 'changed'
        : i === 5
          ? 'removed'
          : 'unchanged';
    const read = ran ? row : { ...row, ...none };
    return { ...read, state, reason: null, detail: null };
  });
  const fresh = ['guidelines/mounts.md', '指針/展示ケース.md', ...[...copies.values()].flat()];
  for (const path of ran ? fresh : [])
    documents.push({ path, state: 'new', reason: null, detail: null, bytes: 2210, ...none });
  for (const skip of SKIPPED) documents.push({ ...skip, state: 'skipped', bytes: 0, ...none });
  return documents
    .map((row) =>
      excluded.has(row.path) ? { ...row, state: 'excluded' as const, reason: 'excluded' } : row,
    )
    .sort((a, b) => a.path.localeCompare(b.path));
}

const value = (row: B.FileRow, sort: B.FileSort): string | number =>
  sort === 'size' ? row.bytes : (row[sort] ?? -1);

function changed(projectId: string) {
  world.projectChanged.emit({ project_id: projectId });
  return null;
}

export const commands: Pick<
  Commands,
  | 'listFiles'
  | 'countFiles'
  | 'excludeFiles'
  | 'includeFiles'
  | 'watchFolder'
  | 'revealFile'
  | 'checkFolder'
  | 'relocateProject'
  | 'countMatches'
  | 'planCopy'
  | 'copyFiles'
  | 'undoCopy'
> = {
  listFiles: (projectId, query) =>
    answer(() => {
      const { search, state, sort, descending, offset, limit } = query;
      const found = rows(projectId).filter(
        (row) =>
          row.path.toLowerCase().includes(search.toLowerCase()) && (!state || row.state === state),
      );
      const sign = descending ? -1 : 1;
      found.sort((a, b) => {
        const [left, right] = [value(a, sort), value(b, sort)];
        return sign * (left < right ? -1 : left > right ? 1 : 0);
      });
      return { rows: found.slice(offset, offset + limit), total: found.length, offset };
    }),
  countFiles: (projectId) =>
    answer(() => {
      const counts: B.FileCounts = {
        new: 0,
        changed: 0,
        removed: 0,
        unchanged: 0,
        excluded: 0,
        skipped: 0,
        watched: true,
        unreadable: asked.has('unreadable')
          ? {
              code: 'folder_not_found',
              params: { folder: world.projectOf(projectId).folder },
              detail: null,
            }
          : null,
      };
      for (const row of rows(projectId)) counts[row.state] += 1;
      return counts;
    }),
  excludeFiles: (projectId, paths) =>
    answer(() => {
      for (const path of paths) excluded.add(path);
      return changed(projectId);
    }),
  includeFiles: (projectId, paths) =>
    answer(() => {
      for (const path of paths) excluded.delete(path);
      return changed(projectId);
    }),
  watchFolder: (projectId) => answer(() => projectId !== null),
  revealFile: () => answer(() => null),
  checkFolder: (_projectId, folder) =>
    answer(() => {
      if (folder.includes('missing')) refuse('folder_not_found', { folder });
      return { folder, documents: 44, found: DOCUMENTS - 3, missing: 3 };
    }),
  relocateProject: (projectId, folder) =>
    answer(() => Object.assign(world.projectOf(projectId), { folder })),
  countMatches: (projectId, patterns) =>
    answer(() =>
      patterns.map((pattern) => ({
        pattern,
        files: rows(projectId).filter((row) => row.path.includes(pattern.replaceAll('*', '')))
          .length,
        error: pattern.includes('[') ? 'unclosed character class; missing a closing bracket' : null,
      })),
    ),
  planCopy: (_projectId, sources) =>
    answer(() =>
      sources.map((source): B.CopyItem => {
        const target = source.slice(source.lastIndexOf('/') + 1);
        const taken = target === 'metals-storage.md';
        const state = target.endsWith('.png') ? 'unsupported' : taken ? 'conflict' : 'new';
        return { source, target, free: taken ? 'metals-storage (2).md' : null, bytes: 4210, state };
      }),
    ),
  copyFiles: (projectId, orders) =>
    answer(() => {
      const receipt = String(copies.size + 1);
      const copied = orders.map((order) => order.target);
      copies.set(receipt, copied);
      changed(projectId);
      return { receipt, copied };
    }),
  undoCopy: (projectId, receipt) =>
    answer(() => {
      const removed = copies.get(receipt)?.length ?? 0;
      copies.delete(receipt);
      changed(projectId);
      return { removed, kept: [] };
    }),
};
