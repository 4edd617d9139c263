import { expect, it } from 'vitest';
import { isComposing, isEnter } from './ime';

const key = (part: Partial<KeyboardEvent>) => ({
  key: 'Enter',
  isComposing: false,
  keyCode: 13,
  ...part,
});

it('takes a plain Enter', () => {
  expect(isEnter(key({}))).toBe(true);
});

it('leaves Enter to an open conversion', () => {
  expect(isEnter(key({ isComposing: true }))).toBe(false);
});

it('leaves the closing Enter of WebKit, which comes after the composition with key code 229', () => {
  expect(isEnter(key({ keyCode: 229 }))).toBe(false);
  expect(isComposing(key({ keyCode: 229 }))).toBe(true);
});

it('takes no other key for Enter', () => {
  expect(isEnter(key({ key: 'a', keyCode: 65 }))).toBe(false);
});
