import { expect, test } from 'vitest';
import { EventParser } from './sse';

const STREAM =
  'event: progress\nid: a-1\ndata: {"一":1}\n\n: alive\n\nid: a-2\r\ndata: one\r\ndata:  two\r\n\r\ndata\n\nevent: x\n\n';
const EVENTS = [
  { event: 'progress', id: 'a-1', data: '{"一":1}' },
  { event: 'message', id: 'a-2', data: 'one\n two' },
  { event: 'message', id: 'a-2', data: '' },
];

test('events are the same whatever way the text is cut', () => {
  for (const size of [1, 2, 3, 7, STREAM.length]) {
    const parser = new EventParser();
    const events = [];
    for (let from = 0; from < STREAM.length; from += size) events.push(...parser.push(STREAM.slice(from, from + size)));
    expect(events, `pieces of ${size}`).toEqual(EVENTS);
  }
});
