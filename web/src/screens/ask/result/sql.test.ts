import { expect, test } from 'vitest';
import { formatSql } from './sql';

test('a clause begins a line', () => {
  expect(
    formatSql(
      `SELECT a, 'FROM x' AS "ORDER BY" FROM t LEFT JOIN u ON t.id = u.id WHERE a = 1 AND b IN (SELECT c FROM d WHERE e) ORDER BY a LIMIT 5`,
    ),
  ).toBe(
    [
      `SELECT a, 'FROM x' AS "ORDER BY"`,
      'FROM t',
      'LEFT JOIN u ON t.id = u.id',
      'WHERE a = 1',
      '  AND b IN (SELECT c FROM d WHERE e)',
      'ORDER BY a',
      'LIMIT 5',
    ].join('\n'),
  );
});

test('nothing but white space changes, and what was laid out stays', () => {
  const sql = "SELECT t.from_date, 'it''s' FROM \"select\" -- FROM\n WHERE 1";
  expect(formatSql(sql)).toBe(sql);
  const line = "SELECT x.limit, '销售' FROM `order by` GROUP BY x.limit HAVING COUNT(*) > 1 OR 1 = 1";
  expect(formatSql(line).replace(/\s+/g, ' ')).toBe(line);
});
