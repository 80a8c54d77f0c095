import { QueryObserver } from '@tanstack/react-query';
import { expect, test, vi } from 'vitest';

vi.stubGlobal('localStorage', { getItem: () => null });
const { queryClient } = await import('../../app/queries');
const { refreshDatasets } = await import('./queries');

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
