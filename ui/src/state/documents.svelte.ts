// Which document of a project is open in the viewer, and the place that was asked for. Everything that names a
// document opens it with openDocument.
import { SvelteMap } from 'svelte/reactivity';
import { go } from './route.svelte';

/** A byte of the text that the last run read, or a line of it, from 1. */
export type DocumentAt = { start: number } | { line: number };

export interface OpenDocument {
  path: string;
  /** nothing once it was shown */
  at: DocumentAt | null;
}

const opened = new SvelteMap<string, OpenDocument>();

export const documents = {
  opened: (projectId: string) => opened.get(projectId) ?? null,
};

/** Shows a document in the tab Documents, at a place if one is given. */
export function openDocument(projectId: string, path: string, at: DocumentAt | null = null): void {
  choose(projectId, path, at);
  go({ view: 'project', project: projectId, tab: 'documents' });
}

/** The same inside the tab, which is open already. */
export function choose(projectId: string, path: string, at: DocumentAt | null = null): void {
  opened.set(projectId, { path, at });
}

/** The place was shown: whoever comes back later finds the text where it was left. */
export function arrived(projectId: string): void {
  const open = opened.get(projectId);
  if (open) opened.set(projectId, { ...open, at: null });
}
