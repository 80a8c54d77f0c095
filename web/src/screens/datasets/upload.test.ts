import { expect, test, vi } from 'vitest';

vi.stubGlobal('localStorage', { getItem: () => null });
const { UploadAnswer } = await import('./upload');

const event = (name: string, data: object) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
const progress = (received: number, is_whole: boolean, rows: number, rows_in_all: number | null) =>
  event('progress', { received, is_whole, rows, rows_in_all });

test('rows are counted once all bytes are there', () => {
  const answer = new UploadAnswer();
  let text = progress(5, false, 0, null);
  expect(answer.read(text)).toBeUndefined();
  text += progress(10, true, 3, null) + progress(10, true, 7, 9).slice(0, 20);
  expect(answer.read(text)).toEqual({ phase: 'reading', done: 3, whole: null });
  text += progress(10, true, 7, 9).slice(20);
  expect(answer.read(text)).toEqual({ phase: 'reading', done: 7, whole: 9 });
  expect(answer.read(text)).toBeUndefined();
  expect(answer.outcome).toBeUndefined();
  text += event('done', { data_id: 'd', name: '销售' });
  answer.read(text);
  expect(answer.outcome).toEqual({ dataset: { data_id: 'd', name: '销售' } });
});

test('a file that is refused says why', () => {
  const answer = new UploadAnswer();
  answer.read(event('error', { code: 422, message: 'file 第 3 行有 4 个值' }));
  expect(answer.outcome).toMatchObject({ error: { status: 422, message: '第 3 行有 4 个值' } });
});
