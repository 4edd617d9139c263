import { expect, it } from 'vitest';
import { fileName, folderName, splitPath } from './paths';

it('proposes the last part of a folder, on every system', () => {
  expect(folderName('/mnt/share/collection-care/')).toBe('collection-care');
  expect(folderName('C:\\Users\\me\\文書')).toBe('文書');
  expect(folderName('C:\\')).toBe('');
  expect(folderName('~')).toBe('');
});

it('splits a document path', () => {
  expect(splitPath('guidelines/metals.md')).toEqual({ folder: 'guidelines/', file: 'metals.md' });
  expect(splitPath('notes.md')).toEqual({ folder: '', file: 'notes.md' });
});

it('makes a file name of any project name', () => {
  expect(fileName('A/B: notes?')).toBe('A-B- notes-');
  expect(fileName(' ')).toBe('glossary');
});
