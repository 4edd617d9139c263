// A log line as text, for copying: the same columns as the file.
import type { LogRecord } from '../ipc/bindings';

export function formatRecord(record: LogRecord): string {
  return [record.time, record.level.toUpperCase(), record.stage, record.item, record.message].join(
    '\t',
  );
}
