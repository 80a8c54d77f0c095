// What values are, how they are written in the language of the page, and which of two comes first.
import type { Column, Row } from '../../answers/model';
import type { Locale } from '../../i18n/locale';

const NUMERIC = new Set(['integer', 'number', 'decimal', 'float', 'unsigned']);

export function isNumeric(column: Column, rows: Row[]): boolean {
  if (NUMERIC.has(column.type)) return true;
  if (column.type !== 'unknown') return false;
  const values = rows.map((row) => row[column.name]).filter((value) => value !== null);
  return values.length > 0 && values.every((value) => typeof value === 'number');
}

export function isTime(column: Column): boolean {
  return column.type === 'date' || column.type === 'timestamp';
}

/** A value as a number, where it is one; numbers that JSON can't hold come as texts. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** A value for reading. Whole text numbers keep every digit. */
export function formatValue(value: unknown, column: Column, locale: Locale): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? '✓' : '✗';
  if (isTime(column) && typeof value === 'string') return formatTime(value, locale);
  if (NUMERIC.has(column.type) || typeof value === 'number') return formatNumber(value, locale, isName(column.name));
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Last words of columns whose numbers are names of things: years, telephones, codes. */
const NAMES = new Set(
  [
    'id',
    'uid',
    'no',
    'code',
    'zip',
    'zipcode',
    'postcode',
    'postal',
    'phone',
    'mobile',
    'tel',
    'telephone',
    'fax',
    'sku',
  ]
    .concat(['isbn', 'ean', 'upc', 'imei', 'ssn', 'serial', 'year', 'month', 'yearmonth', 'yyyymm', 'yyyymmdd', 'key'])
    .flatMap((word) => [word, `${word}s`]),
);
const NAMED_NUMBER =
  /(order|phone|account|card|serial|invoice|tracking|employee|student|customer|id|room|house)[ _-]?number$/i;
const CHINESE_NAMES = /(号|号码|编码|代码|条码|邮编|电话|手机|传真|年|年份|月|月份|年月|身份证)$/;

/** Whether the numbers of a column are names: never added up, and read digit by digit. */
export function isName(column: string): boolean {
  if (CHINESE_NAMES.test(column) || NAMED_NUMBER.test(column)) return true;
  // orderId, order_id, "Order ID" and ORDER_ID end with the same word.
  const last = /(?:^|[^A-Za-z]|[a-z](?=[A-Z]))([A-Z]?[a-z]+|[A-Z]+)$/.exec(column.trim())?.[1];
  return last !== undefined && NAMES.has(last.toLowerCase());
}

function formatNumber(value: unknown, locale: Locale, isPlain: boolean): string {
  if (isPlain) return String(value);
  if (typeof value === 'string') {
    const parts = /^(-?)(\d+)(\.\d+)?$/.exec(value);
    if (!parts) return value;
    const [, sign = '', whole = '', fraction = ''] = parts;
    return sign + BigInt(whole).toLocaleString(locale) + fraction;
  }
  return shortNumber(value as number, locale);
}

/** A number with the digits that count: those of a small one, those that somebody wrote, and not the endless ones of a quotient. */
export function shortNumber(value: number, locale: Locale): string {
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toLocaleString(locale, { maximumSignificantDigits: 15 });
  const fraction = String(value).split('.')[1]?.length ?? 0;
  return value.toLocaleString(locale, { maximumFractionDigits: fraction <= 10 ? 10 : 6 });
}

/** Times as they were stored, without another zone's shift. */
export function formatTime(value: string, locale: Locale): string {
  const found = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?(.*))?$/.exec(value);
  if (!found) return value;
  const [, year, month, day, time, seconds, zone] = found;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const shown = date.toLocaleDateString(locale, {
    timeZone: 'UTC',
    year: 'numeric',
    month: locale === 'zh-CN' ? '2-digit' : 'short',
    day: '2-digit',
  });
  if (!time) return shown;
  const clock = seconds && seconds !== ':00' ? time + seconds : time;
  const isMidnight = clock === '00:00' && !zone;
  return isMidnight ? shown : `${shown} ${clock}${zone && zone !== 'Z' ? ` ${zone}` : zone === 'Z' ? ' UTC' : ''}`;
}

/** Orders two values of a column; what is missing comes last in both directions. */
export function compare(one: unknown, other: unknown, column: Column, locale: Locale, direction: 1 | -1): number {
  const [hasOne, hasOther] = [one !== null && one !== undefined, other !== null && other !== undefined];
  if (!hasOne || !hasOther) return Number(hasOther) - Number(hasOne);
  if (NUMERIC.has(column.type) || (typeof one === 'number' && typeof other === 'number')) {
    const [left, right] = [numberOf(one), numberOf(other)];
    if (left !== null && right !== null) {
      if (
        left === right &&
        typeof one === 'string' &&
        typeof other === 'string' &&
        /^-?\d+$/.test(one) &&
        /^-?\d+$/.test(other)
      ) {
        const difference = BigInt(one) - BigInt(other);
        return direction * (difference > 0n ? 1 : difference < 0n ? -1 : 0);
      }
      return direction * (left - right);
    }
  }
  const [left, right] = [String(one), String(other)];
  return (
    direction *
    (isTime(column) ? (left < right ? -1 : left > right ? 1 : 0) : left.localeCompare(right, locale, { numeric: true }))
  );
}

/** Rows as text that spreadsheets take from the clipboard. */
export function asTabbed(columns: Column[], rows: Row[]): string {
  const cell = (value: unknown) => {
    const text =
      value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
    return /[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [
    columns.map((column) => cell(column.name)),
    ...rows.map((row) => columns.map((column) => cell(row[column.name]))),
  ];
  return lines.map((line) => line.join('\t')).join('\n');
}
