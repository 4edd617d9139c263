// Definitions that were begun and not saved: looking at another entry must not lose them.
export const drafts = new Map<string, string>();
