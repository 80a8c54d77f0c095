import { expect, test } from 'vitest';
import { contentOf, fileName } from './files';

test('what comes is counted and complete', async () => {
  const pieces = ['问', '数,', '1\n'].map((text) => new TextEncoder().encode(text));
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const counts: number[] = [];
  const blob = await contentOf(new Response(body, { headers: { 'Content-Type': 'text/csv' } }), (bytes) =>
    counts.push(bytes),
  );
  expect([await blob.text(), blob.type, counts]).toEqual(['问数,1\n', 'text/csv', [3, 7, 9]]);
});

test('a title makes a name that file systems take', () => {
  expect(fileName('a/b: "c"?', 'csv')).toBe('a b c.csv');
  expect(fileName('???', 'csv')).toBe('wenshu.csv');
});
