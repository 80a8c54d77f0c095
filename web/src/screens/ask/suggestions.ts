// Questions to begin with, made from the business words and tables of a connection, in the language of the page.
import type { TFunction } from 'i18next';
import type { Schemas } from '../../api/client';
import { isName } from '../../parts/table/values';

type Term = Pick<Schemas['Term'], 'term' | 'kind' | 'expression'>;
type Table = Schemas['SchemaTable'];

const MOST = 6;
const ENOUGH = 3;

/** At most six different questions that the connection's own words make. */
export function suggestions(terms: Term[], tables: Table[], language: 'zh' | 'en', t: TFunction): string[] {
  const metrics = spoken(terms, 'metric', language);
  const dimensions = spoken(terms, 'dimension', language);
  const made = fromTerms(metrics, dimensions, tables.some(hasTime), t);
  // Names of tables are seldom what people say; they help where nobody has said what things are called.
  const questions = made.length >= ENOUGH ? made : [...made, ...fromTables(tables, language, t)];
  return [...new Set(questions.map(asSentence))].slice(0, MOST);
}

function fromTerms(metrics: string[], dimensions: string[], inTime: boolean, t: TFunction): string[] {
  const [metric, second, third] = metrics;
  const [dimension, other] = dimensions;
  const questions: string[] = [];
  if (metric && inTime) {
    if (dimension) questions.push(t('ask.suggest.byDimension', { metric, dimension: other ?? dimension }));
    questions.push(t('ask.suggest.trend', { metric }));
  }
  if (metric && dimension) questions.push(t('ask.suggest.top', { metric, dimension }));
  if (second && inTime) questions.push(t('ask.suggest.compare', { metric: second }));
  if (third && inTime) questions.push(t('ask.suggest.thisYear', { metric: third }));
  return questions;
}

function fromTables(tables: Table[], language: 'zh' | 'en', t: TFunction): string[] {
  const largest = [...tables].sort((one, other) => (other.row_count ?? 0) - (one.row_count ?? 0)).slice(0, 3);
  return largest.flatMap((table) => {
    const name = table.comment?.trim() || table.name;
    const column = table.columns.find(
      (one) => one.kind === 'text' && !one.primary && !isName(one.name) && !/name|名|mail|address|地址/i.test(one.name),
    );
    const counted = t('ask.suggest.count', { table: name });
    if (!column) return [counted];
    const dimension = column.comment?.trim() || column.name;
    const questions = [t('ask.suggest.countBy', { table: name, column: dimension }), counted];
    const figure = table.columns.find((one) => isFigure(one, language));
    const metric = figure && (figure.comment?.trim() || figure.name);
    return metric && isOf(dimension, language)
      ? [t('ask.suggest.measureBy', { metric, dimension }), ...questions]
      : questions;
  });
}

/** Whether a column has numbers that add up, and a name that people of this language would say. */
function isFigure({ name, comment, kind, primary }: Table['columns'][number], language: 'zh' | 'en'): boolean {
  const isNumber = kind === 'number' || kind === 'integer' || kind === 'decimal' || kind === 'float';
  const said = comment?.trim() || name;
  return isNumber && !primary && isOf(said, language) && !isName(name) && !isName(said) && !/率|rate$/i.test(said);
}

/** The words of this kind that are of the page's language: the terms themselves, or the aliases of the others. */
function spoken(terms: Term[], kind: Term['kind'], language: 'zh' | 'en'): string[] {
  return terms.flatMap((term) => {
    if (term.kind !== kind) return [];
    if (isOf(term.term, language)) return [term.term];
    const alias = terms.find(
      (other) => other.kind === 'alias' && other.expression === term.term && isOf(other.term, language),
    );
    return alias ? [alias.term] : [];
  });
}

function isOf(word: string, language: 'zh' | 'en'): boolean {
  return /\p{Script=Han}/u.test(word) === (language === 'zh');
}

function hasTime(table: Table): boolean {
  return table.columns.some((column) => column.kind === 'timestamp' || column.kind === 'date');
}

function asSentence(question: string): string {
  return question.charAt(0).toUpperCase() + question.slice(1);
}
