//! The canonical text of a statement: the same tokens, written so that every database lexes them as the parser did.
//!
//! Comments are left out, every literal and quoted identifier is written in the plainest form that its dialect has,
//! and tokens that could grow together into something else are kept apart by a space. What is parsed, walked and
//! handed to the database is this text, never the one that came in.

use sqlparser::dialect::Dialect;
use sqlparser::keywords::Keyword;
use sqlparser::tokenizer::{Location, Token, TokenWithSpan, Tokenizer, Whitespace, Word};

use super::bounds::{MAX_BRACKETS, MAX_BYTES, MAX_INFIX, MAX_TOKENS};
use super::dialects::{Quoting, Rules};
use super::refusal::{refuse, shorten, unparsed};
use super::{Refusal, RefusalReason};

/// A statement's canonical text.
pub(super) struct Canonical {
    pub(super) text: String,
    /// A clause in it that would make it more than a reading query, and that the parser doesn't know.
    pub(super) locks: Option<&'static str>,
    /// How deep its syntax tree may be at most, in brackets and operators.
    pub(super) depth: usize,
}

/// Writes the canonical text of one statement, without its closing semicolon.
///
/// # Errors
///
/// A refusal for text that has no tokens of the dialect, more than one statement, no query, or too much of anything.
pub(super) fn canonical(sql: &str, rules: &Rules, parser: &dyn Dialect) -> Result<Canonical, Refusal> {
    if sql.len() > MAX_BYTES {
        return refuse(
            RefusalReason::TooComplex,
            format!(
                "The statement is {} bytes long; at most {MAX_BYTES} are checked. Ask for less at once.",
                sql.len()
            ),
        );
    }
    if sql.contains('\0') {
        return refuse(RefusalReason::Syntax, "The statement holds a NUL character; take it out.");
    }
    let tokens = Tokenizer::new(parser, sql)
        .tokenize_with_location()
        .map_err(|error| unparsed(&error.to_string(), rules.name))?;
    if tokens.len() > MAX_TOKENS {
        return refuse(
            RefusalReason::TooComplex,
            format!(
                "The statement has {} tokens; at most {MAX_TOKENS} are checked. Ask for less at once.",
                tokens.len()
            ),
        );
    }
    if rules.quoting == Quoting::Postgres && tokens.windows(3).any(is_unicode_name) {
        return refuse(
            RefusalReason::Syntax,
            "`U&\"…\"` isn't accepted. Write the name with its own letters.",
        );
    }
    let mut writer = Writer::new(rules, sql.len());
    let mut first = true;
    let mut ended = false;
    for TokenWithSpan { token, span } in tokens {
        match &token {
            Token::Whitespace(_) => {}
            Token::SemiColon => {
                ended |= !first;
                continue;
            }
            _ if ended => {
                return refuse(
                    RefusalReason::NotOneStatement,
                    "There is more than one statement: something follows the `;`. Send one query.",
                );
            }
            Token::LParen => {}
            Token::HexStringLiteral(digits) if is_hexadecimal_number(sql, span.start, rules) => {
                writer.hexadecimal(digits)?;
                continue;
            }
            Token::Word(word) if first => {
                refuse_other_statements(word)?;
                first = false;
            }
            _ => first = false,
        }
        writer.token(token)?;
    }
    if first {
        return refuse(RefusalReason::NotOneStatement, "There is no statement. Send one `SELECT` query.");
    }
    Ok(writer.finish())
}

/// Refuses a statement that doesn't begin as a query does.
fn refuse_other_statements(word: &Word) -> Result<(), Refusal> {
    /// Statements whose verb is no keyword of the parser.
    const VERBS: [&str; 7] = ["BINLOG", "CHECKPOINT", "HANDLER", "HELP", "REASSIGN", "SHUTDOWN", "XA"];
    if word.quote_style.is_none() {
        match word.keyword {
            Keyword::SELECT | Keyword::WITH | Keyword::VALUES => return Ok(()),
            Keyword::TABLE => {
                return refuse(
                    RefusalReason::NotReadOnly,
                    "`TABLE` is not accepted as a query. Write `SELECT * FROM` and the table's name.",
                );
            }
            Keyword::FROM => {}
            Keyword::NoKeyword if !VERBS.iter().any(|verb| verb.eq_ignore_ascii_case(&word.value)) => {}
            _ => {
                return refuse(
                    RefusalReason::NotReadOnly,
                    format!(
                        "`{}` is not a query: only `SELECT`, `WITH … SELECT` and `VALUES` are run.",
                        word.value.to_uppercase()
                    ),
                );
            }
        }
    }
    refuse(
        RefusalReason::Syntax,
        format!("A query begins with `SELECT`, `WITH` or `VALUES`, not with `{}`.", shorten(&word.value)),
    )
}

/// Whether three tokens are PostgreSQL's `U&"…"`, for which the parser has no token.
fn is_unicode_name(tokens: &[TokenWithSpan]) -> bool {
    match tokens {
        [prefix, operator, name] => {
            matches!(&prefix.token, Token::Word(word) if word.value.eq_ignore_ascii_case("u"))
                && operator.token == Token::Ampersand
                && matches!(&name.token, Token::Word(word) if word.quote_style.is_some())
        }
        _ => false,
    }
}

/// Whether a hexadecimal literal is written `0x…` in a dialect where that is a number. The tokens don't tell.
fn is_hexadecimal_number(sql: &str, start: Location, rules: &Rules) -> bool {
    if matches!(rules.quoting, Quoting::MySql | Quoting::ClickHouse) {
        return false;
    }
    let (Ok(line), Ok(column)) = (usize::try_from(start.line), usize::try_from(start.column)) else {
        return true;
    };
    // Lines end as they do for the tokenizer, which counts `\n` only.
    let first = sql
        .split('\n')
        .nth(line.saturating_sub(1))
        .and_then(|line| line.chars().nth(column.saturating_sub(1)));
    !matches!(first, Some('x' | 'X'))
}

/// What a token is like where it touches its neighbour.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    /// Never grows together with anything: brackets, commas, white space.
    Apart,
    /// A bare word.
    Word,
    /// A literal or a quoted name.
    Quoted,
    /// A number: apart from words also kept from a period.
    Number,
    /// A period between the parts of a name.
    Period,
    /// An operator.
    Operator,
    /// An operator that makes a prefix of the word before it: PostgreSQL's `U&"…"`.
    Lonely,
}

impl Edge {
    /// Whether a space is needed between the two.
    fn needs_space(self, next: Self) -> bool {
        match (self, next) {
            (Self::Apart, _) | (_, Self::Apart) => false,
            (Self::Lonely, _) | (_, Self::Lonely) => true,
            (Self::Period, Self::Word | Self::Quoted) | (Self::Word | Self::Quoted, Self::Period) => false,
            (Self::Period, _) | (_, Self::Period) => true,
            (Self::Operator, Self::Operator) => true,
            (Self::Operator, _) | (_, Self::Operator) => false,
            (Self::Quoted | Self::Word | Self::Number, Self::Quoted | Self::Word | Self::Number) => true,
        }
    }
}

/// Writes tokens one after another.
struct Writer<'rules> {
    rules: &'rules Rules,
    text: String,
    edge: Edge,
    /// Whether the last token that isn't white space was the bare name of an allowed function.
    after_function: bool,
    brackets: usize,
    infix: usize,
    opened: usize,
    recent: [Keyword; 3],
    locks: Option<&'static str>,
}

impl<'rules> Writer<'rules> {
    fn new(rules: &'rules Rules, bytes: usize) -> Self {
        let text = String::with_capacity(bytes + bytes / 8);
        Self {
            rules,
            text,
            edge: Edge::Apart,
            after_function: false,
            brackets: 0,
            infix: 0,
            opened: 0,
            recent: [Keyword::NoKeyword; 3],
            locks: None,
        }
    }

    fn finish(mut self) -> Canonical {
        self.text.truncate(self.text.trim_end().len());
        Canonical { text: self.text, locks: self.locks, depth: self.infix + self.opened }
    }

    /// Writes `0x1F` as `31`: before version 16 PostgreSQL reads it as a zero with the alias `x1F`.
    fn hexadecimal(&mut self, digits: &str) -> Result<(), Refusal> {
        match i64::from_str_radix(digits, 16) {
            Ok(number) => self.word_like(Edge::Number, &number.to_string()),
            Err(_) => self.unreadable(&format!("0x{digits}")),
        }
    }

    fn token(&mut self, token: Token) -> Result<(), Refusal> {
        match token {
            Token::Whitespace(space) => {
                if let Whitespace::MultiLineComment(comment) = &space
                    && self.rules.executable_comments
                    && (comment.starts_with('!') || comment.starts_with("M!") || comment.starts_with("m!"))
                {
                    return refuse(
                        RefusalReason::NotReadOnly,
                        "`/*! … */` is a comment that the database executes. Take it out, or write its content as SQL.",
                    );
                }
                let space = match space {
                    Whitespace::Newline | Whitespace::SingleLineComment { .. } => '\n',
                    Whitespace::Space | Whitespace::Tab | Whitespace::MultiLineComment(_) => ' ',
                };
                if !self.text.is_empty() {
                    self.text.push(space);
                    self.edge = Edge::Apart;
                }
                return Ok(());
            }
            Token::Word(word) => return self.word(&word),
            Token::Number(digits, long) => self.number(&digits, long)?,
            Token::SingleQuotedString(text) => self.string(&text)?,
            Token::DoubleQuotedString(text) if self.rules.quoting == Quoting::MySql => self.string(&text)?,
            Token::EscapedStringLiteral(text) | Token::UnicodeStringLiteral(text)
                if self.rules.quoting == Quoting::Postgres =>
            {
                self.string(&text)?;
            }
            Token::DollarQuotedString(literal) if self.rules.quoting == Quoting::Postgres => {
                self.string(&literal.value)?
            }
            Token::SingleQuotedByteStringLiteral(bits) => {
                if self.rules.quoting == Quoting::Sqlite
                    || !bits.bytes().all(|bit| matches!(bit, b'0' | b'1'))
                {
                    return self.unreadable("B'…'");
                }
                self.put(Edge::Quoted, &format!("B'{bits}'"));
            }
            Token::HexStringLiteral(digits) => {
                if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                    return self.unreadable("X'…'");
                }
                self.put(Edge::Quoted, &format!("X'{digits}'"));
            }
            Token::LParen => {
                if self.rules.glued_functions && self.after_function {
                    self.text.truncate(self.text.trim_end().len());
                }
                self.open("(")?;
            }
            Token::LBracket => self.open("[")?,
            Token::RParen => self.close(")"),
            Token::RBracket => self.close("]"),
            Token::Comma => self.put(Edge::Apart, ","),
            Token::Period => self.put(Edge::Period, "."),
            Token::CustomBinaryOperator(operator) => self.custom_operator(&operator)?,
            Token::Ampersand => self.operator(Edge::Lonely, "&")?,
            Token::Placeholder(name) => {
                return refuse(
                    RefusalReason::Syntax,
                    format!(
                        "`{}` is a parameter, and nothing is bound to it. Write the value itself.",
                        shorten(&name)
                    ),
                );
            }
            Token::AtSign if self.rules.quoting != Quoting::Postgres => return refuse_variable("@"),
            Token::Assignment => return refuse_variable(":="),
            token if is_operator(&token) => self.operator(Edge::Operator, &token.to_string())?,
            other => return self.unreadable(&other.to_string()),
        }
        self.after_function = false;
        Ok(())
    }

    fn word(&mut self, word: &Word) -> Result<(), Refusal> {
        let Some(quote) = word.quote_style else {
            return self.bare_word(word);
        };
        let quoted = match (self.rules.quoting, quote) {
            (Quoting::Postgres, _) | (Quoting::Sqlite, '"') => {
                format!("\"{}\"", word.value.replace('"', "\"\""))
            }
            // `[a]` and `a` are never read as text, as "a" is in SQLite where there is no such column.
            (Quoting::ClickHouse, _) if word.value.contains('\\') => {
                return refuse(
                    RefusalReason::Syntax,
                    format!("`{}`: a backslash in a name isn't accepted.", shorten(&word.value)),
                );
            }
            (Quoting::Sqlite | Quoting::MySql | Quoting::ClickHouse, _) => {
                format!("`{}`", word.value.replace('`', "``"))
            }
        };
        self.word_like(Edge::Quoted, &quoted)?;
        self.after_function = false;
        Ok(())
    }

    fn bare_word(&mut self, word: &Word) -> Result<(), Refusal> {
        let text = word.value.as_str();
        if text.contains('@') {
            return refuse_variable(text);
        }
        let plain = text.chars().all(|sign| {
            sign.is_ascii_alphanumeric()
                || sign == '_'
                || (sign == '$' && matches!(self.rules.quoting, Quoting::Postgres | Quoting::MySql))
                || (!sign.is_ascii() && !sign.is_whitespace() && !sign.is_control())
        });
        if !plain || text.starts_with('$') {
            return self.unreadable(text);
        }
        if text.starts_with(|sign: char| sign.is_ascii_digit()) {
            // MySQL lets a name begin with a digit; in quotes nothing can take it for a number.
            if self.rules.quoting != Quoting::MySql {
                return self.unreadable(text);
            }
            self.word_like(Edge::Quoted, &format!("`{text}`"))?;
            self.after_function = false;
            return Ok(());
        }
        if self.rules.quoting == Quoting::ClickHouse && !text.is_ascii() {
            self.word_like(Edge::Quoted, &format!("`{text}`"))?;
            self.after_function = false;
            return Ok(());
        }
        match word.keyword {
            Keyword::CASE => self.deeper()?,
            Keyword::END => self.brackets = self.brackets.saturating_sub(1),
            // Reserved in every dialect, so never a name; the parser doesn't know all that may follow it.
            Keyword::INTO => {
                return refuse(
                    RefusalReason::NotReadOnly,
                    "`INTO` isn't allowed in a read-only query: it writes the rows somewhere. Leave it out.",
                );
            }
            _ => {}
        }
        if !matches!(word.keyword, Keyword::NoKeyword | Keyword::NULL | Keyword::TRUE | Keyword::FALSE) {
            self.count_infix()?;
        }
        self.note(word.keyword);
        self.word_like(Edge::Word, text)?;
        self.after_function = self.rules.glued_functions && self.rules.functions.knows(text);
        Ok(())
    }

    fn number(&mut self, digits: &str, long: bool) -> Result<(), Refusal> {
        // PostgreSQL 16 reads `1_000` as a thousand, older ones as `1 AS _000`.
        let digits: String = digits.chars().filter(|sign| *sign != '_').collect();
        if long || !is_number(&digits) {
            return self.unreadable(&digits);
        }
        self.word_like(Edge::Number, &digits)
    }

    fn string(&mut self, text: &str) -> Result<(), Refusal> {
        if text.contains('\0') {
            return refuse(RefusalReason::Syntax, "A literal holds a NUL character; take it out.");
        }
        let literal = match self.rules.quoting {
            Quoting::Sqlite => format!("'{}'", text.replace('\'', "''")),
            // Read alike with `standard_conforming_strings` on and off.
            Quoting::Postgres if text.contains('\\') => {
                format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
            }
            Quoting::Postgres => format!("'{}'", text.replace('\'', "''")),
            // Ends at the same place with `NO_BACKSLASH_ESCAPES` on and off.
            Quoting::MySql | Quoting::ClickHouse => {
                format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
            }
        };
        self.word_like(Edge::Quoted, &literal)
    }

    /// Splits an operator as PostgreSQL does: a sign at its end belongs to what follows, unless the operator holds a
    /// sign that only custom operators have.
    fn custom_operator(&mut self, operator: &str) -> Result<(), Refusal> {
        if operator.contains("--") || operator.contains("/*") {
            return self.unreadable(operator);
        }
        let mut rest = operator;
        let mut signs = Vec::new();
        if !rest.contains(['~', '!', '@', '#', '%', '^', '&', '|', '`', '?']) {
            while rest.len() > 1 && rest.ends_with(['+', '-']) {
                signs.push(&rest[rest.len() - 1..]);
                rest = &rest[..rest.len() - 1];
            }
        }
        self.operator(Edge::Lonely, rest)?;
        for sign in signs.into_iter().rev() {
            self.operator(Edge::Operator, sign)?;
        }
        Ok(())
    }

    fn operator(&mut self, edge: Edge, text: &str) -> Result<(), Refusal> {
        self.count_infix()?;
        self.put(edge, text);
        Ok(())
    }

    fn open(&mut self, bracket: &str) -> Result<(), Refusal> {
        self.deeper()?;
        if bracket == "[" {
            self.count_infix()?;
        }
        self.put(Edge::Apart, bracket);
        Ok(())
    }

    fn close(&mut self, bracket: &str) {
        self.brackets = self.brackets.saturating_sub(1);
        self.put(Edge::Apart, bracket);
    }

    fn deeper(&mut self) -> Result<(), Refusal> {
        self.brackets += 1;
        self.opened += 1;
        if self.brackets > MAX_BRACKETS {
            return refuse(
                RefusalReason::TooComplex,
                format!(
                    "The statement is nested deeper than {MAX_BRACKETS} levels. Use `WITH` to flatten it."
                ),
            );
        }
        Ok(())
    }

    fn count_infix(&mut self) -> Result<(), Refusal> {
        self.infix += 1;
        if self.infix > MAX_INFIX {
            return refuse(
                RefusalReason::TooComplex,
                format!(
                    "The statement has more than {MAX_INFIX} operators and keywords. Ask for less at once."
                ),
            );
        }
        Ok(())
    }

    /// Writes a word, number or literal. One that touches a number is read otherwise by some versions of some databases:
    /// `1_000`, `0b11`, `1AS x`.
    fn word_like(&mut self, edge: Edge, text: &str) -> Result<(), Refusal> {
        if self.edge == Edge::Number {
            return refuse(
                RefusalReason::Syntax,
                format!("`{}` touches the number before it. Put a space between them.", shorten(text)),
            );
        }
        self.put(edge, text);
        Ok(())
    }

    /// Remembers keywords, to tell a clause that locks from other text that doesn't parse.
    fn note(&mut self, keyword: Keyword) {
        self.recent = [self.recent[1], self.recent[2], keyword];
        match self.recent {
            [Keyword::LOCK, Keyword::IN, Keyword::SHARE] => self.locks = Some("LOCK IN SHARE MODE"),
            [_, Keyword::FOR, Keyword::NO | Keyword::KEY] => self.locks = Some("FOR … KEY"),
            [_, _, Keyword::PROCEDURE] => self.locks = Some("PROCEDURE"),
            [_, _, Keyword::TABLE] => self.locks = Some("TABLE"),
            _ => {}
        }
    }

    fn put(&mut self, edge: Edge, text: &str) {
        if self.edge.needs_space(edge) {
            self.text.push(' ');
        }
        self.text.push_str(text);
        self.edge = edge;
    }

    fn unreadable(&self, text: &str) -> Result<(), Refusal> {
        refuse(
            RefusalReason::Syntax,
            format!("`{}` can't be read as {} SQL.", shorten(text), self.rules.name),
        )
    }
}

fn refuse_variable(text: &str) -> Result<(), Refusal> {
    refuse(
        RefusalReason::NotReadOnly,
        format!("`{}`: variables and assignments aren't allowed. Write the value itself.", shorten(text)),
    )
}

/// Whether the text is a decimal number: digits, a fraction, an exponent.
fn is_number(text: &str) -> bool {
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|digits| {
            let digits = digits.strip_prefix(['+', '-']).unwrap_or(digits);
            !digits.is_empty() && all_digits(digits)
        })
}

/// Tokens that are operators and whose text is always the same.
fn is_operator(token: &Token) -> bool {
    matches!(
        token,
        Token::DoubleEq
            | Token::Eq
            | Token::Neq
            | Token::Lt
            | Token::Gt
            | Token::LtEq
            | Token::GtEq
            | Token::Spaceship
            | Token::Plus
            | Token::Minus
            | Token::Mul
            | Token::Div
            | Token::Mod
            | Token::StringConcat
            | Token::Colon
            | Token::DoubleColon
            | Token::Pipe
            | Token::Caret
            | Token::RArrow
            | Token::Sharp
            | Token::Tilde
            | Token::TildeAsterisk
            | Token::ExclamationMarkTilde
            | Token::ExclamationMarkTildeAsterisk
            | Token::DoubleTilde
            | Token::DoubleTildeAsterisk
            | Token::ExclamationMarkDoubleTilde
            | Token::ExclamationMarkDoubleTildeAsterisk
            | Token::ShiftLeft
            | Token::ShiftRight
            | Token::Overlap
            | Token::ExclamationMark
            | Token::AtSign
            | Token::CaretAt
            | Token::PGSquareRoot
            | Token::PGCubeRoot
            | Token::Arrow
            | Token::LongArrow
            | Token::HashArrow
            | Token::HashLongArrow
            | Token::HashMinus
            | Token::AtArrow
            | Token::ArrowAt
            | Token::AtQuestion
            | Token::AtAt
            | Token::Question
            | Token::QuestionAnd
            | Token::QuestionPipe
    )
}
