//! Prompts: what language models are told on behalf of an account, which may put its own texts in the place of those that come with
//! Wenshu.

use std::borrow::Cow;

use moka::sync::Cache;
use uuid::Uuid;
use wenshu_answer::{MOST_PROMPT_PARTS, PromptFault, PromptFaultReason, PromptKey, Prompts};
use wenshu_store::{CustomPrompt, Store};

use crate::change::Change;
use crate::faults::Faults;
use crate::{Actor, AppError, FieldFault, Text};

/// Checked prompts kept, by account.
const KEPT_PROMPTS: u64 = 1_000;

/// The longest prompt, in characters.
const LONGEST_PROMPT: usize = 20_000;

/// How much of a name that is no prompt's is repeated.
const SHOWN_NAME: usize = 40;

/// How much of the template engine's words is passed on.
const SHOWN_REASON: usize = 200;

/// The stable names of all prompts, in the order of their use.
pub fn prompt_keys() -> [&'static str; 5] {
    PromptKey::ALL.map(PromptKey::as_str)
}

/// A prompt as its user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PromptView {
    /// Its stable name: `sql_generation`.
    pub key: &'static str,
    /// What people call it.
    pub name: Text,
    /// The text that is used.
    pub content: Cow<'static, str>,
    /// The text that comes with Wenshu.
    pub default: &'static str,
    /// Whether the text is the account's own.
    pub is_customized: bool,
    /// What the text may use.
    pub variables: Vec<&'static str>,
}

/// Use cases of prompts.
pub struct AccountPrompts {
    store: Store,
    /// Checked prompts of an account as of a revision. Exact, on every replica: the revision is read with the caller's session on
    /// each call and raised in the transaction of each change.
    checked: Cache<(Uuid, i64), Prompts>,
}

impl AccountPrompts {
    pub(crate) fn new(store: Store) -> Self {
        Self { store, checked: Cache::new(KEPT_PROMPTS) }
    }

    /// Every prompt as the caller's questions use it, in the order of their use.
    ///
    /// # Errors
    ///
    /// Failures of the store.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<PromptView>, AppError> {
        let own = self.store.prompts(actor.id()).await?;
        Ok(PromptKey::ALL.into_iter().map(|key| view(key, &own)).collect())
    }

    /// Changes prompts of the caller's by name: a text takes the place of the one there is, none brings back the one that comes with
    /// Wenshu. All of it or nothing. `unread` are faults of fields that the contract could not read.
    ///
    /// # Errors
    ///
    /// `Invalid` naming every prompt that isn't known, is too long, doesn't compile, or can't be filled in.
    pub async fn change(
        &self,
        actor: &Actor,
        texts: Vec<(String, Change<String>)>,
        unread: Vec<FieldFault>,
    ) -> Result<Vec<PromptView>, AppError> {
        let mut faults = unread;
        let mut changes = Vec::new();
        let mut customized = Vec::new();
        for (name, change) in texts {
            let Some(key) = PromptKey::parse(&name) else {
                faults.push(unknown(format!("prompts.{}", cut(&name, SHOWN_NAME))));
                continue;
            };
            let own = match change {
                Change::Keep => continue,
                Change::Clear => None,
                // Its own text would stay when a later version's is better.
                Change::Set(text) => Some(text).filter(|text| text.trim() != key.default_text().trim()),
            };
            if let Some(text) = &own {
                match length_fault(text) {
                    Some(text) => faults.push(FieldFault { field: field(key), text }),
                    None => customized.push((key, text.clone())),
                }
            }
            changes.push((key.as_str().to_owned(), own));
        }
        if let Err(refused) = Prompts::customized(&customized) {
            faults.extend(
                refused.iter().map(|fault| FieldFault { field: field(fault.key), text: words(fault) }),
            );
        }
        Faults::new(faults).finish(&[])?;
        self.store.change_prompts(actor.id(), changes).await?;
        self.list(actor).await
    }

    /// Brings back the prompts that come with Wenshu: those of these names, or all.
    ///
    /// # Errors
    ///
    /// `Invalid` naming `keys` when one of them is no prompt's name.
    pub async fn reset(
        &self,
        actor: &Actor,
        names: Option<Vec<String>>,
    ) -> Result<Vec<PromptView>, AppError> {
        let keys = match names {
            None => PromptKey::ALL.to_vec(),
            Some(names) => {
                let keys: Option<Vec<_>> = names.iter().map(|name| PromptKey::parse(name)).collect();
                keys.ok_or_else(|| AppError::invalid_fields(vec![unknown("keys")]))?
            }
        };
        let changes = keys.into_iter().map(|key| (key.as_str().to_owned(), None)).collect();
        self.store.change_prompts(actor.id(), changes).await?;
        self.list(actor).await
    }

    /// The prompts that the caller's questions are asked with.
    pub(crate) async fn of(&self, actor: &Actor) -> Result<Prompts, AppError> {
        let key = (actor.id(), actor.account.prompts_revision);
        if let Some(prompts) = self.checked.get(&key) {
            return Ok(prompts);
        }
        let own = self.store.prompts(actor.id()).await?;
        let mut texts: Vec<(PromptKey, String)> = own
            .into_iter()
            .filter_map(|own| PromptKey::parse(&own.prompt).map(|key| (key, own.content)))
            .collect();
        let prompts = match Prompts::customized(&texts) {
            Ok(prompts) => prompts,
            Err(faults) => {
                // They were fine when they were saved, by a version that knew other variables.
                for fault in &faults {
                    tracing::warn!(account.id = %actor.id(), prompt = fault.key.as_str(), "a prompt of an account's own no longer fits and is left out");
                }
                texts.retain(|(key, _)| !faults.iter().any(|fault| fault.key == *key));
                Prompts::customized(&texts).unwrap_or_default()
            }
        };
        self.checked.insert(key, prompts.clone());
        Ok(prompts)
    }
}

fn view(key: PromptKey, own: &[CustomPrompt]) -> PromptView {
    let own = own.iter().find(|own| own.prompt == key.as_str());
    let default = key.default_text();
    PromptView {
        key: key.as_str(),
        name: name(key),
        content: own.map_or(Cow::Borrowed(default), |own| Cow::Owned(own.content.clone())),
        default,
        is_customized: own.is_some(),
        variables: key.variables().iter().map(|(name, _)| *name).collect(),
    }
}

fn name(key: PromptKey) -> Text {
    match key {
        PromptKey::System => Text::new("系统提示词", "Instructions"),
        PromptKey::SqlGeneration => Text::new("生成 SQL", "Writing SQL"),
        PromptKey::SqlRepair => Text::new("修正 SQL", "Repairing SQL"),
        PromptKey::Summary => Text::new("总结结果", "Summarizing rows"),
        PromptKey::Title => Text::new("对话标题", "Titles of conversations"),
    }
}

fn field(key: PromptKey) -> Cow<'static, str> {
    format!("prompts.{}", key.as_str()).into()
}

fn unknown(field: impl Into<Cow<'static, str>>) -> FieldFault {
    let names = prompt_keys().join(", ");
    let text =
        Text::new(format!("没有这个提示词，可用：{names}"), format!("names no prompt; there are: {names}"));
    FieldFault { field: field.into(), text }
}

fn length_fault(text: &str) -> Option<Text> {
    if text.trim().is_empty() {
        return Some(Text::new("不能为空", "is required"));
    }
    text.chars().nth(LONGEST_PROMPT).map(|_| {
        Text::new(
            format!("最多 {LONGEST_PROMPT} 个字符"),
            format!("must have at most {LONGEST_PROMPT} characters"),
        )
    })
}

/// What is wrong with a prompt, and where.
fn words(fault: &PromptFault) -> Text {
    let (zh_line, en_line) = match fault.line {
        Some(line) => (format!("第 {line} 行："), format!("line {line}: ")),
        None => (String::new(), String::new()),
    };
    match &fault.reason {
        PromptFaultReason::Syntax(words) => {
            let words = cut(words, SHOWN_REASON);
            Text::new(
                format!("{zh_line}模板语法错误：{words}"),
                format!("{en_line}the template doesn't compile: {words}"),
            )
        }
        PromptFaultReason::Unknown(words) => {
            let words = cut(words, SHOWN_REASON);
            let names: Vec<&str> = fault.key.variables().iter().map(|(name, _)| *name).collect();
            let names = names.join(", ");
            Text::new(
                format!("{zh_line}用到了不存在的变量、过滤器或函数：{words}。可用的变量：{names}"),
                format!(
                    "{en_line}there is no such variable, filter or function: {words}. Variables: {names}"
                ),
            )
        }
        PromptFaultReason::TooMany => Text::new(
            format!("模板太复杂：标签、运算符、过滤器和括号合计最多 {MOST_PROMPT_PARTS} 个"),
            format!(
                "has too many parts: at most {MOST_PROMPT_PARTS} tags, operators, filters and brackets in all"
            ),
        ),
        PromptFaultReason::Failing(words) => {
            let words = cut(words, SHOWN_REASON);
            Text::new(
                format!("{zh_line}模板无法填写：{words}"),
                format!("{en_line}the template can't be filled in: {words}"),
            )
        }
    }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().filter(|character| !character.is_control()).take(most).collect()
}
