import { expect, test } from 'vitest';
import { modelOf } from './choices';

test('a conversation goes on with the model that answered it last', () => {
  const models = [
    { id: '1', model_id: 'builtin', is_default: false },
    { id: '2', model_id: 'large', is_default: false },
    { id: '3', model_id: 'large', is_default: true },
  ];
  expect(modelOf('builtin', models)).toBe('1');
  expect(modelOf('large', models)).toBe('3');
  expect(modelOf('gone', models)).toBeUndefined();
  expect(modelOf(null, models)).toBeUndefined();
});
