// What the interface remembers between starts: sizes of panes, the place one was at. Nothing that a run or a
// result depends on is kept here, and a store that cannot be read or written costs only the memory.
const PREFIX = 'genglossary.';

export function recall<T>(key: string, isValid: (value: unknown) => value is T): T | null {
  try {
    const text = localStorage.getItem(PREFIX + key);
    const value: unknown = text === null ? null : JSON.parse(text);
    return isValid(value) ? value : null;
  } catch {
    return null;
  }
}

/** Says when another window has memorized something else under this key. */
export function onElsewhere(key: string, then: () => void): () => void {
  const listen = (event: StorageEvent) => event.key === PREFIX + key && then();
  window.addEventListener('storage', listen);
  // A webview may keep such events to itself; who comes back to a window sees what is new.
  window.addEventListener('focus', then);
  return () => {
    window.removeEventListener('storage', listen);
    window.removeEventListener('focus', then);
  };
}

export function memorize(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // Full or forbidden: the next start begins as the first one did.
  }
}
