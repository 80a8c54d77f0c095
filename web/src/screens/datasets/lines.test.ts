import { expect, test } from 'vitest';
import { firstLines } from './lines';

function slow(pieces: string[]) {
  let given = 0;
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const piece = pieces[given];
        given += 1;
        if (piece === undefined) controller.close();
        else controller.enqueue(new TextEncoder().encode(piece));
      },
      cancel: () => {
        isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { response: new Response(body), given: () => given, isCancelled: () => isCancelled };
}

test('lines are the same whatever way the text is cut, and the last one needs no end', async () => {
  expect(await firstLines(slow(['{"a":1}\n{"a', '":2}', '\n{"a":3}']).response, 10)).toEqual([
    '{"a":1}',
    '{"a":2}',
    '{"a":3}',
  ]);
  expect(await firstLines(new Response(''), 10)).toEqual([]);
});

test('what comes after the lines that are wanted is not fetched', async () => {
  const endless = slow(Array.from({ length: 1000 }, (_, place) => `${place}\n`));
  expect(await firstLines(endless.response, 3)).toEqual(['0', '1', '2']);
  await expect.poll(endless.isCancelled).toBe(true);
  expect(endless.given()).toBeLessThan(20);
});
