import { beforeEach, describe, expect, it, vi } from 'vitest';

const commands = vi.hoisted(() => ({
  startRun: vi.fn(),
  getRun: vi.fn(),
  resumeRun: vi.fn(),
  retryMissing: vi.fn(),
}));
vi.mock('@tauri-apps/api/core', () => ({ isTauri: () => true }));
vi.mock('@tauri-apps/plugin-dialog', () => ({ open: vi.fn(), save: vi.fn() }));
vi.mock('./bindings', () => ({ commands, events: {} }));

import { api, AppError, connect, resumeRun, retryMissing, startRun } from './client';

const refused = (code: string) => ({
  status: 'error',
  error: { code, params: {}, detail: null },
});

beforeEach(async () => {
  vi.resetAllMocks();
  await connect();
});

describe('a call', () => {
  it('answers with its data', async () => {
    commands.getRun.mockResolvedValue({ status: 'ok', data: 7 });
    expect(await api.getRun('r')).toBe(7);
  });

  it('throws the error of the command, with its code', async () => {
    commands.getRun.mockResolvedValue(refused('run_not_found'));
    await expect(api.getRun('r')).rejects.toMatchObject({ code: 'run_not_found' });
    await expect(api.getRun('r')).rejects.toBeInstanceOf(AppError);
  });
});

describe('starting a run', () => {
  const ids = () => commands.startRun.mock.calls.map((call) => call[2] as string);

  it('has a fresh request id for every click', async () => {
    commands.startRun.mockResolvedValue({ status: 'ok', data: {} });
    await startRun('p', 'full');
    await startRun('p', 'full');
    expect(new Set(ids()).size).toBe(2);
  });

  it('is sent again under the same id when the answer was lost (S6)', async () => {
    commands.startRun.mockRejectedValueOnce(new Error('lost'));
    commands.startRun.mockResolvedValue({ status: 'ok', data: {} });
    await startRun('p', 'full');
    expect(ids()).toHaveLength(2);
    expect(new Set(ids()).size).toBe(1);
  });

  it('is not sent again when the engine refused it', async () => {
    commands.startRun.mockResolvedValue(refused('run_active'));
    await expect(startRun('p', 'full')).rejects.toMatchObject({ code: 'run_active' });
    expect(ids()).toHaveLength(1);
  });
});

describe.each([
  ['taking a run up again', () => resumeRun('r'), commands.resumeRun],
  ['retrying what is missing', () => retryMissing('r'), commands.retryMissing],
])('%s', (_name, call, command) => {
  const ids = () => command.mock.calls.map((sent) => sent[1] as string);

  it('is sent again under the same id when the answer was lost (S6)', async () => {
    command.mockRejectedValueOnce(new Error('lost'));
    command.mockResolvedValue({ status: 'ok', data: {} });
    await call();
    expect(ids()).toHaveLength(2);
    expect(new Set(ids()).size).toBe(1);
  });

  it('is not sent again when the engine refused it (E14)', async () => {
    command.mockResolvedValue(refused('nothing_to_retry'));
    await expect(call()).rejects.toMatchObject({ code: 'nothing_to_retry' });
    expect(ids()).toHaveLength(1);
  });
});
