/** The last part of a path, of either kind. */
export function folderName(path: string): string {
  const parts = path
    .trim()
    .split(/[\\/]+/)
    .filter((part) => part !== '' && !/^[a-zA-Z]:$/.test(part));
  const last = parts[parts.length - 1] ?? '';
  return last === '~' ? '' : last;
}

/** Folder and file of a document's path: "a/b/" and "c.md". */
export function splitPath(path: string): { folder: string; file: string } {
  const cut = path.lastIndexOf('/') + 1;
  return { folder: path.slice(0, cut), file: path.slice(cut) };
}

/** A name that every file system takes. */
export function fileName(name: string): string {
  return name.replace(/[\\/:*?"<>|]+/g, '-').trim() || 'glossary';
}
