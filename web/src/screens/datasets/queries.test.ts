import { QueryObserver } from '@tanstack/react-query';
import { expect, test, vi } from 'vitest';

vi.stubGlobal('localStorage', { getItem: () => null });
const { queryClient } = await import('../../app/queries');
const { formatsOf, isCut, refreshDatasets } = await import('./queries');

test('a list that was asked for before a dataset came is not the one that is shown', async () => {
  const answers: ((names: string[]) => void)[] = [];
  const observer = new QueryObserver<string[]>(queryClient, {
    queryKey: ['datasets'],
    queryFn: () => new Promise((resolve) => answers.push(resolve)),
  });
  const end = observer.subscribe(() => undefined);
  const done = refreshDatasets();
  await expect.poll(() => answers.length).toBe(2);
  answers[0]?.([]);
  answers[1]?.(['sales']);
  await done;
  expect(observer.getCurrentResult().data).toEqual(['sales']);
  end();
});

test('what never was a file can’t be had as the file that it was', () => {
  expect(formatsOf({ has_original: true })).toContain('original');
  expect(formatsOf({ has_original: false })).toEqual(['xlsx', 'csv', 'json', 'ndjson', 'parquet']);
});

test('what a workbook has no room for is known before it is taken along', () => {
  const dataset = (...rows: number[]) => ({ tables: rows.map((count) => ({ name: 't', columns: [], rows: count })) });
  expect(isCut(dataset(3, 1_048_575), 'xlsx')).toBe(false);
  expect(isCut(dataset(3, 1_048_576), 'xlsx')).toBe(true);
  expect(isCut(dataset(1_048_576), 'csv')).toBe(false);
});
