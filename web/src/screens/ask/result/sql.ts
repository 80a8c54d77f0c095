// A statement on several lines: a new one before each clause, nothing else touched.

const CLAUSES =
  /^(SELECT|FROM|WHERE|GROUP\s+BY|HAVING|ORDER\s+BY|LIMIT|OFFSET|UNION(?:\s+ALL)?|EXCEPT|INTERSECT|WINDOW|(?:(?:LEFT|RIGHT|FULL|INNER|CROSS)\s+(?:OUTER\s+)?)?JOIN)\b/i;
const BREAK_BEFORE_AND = /^(AND|OR)\b/i;

/** The statement with line breaks, if it is all on one line; what somebody laid out stays as it is. */
export function formatSql(sql: string): string {
  const text = sql.trim();
  if (text.includes('\n')) return text;
  let out = '';
  let depth = 0;
  let clause = '';
  for (let place = 0; place < text.length;) {
    const token = tokenAt(text, place);
    if (token.length > 1 || /['"`]/.test(token)) {
      out += token;
      place += token.length;
      continue;
    }
    const character = text[place] ?? '';
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    const isWordStart = /[A-Za-z]/.test(character) && !/[A-Za-z0-9_.]/.test(text[place - 1] ?? ' ');
    if (isWordStart && depth === 0) {
      const rest = text.slice(place);
      const found = CLAUSES.exec(rest);
      const joined = clause === 'WHERE' || clause === 'HAVING' ? BREAK_BEFORE_AND.exec(rest) : null;
      const word = found?.[0] ?? joined?.[0];
      if (word) {
        if (found) clause = word.toUpperCase();
        if (out) out = `${out.trimEnd()}\n${joined && !found ? '  ' : ''}`;
        out += word;
        place += word.length;
        continue;
      }
    }
    out += character;
    place += 1;
  }
  return out;
}

/** A quoted text, a comment, or one character. */
function tokenAt(text: string, place: number): string {
  const rest = text.slice(place);
  const quoted = /^('(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|--[^\n]*|\/\*[\s\S]*?\*\/)/.exec(rest);
  return quoted?.[0] ?? rest[0] ?? '';
}
