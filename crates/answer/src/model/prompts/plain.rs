//! What a prompt may be made of, told from the template engine's own tokens: conditions, loops, values, and not many of them.
//!
//! Operators that join or repeat text would let one person's prompt take all memory; and the engine bounds how deep brackets go, but
//! not how long a chain is (`a|trim|trim…`, `not not…`, `elif` after `elif`), each link of which is one more level of its tree and so
//! of the stack.

use minijinja::machinery::{Token, tokenize};
use minijinja::syntax::SyntaxConfig;

use super::{PromptFault, PromptFaultReason, PromptKey};

/// How many tags, operators, filters, dots and brackets a prompt may have: many times what the default ones do.
pub const MOST_PARTS: usize = 300;

/// Statements that a prompt may be made of. Without assignments a value can't be doubled over and over.
const STATEMENTS: [&str; 8] = ["if", "elif", "else", "endif", "for", "endfor", "raw", "endraw"];

/// The stack that compiling, filling in and dropping a prompt of so many parts needs at most, in bytes. It is address space; what
/// isn't used isn't memory.
const STACK: usize = 16 << 20;

/// Does something with a prompt that was found to be plain, on a stack that is large enough.
pub(super) fn on_large_stack<Value>(work: impl FnOnce() -> Value) -> Value {
    stacker::maybe_grow(STACK, STACK, work)
}

/// What of a text is more than conditions, loops and values, or more of them than may be. What is no template at all passes: the
/// engine has the better words for it.
pub(super) fn beyond(key: PromptKey, text: &str) -> Option<PromptFault> {
    let mut parts = 0;
    let mut begins_statement = false;
    for token in tokenize(text, false, SyntaxConfig::default()) {
        let (token, span) = token.ok()?;
        let found = |reason| Some(PromptFault { key, line: Some(usize::from(span.start_line)), reason });
        let is_statement = std::mem::take(&mut begins_statement);
        match token {
            Token::TemplateData(_) | Token::VariableEnd | Token::BlockEnd => {}
            Token::Str(_) | Token::String(_) | Token::Int(_) | Token::Int128(_) | Token::Float(_) => {}
            // A named argument of a filter; for an assignment there is no statement.
            Token::Comma | Token::Colon | Token::Assign => {}
            Token::BracketClose | Token::ParenClose => {}
            Token::Ident(word) if is_statement => {
                if !STATEMENTS.contains(&word) {
                    return found(PromptFaultReason::Unknown(format!("{{% {word}")));
                }
            }
            // A loop that is called by its own body.
            Token::Ident(word @ "recursive") => {
                return found(PromptFaultReason::Unknown(word.to_owned()));
            }
            Token::Ident("and" | "or" | "not" | "in" | "is" | "if" | "else") => parts += 1,
            Token::Ident(_) => {}
            Token::BlockStart => {
                begins_statement = true;
                parts += 1;
            }
            Token::VariableStart
            | Token::Dot
            | Token::Pipe
            | Token::Eq
            | Token::Ne
            | Token::Gt
            | Token::Gte
            | Token::Lt
            | Token::Lte
            | Token::BracketOpen
            | Token::ParenOpen => parts += 1,
            Token::Plus
            | Token::Minus
            | Token::Mul
            | Token::Div
            | Token::FloorDiv
            | Token::Pow
            | Token::Mod
            | Token::Tilde
            | Token::BraceOpen
            | Token::BraceClose => {
                let operator = token.to_string().replace('`', "");
                return found(PromptFaultReason::Unknown(operator));
            }
        }
        if parts > MOST_PARTS {
            return found(PromptFaultReason::TooMany);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::prompts::Prompts;

    /// What `PUT /prompts` takes, in characters.
    const LONGEST: usize = 20_000;

    /// Chains of which the engine's tree is as deep as they are long: what comes before, a link, what comes after.
    const CHAINS: [(&str, &str, &str); 16] = [
        ("{{ sql", ".a", " }}"),
        ("{{ sql", ".0", " }}"),
        ("{{ sql", "[0]", " }}"),
        ("{{ sql", "[:1]", " }}"),
        ("{{ sql", "()", " }}"),
        ("{{ sql", "|trim", " }}"),
        ("{{ ", "not ", "sql }}"),
        ("{{ sql", " and 1", " }}"),
        ("{{ sql", " or 1", " }}"),
        ("{{ sql", " if 1", " }}"),
        ("{{ sql", " if 1 else 1", " }}"),
        ("{{ sql", " is a", " }}"),
        ("{{ sql", " in sql", " }}"),
        ("{{ sql", "==1", " }}"),
        ("{% if 1 %}", "{% elif 1 %}", "{% endif %}"),
        ("", "{% if sql %}", ""),
    ];

    fn chain((before, link, after): (&str, &str, &str), links: usize) -> String {
        format!("{before}{}{after}", link.repeat(links))
    }

    /// On a stack far smaller than any thread of the server has.
    fn customize(text: String) -> Result<(), Vec<PromptFaultReason>> {
        let on_small_stack = std::thread::Builder::new().stack_size(160 << 10).spawn(move || {
            let prompts = Prompts::customized(&[(PromptKey::SqlRepair, text)]);
            let values = minijinja::context! { sql => "x", error => "y", tools => false };
            match prompts {
                Ok(prompts) => {
                    let _ = prompts.fill(PromptKey::SqlRepair, values);
                    Ok(())
                }
                Err(faults) => Err(faults.into_iter().map(|fault| fault.reason).collect()),
            }
        });
        on_small_stack.unwrap().join().unwrap()
    }

    #[test]
    fn no_chain_is_too_long_for_the_stack() {
        for parts in CHAINS {
            let longest = chain(parts, (LONGEST - parts.0.len() - parts.2.len()) / parts.1.len());
            assert_eq!(customize(longest), Err(vec![PromptFaultReason::TooMany]), "{parts:?}");
            // As long as may be: refused for what it is, or not at all, but never the end of the process.
            let links = (MOST_PARTS - 1) / beyond_parts(parts.1);
            let allowed = customize(chain(parts, links.saturating_sub(2)));
            assert!(
                !matches!(&allowed, Err(reasons) if reasons.contains(&PromptFaultReason::TooMany)),
                "{parts:?}"
            );
        }
        for refused in ["1-", "1+", "1*", "1/", "1//", "1**", "1%", "1~", "-"] {
            let longest = chain(("{{ ", refused, "1 }}"), (LONGEST - 8) / refused.len());
            assert!(
                matches!(customize(longest).unwrap_err().as_slice(), [PromptFaultReason::Unknown(_)]),
                "{refused}"
            );
        }
    }

    /// How many parts one link is.
    fn beyond_parts(link: &str) -> usize {
        if link.contains("if 1 else") { 2 } else { 1 }
    }

    #[test]
    fn what_stands_in_a_literal_or_outside_of_tags_is_text() {
        for text in [
            "{{ sql }} - + * ~ a|b and not {{ \"}} ~ + {%\" }}",
            "{# {% set a = 1 %} {{ sql ~ sql }} #}{{ sql }}",
            "{% raw %}{{ sql ~ sql }}{% set a = 1 %}{% endraw %}",
            "{{- sql -}} {%- if sql -%} a {%- endif +%}",
            "{{ 'it\\'s }} ~' }}{{ sql|default('-') }}",
            "{% if sql in ['a', 'b'] or not tools and error != \"-\" %}{{ sql[:3] }}{% endif %}",
        ] {
            assert_eq!(customize(text.to_owned()), Ok(()), "{text}");
        }
        let many = format!("{}{{{{ sql }}}}", "a.b|c - not and (x) ".repeat(900));
        assert_eq!(customize(many), Ok(()));
    }

    #[test]
    fn no_literal_hides_an_operator() {
        for text in [
            "{{ sql }}{{ \"}}\" ~ sql }}",
            "{{ '}}' ~ sql }}",
            "{{ '%}' * 1000 }}",
            "{% if '%}' ~ sql %}{% endif %}",
            "{{ \"\\\"}}\" ~ sql }}",
            "{{ '\\'}}' ~ sql }}",
            "{# {{ #}{{ sql ~ sql }}",
            "{% raw %}{% endraw %}{{ sql ~ sql }}",
            "{% if '{%' %}{% endif %}{{ sql ~ sql }}",
            "{%\nset s = sql %}",
            "{%+ set s = sql %}",
            "{{ 1 - 1 }}",
            "{{ 6 / 2 }}",
            "{{ 7 % 2 }}",
            "{{ 2 ** 9 }}",
            "{{ {'a': 1} }}",
            "{% for a in sql recursive %}{{ loop(a) }}{% endfor %}",
        ] {
            let refused = customize(text.to_owned()).unwrap_err();
            assert!(matches!(refused.as_slice(), [PromptFaultReason::Unknown(_)]), "{text}: {refused:?}");
        }
    }
}
