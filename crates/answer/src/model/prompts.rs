//! The prompts: templates with the text around them that a question fills in.
//!
//! They run sandboxed: no file, no other template, a limit of steps, and a variable that doesn't exist is a fault.

mod plain;

use std::io;
use std::sync::{Arc, LazyLock};

use minijinja::value::Kwargs;
use minijinja::{AutoEscape, Environment, ErrorKind, UndefinedBehavior, Value, filters};

pub use plain::MOST_PARTS;

/// Which prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PromptKey {
    /// What holds for every question.
    System,
    /// A question with the tables that matter.
    SqlGeneration,
    /// What was wrong with the last query.
    SqlRepair,
    /// The rows, to be put into words.
    Summary,
    /// What a conversation is called after its first answer.
    Title,
}

impl PromptKey {
    /// Every prompt, in the order they are used.
    pub const ALL: [Self; 5] =
        [Self::System, Self::SqlGeneration, Self::SqlRepair, Self::Summary, Self::Title];

    /// Its stable name: `sql_generation`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::SqlGeneration => "sql_generation",
            Self::SqlRepair => "sql_repair",
            Self::Summary => "summary",
            Self::Title => "title",
        }
    }

    /// The prompt of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.as_str() == name)
    }

    /// The text that comes with Wenshu.
    pub fn default_text(self) -> &'static str {
        match self {
            Self::System => include_str!("prompts/system.j2"),
            Self::SqlGeneration => include_str!("prompts/sql_generation.j2"),
            Self::SqlRepair => include_str!("prompts/sql_repair.j2"),
            Self::Summary => include_str!("prompts/summary.j2"),
            Self::Title => include_str!("prompts/title.j2"),
        }
    }

    /// What the text may use: name, and a value as it could be.
    pub fn variables(self) -> &'static [(&'static str, SampleValue)] {
        use SampleValue::{Number, Switch, Text};
        match self {
            Self::System => &[
                ("dialect", Text("SQLite")),
                ("language", Text("Chinese")),
                ("today", Text("2026-11-28")),
                ("weekday", Text("Saturday")),
                ("tools", Switch),
            ],
            Self::SqlGeneration => &[
                ("dialect", Text("SQLite")),
                ("language", Text("Chinese")),
                ("question", Text("上月各城市的销售额")),
                ("tables", Text("orders (id integer primary key)")),
                ("other_tables", Text("")),
                ("terms", Text("")),
                ("relations", Text("")),
                ("values", Text("")),
                ("tools", Switch),
            ],
            Self::SqlRepair => {
                &[("sql", Text("SELECT 1")), ("error", Text("no such column: x")), ("tools", Switch)]
            }
            Self::Summary => &[
                ("language", Text("Chinese")),
                ("question", Text("上月各城市的销售额")),
                ("sql", Text("SELECT 1")),
                ("rows", Text("city\n北京")),
                ("rows_count", Number),
                ("rows_shown", Number),
                ("truncated", Switch),
            ],
            Self::Title => &[
                ("language", Text("Chinese")),
                ("question", Text("上月各城市的销售额")),
                ("answer", Text("上海最高")),
            ],
        }
    }
}

/// A value to try a template with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleValue {
    /// This text.
    Text(&'static str),
    /// A whole number.
    Number,
    /// True or false.
    Switch,
}

/// Why a text is no prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptFault {
    /// Which prompt.
    pub key: PromptKey,
    /// The line, from 1, where that is known.
    pub line: Option<usize>,
    /// What is wrong with it.
    pub reason: PromptFaultReason,
}

/// What is wrong with a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromptFaultReason {
    /// It isn't a template; in the words of the template engine.
    Syntax(String),
    /// It uses a variable, or a filter or test, that doesn't exist.
    Unknown(String),
    /// It has more than [`MOST_PARTS`] tags, operators, filters and brackets.
    TooMany,
    /// It fails or doesn't end when it is filled in; in the words of the template engine.
    Failing(String),
}

/// A set of prompts, checked. Cheap to clone.
#[derive(Clone)]
pub struct Prompts(Arc<Environment<'static>>);

/// Steps that filling in one prompt may take: thousands of times what the default ones do.
const FUEL: u64 = 500_000;

static DEFAULT: LazyLock<Prompts> = LazyLock::new(|| {
    let mut environment = environment();
    for key in PromptKey::ALL {
        // A test fills in each of them.
        if let Err(error) = environment.add_template(key.as_str(), key.default_text()) {
            tracing::error!(%error, "a prompt that comes with the program is no template");
        }
    }
    Prompts(Arc::new(environment))
});

impl Default for Prompts {
    /// Those that come with Wenshu.
    fn default() -> Self {
        DEFAULT.clone()
    }
}

impl Prompts {
    /// The default ones with some replaced, each checked by filling it in.
    ///
    /// # Errors
    ///
    /// Every fault, in the order of the texts.
    pub fn customized(texts: &[(PromptKey, String)]) -> Result<Self, Vec<PromptFault>> {
        let mut environment = (*DEFAULT.0).clone();
        let mut faults = Vec::new();
        for (key, text) in texts {
            if let Some(fault) = plain::beyond(*key, text) {
                faults.push(fault);
                continue;
            }
            plain::on_large_stack(|| match environment.add_template_owned(key.as_str(), text.clone()) {
                Ok(()) => faults.extend(try_out(&environment, *key)),
                Err(error) => faults.push(fault(*key, &error)),
            });
        }
        if faults.is_empty() { Ok(Self(Arc::new(environment))) } else { Err(faults) }
    }

    /// Fills in a prompt.
    ///
    /// # Errors
    ///
    /// When it takes too many steps with these values; trying it out couldn't show that.
    pub(crate) fn fill(&self, key: PromptKey, values: Value) -> Result<String, minijinja::Error> {
        plain::on_large_stack(|| {
            let mut text = Capped::default();
            self.0.get_template(key.as_str())?.render_captured_to(values, &mut text)?;
            Ok(String::from_utf8_lossy(&text.0).trim().to_owned())
        })
    }
}

/// The longest prompt, filled in, in bytes: several times what the largest model reads.
const LONGEST: usize = 4 * 1024 * 1024;

/// Takes a prompt while it is filled in, up to a length.
#[derive(Debug, Default)]
struct Capped(Vec<u8>);

impl io::Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the prompt grows too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn environment() -> Environment<'static> {
    // Bare: filters, functions and operators that make much out of little would let one person's prompt take all memory.
    let mut environment = Environment::empty();
    environment.add_filter("default", filters::default);
    environment.add_filter("length", filters::length);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("upper", filters::upper);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment
}

/// Fills in the prompt with values as they could be.
fn try_out(environment: &Environment<'_>, key: PromptKey) -> Option<PromptFault> {
    let template = environment.get_template(key.as_str()).ok()?;
    let known = |name: &String| key.variables().iter().any(|(variable, _)| variable == name);
    let mut unknown: Vec<String> =
        template.undeclared_variables(false).into_iter().filter(|name| !known(name)).collect();
    unknown.retain(|name| !environment.globals().any(|(global, _)| global == name));
    unknown.sort();
    if let Some(name) = unknown.into_iter().next() {
        let line = line_of(template.source(), &name);
        return Some(PromptFault { key, line, reason: PromptFaultReason::Unknown(name) });
    }
    for switch in [false, true] {
        let values: Kwargs = key
            .variables()
            .iter()
            .map(|(name, sample)| {
                let value = match sample {
                    SampleValue::Text(text) => Value::from(*text),
                    SampleValue::Number => Value::from(u64::from(switch)),
                    SampleValue::Switch => Value::from(switch),
                };
                (*name, value)
            })
            .collect();
        if let Err(error) = template.render_captured_to(Value::from(values), Capped::default()) {
            return Some(fault(key, &error));
        }
    }
    None
}

/// The first line with this name as a word of its own.
fn line_of(text: &str, name: &str) -> Option<usize> {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let names = |line: &str| line.split(|character| !is_part(character)).any(|word| word == name);
    text.lines().position(names).map(|line| line + 1)
}

fn fault(key: PromptKey, error: &minijinja::Error) -> PromptFault {
    let words = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    let reason = match error.kind() {
        ErrorKind::SyntaxError => PromptFaultReason::Syntax(words),
        ErrorKind::UnknownFilter
        | ErrorKind::UnknownTest
        | ErrorKind::UnknownFunction
        | ErrorKind::UnknownMethod
        | ErrorKind::UndefinedError
        | ErrorKind::TemplateNotFound => PromptFaultReason::Unknown(words),
        _ => PromptFaultReason::Failing(words),
    };
    PromptFault { key, line: error.line(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<PromptFaultReason> {
        let faults =
            Prompts::customized(&[(PromptKey::SqlRepair, text.to_owned())]).err().unwrap_or_default();
        faults.into_iter().map(|fault| fault.reason).collect()
    }

    #[test]
    fn the_prompts_that_come_with_the_program_can_be_filled_in() {
        for key in PromptKey::ALL {
            assert_eq!(try_out(&DEFAULT.0, key), None, "{key:?}");
        }
    }

    #[test]
    fn a_customized_prompt_is_used_and_the_others_stay() {
        let text =
            "{% for letter in error %}{% if letter != ' ' %}[{{ letter|upper }}]{% endif %}{% endfor %}"
                .to_owned();
        let prompts = Prompts::customized(&[(PromptKey::SqlRepair, text)]).unwrap();
        let values = minijinja::context! { sql => "x", error => "a <b>", tools => false };
        assert_eq!(prompts.fill(PromptKey::SqlRepair, values).unwrap(), "[A][<][B][>]");
        let default = Prompts::default();
        let values = minijinja::context! { sql => "x", error => "a <b>", tools => false };
        assert!(default.fill(PromptKey::SqlRepair, values).unwrap().contains("a <b>"));
    }

    #[test]
    fn a_fault_says_its_line() {
        for text in
            ["one\n{{ sql }} {{ secret }}", "one\n{% if %}", "one\n{{ sql|nothing }}", "one\n{{ sql + 1 }}"]
        {
            let faults = Prompts::customized(&[(PromptKey::SqlRepair, text.to_owned())]).err().unwrap();
            assert_eq!(faults.iter().map(|fault| fault.line).collect::<Vec<_>>(), [Some(2)], "{text}");
        }
        for key in PromptKey::ALL {
            assert_eq!(PromptKey::parse(key.as_str()), Some(key));
        }
        assert_eq!(PromptKey::parse("System"), None);
    }

    #[test]
    fn what_is_no_prompt_is_refused() {
        assert!(matches!(faults("{% if %}").as_slice(), [PromptFaultReason::Syntax(_)]));
        assert!(
            matches!(faults("{{ secret }}").as_slice(), [PromptFaultReason::Unknown(name)] if name == "secret")
        );
        assert!(matches!(faults("{{ sql|nothing }}").as_slice(), [PromptFaultReason::Unknown(_)]));
        assert!(matches!(faults("{% include '/etc/passwd' %}").as_slice(), [PromptFaultReason::Unknown(_)]));
        // Few steps that would take all memory.
        for greedy in [
            "{% set s = sql ~ sql %}{{ s }}",
            "{%- set s = 'x' %}",
            "{{ 'x' * 1000000000 }}",
            "{{ sql ~ sql }}",
            "{{ sql }}{{ \"}}\" ~ sql }}",
            "{{ '%}' ~ sql }}",
            "{{ sql + sql }}",
            "{{ 1 - 1 }}",
            "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}",
            "{% with a = sql %}{% endwith %}",
            "{{ range(1000000000) }}",
            "{{ namespace() }}",
            "{{ sql|center(1000000000) }}",
        ] {
            assert!(
                matches!(faults(greedy).as_slice(), [PromptFaultReason::Unknown(_)]),
                "{greedy}: {:?}",
                faults(greedy)
            );
        }
        let letters = "{% for a in 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx' %}";
        let endless = format!("{}{}{}", letters.repeat(4), "x", "{% endfor %}".repeat(4));
        assert!(
            matches!(faults(&endless).as_slice(), [PromptFaultReason::Failing(_)]),
            "{:?}",
            faults(&endless)
        );
    }
}
