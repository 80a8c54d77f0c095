//! Bodies of `/prompts`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use wenshu_core::prompts::PromptView;
use wenshu_core::{AppError, Change, FieldFault, Language};

use super::words::{PromptKeyWord, PromptTexts};
use crate::http::form::{Checks, Field, Given};

/// Prompts that change, by their keys.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct PromptsBody {
    /// Templates by key; `null` brings back the one that comes with Wenshu.
    #[serde(default)]
    #[schema(value_type = PromptTexts, required = true)]
    prompts: Given<Map<String, Value>>,
}

impl PromptsBody {
    /// The texts by key, `null` for the one that comes with Wenshu, and the faults of what can't be read.
    pub fn into_texts(self) -> (Vec<(String, Change<String>)>, Vec<FieldFault>) {
        let mut checks = Checks::default();
        let mut texts = Vec::new();
        for (key, value) in checks.required("prompts", self.prompts).unwrap_or_default() {
            let change = match value {
                Value::Null => Change::Clear,
                value => match String::read(value) {
                    Ok(text) => Change::Set(text),
                    Err(fault) => {
                        let shown: String = key.chars().take(40).collect();
                        checks.fault(format!("prompts.{shown}"), fault);
                        continue;
                    }
                },
            };
            texts.push((key, change));
        }
        (texts, checks.into_faults())
    }
}

/// Which prompts to reset.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct ResetBody {
    /// Which ones; by default all.
    #[serde(default)]
    #[schema(value_type = Option<Vec<PromptKeyWord>>)]
    keys: Given<Vec<String>>,
}

impl ResetBody {
    /// Their keys; none for all.
    ///
    /// # Errors
    ///
    /// `Invalid` naming the field.
    pub fn into_keys(self) -> Result<Option<Vec<String>>, AppError> {
        let mut checks = Checks::default();
        let keys = checks.optional("keys", self.keys);
        checks.finish()?;
        Ok(keys)
    }
}

/// Every prompt.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Prompts)]
pub struct PromptsDto<'a> {
    prompts: Vec<PromptDto<'a>>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Prompt)]
struct PromptDto<'a> {
    #[schema(value_type = PromptKeyWord)]
    key: &'static str,
    name: &'a str,
    content: &'a str,
    /// The text that comes with Wenshu.
    #[schema(value_type = String)]
    default: &'static str,
    is_customized: bool,
    /// What the text may use.
    #[schema(value_type = Vec<String>)]
    variables: &'a [&'static str],
}

impl<'a> PromptsDto<'a> {
    /// Their names in this language.
    pub fn new(prompts: &'a [PromptView], language: Language) -> Self {
        let prompts = prompts.iter().map(|view| {
            let PromptView { key, name, content, default, is_customized, variables } = view;
            PromptDto {
                key,
                name: name.in_language(language),
                content,
                default,
                is_customized: *is_customized,
                variables,
            }
        });
        Self { prompts: prompts.collect() }
    }
}
