// What the browser twin says of the app itself, and of its logs from afar.
import type * as B from '../bindings';
import { asked, refuse, START } from './asked';
import { logRecord } from './data';
import * as world from './world';

export const INFO: B.AppInfo = {
  version: '0.1.0',
  data_dir: '~/.local/share/genglossary',
  open_project: null,
  open_run: null,
  open_error: null,
  damaged: asked.has('damaged')
    ? {
        code: 'database_damaged',
        params: {
          path: '~/.local/share/genglossary/genglossary.db',
          backup: '~/.local/share/genglossary/backups/genglossary-2026-11-20.db',
        },
        detail: 'page 412 of the index run_by_project is not in order',
      }
    : null,
};

export const ABOUT: B.About = {
  tauri: '2.12.0',
  webview: '2.50.1',
  licence: 'Apache License, Version 2.0',
  notice: 'GenGlossary\n\nDictionaries and word lists that are part of the program.',
};

export const SIZE: B.DataSize = { database: 48_300_000, logs: 12_700_000, all: 74_100_000 };

const PART = 500;

function shown(runId: string, levels: B.LogLevel[] | null): B.LogRecord[] {
  const total = world.logs.get(runId) ?? 0;
  const records = Array.from({ length: total }, (_, i) => logRecord(i + 1, START));
  return levels ? records.filter((record) => levels.includes(record.level)) : records;
}

export function search(runId: string, query: B.LogSearch): B.LogHits {
  let wanted: RegExp;
  try {
    const pattern = query.regex ? query.text : query.text.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
    wanted = new RegExp(pattern, query.match_case ? 'u' : 'iu');
  } catch (thrown) {
    const said = thrown instanceof Error ? thrown.message : String(thrown);
    return refuse('bad_search', { why: said.split(': ').at(-1) ?? said });
  }
  const hits = shown(runId, query.levels)
    .map((record, at) => ({ ...record, at, text: `${record.item} ${record.message}` }))
    .filter(({ seq, text }) => seq > query.after && wanted.exec(text)?.[0])
    .slice(0, PART)
    .map(({ seq, at, text }) => ({
      seq,
      at,
      text: text.slice(0, 120),
      found: wanted.exec(text)?.[0] ?? '',
    }));
  const done = hits.length < PART;
  const total = world.logs.get(runId) ?? 0;
  return { hits, seen: done ? total : (hits.at(-1)?.seq ?? total), done };
}

export function outline(runId: string, query: B.LogOutlineQuery): B.LogOutline {
  const records = shown(runId, query.levels);
  const parts = new Map<number, B.LogLevel>();
  records.forEach(({ level }, i) => {
    const part = Math.floor((i * query.parts) / records.length);
    if (level === 'error' || (level === 'warn' && parts.get(part) !== 'error'))
      parts.set(part, level);
  });
  const of = (level: B.LogLevel) =>
    [...parts].filter(([, worst]) => worst === level).map(([part]) => part);
  const stages: B.LogStage[] = [];
  for (const { stage, seq } of records)
    if (!stages.some((known) => known.stage === stage)) stages.push({ stage, seq });
  return { errors: of('error'), warnings: of('warn'), stages };
}
