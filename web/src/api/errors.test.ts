import { expect, test } from 'vitest';
import { failureFrom } from './errors';

test('what is wrong with a parameter is said without its name, which nobody sees', () => {
  expect(failureFrom(422, { code: 422, message: 'data_id 必须是 UUID；format 没有原文件', data: [] })).toMatchObject({
    status: 422,
    code: '422',
    message: '必须是 UUID；没有原文件',
  });
  expect(failureFrom(422, { message: 'format this dataset has no original' }).message).toBe(
    'this dataset has no original',
  );
  expect(failureFrom(404, { message: '用户不存在' }).message).toBe('用户不存在');
});

test('each contract’s failures have one shape', () => {
  const fields = [{ field: 'name', message: '不能为空' }];
  expect(
    failureFrom(422, { error: { code: 'VALIDATION_ERROR', message: '请求参数有误', details: { fields } } }),
  ).toMatchObject({ code: 'VALIDATION_ERROR', message: '请求参数有误', fields });
  expect(failureFrom(422, { detail: [{ loc: ['body', 'name'], msg: '不能为空' }] })).toMatchObject({ fields });
  expect(failureFrom(403, { detail: '没有权限' })).toMatchObject({ status: 403, code: '403', message: '没有权限' });
  expect(
    failureFrom(422, {
      type: 'about:blank',
      title: 'Unprocessable Content',
      status: 422,
      detail: '请求参数有误',
      code: 'validation',
      errors: fields,
    }),
  ).toMatchObject({ status: 422, code: 'validation', message: '请求参数有误', fields });
  expect(failureFrom(502, {}).message).toBe('HTTP 502');
});
