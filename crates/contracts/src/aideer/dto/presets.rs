//! Bodies of `/presets`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;
use wenshu_core::chats::presets::PresetKind;
use wenshu_core::chats::{ChatParameters, PresetDraft, PresetView};
use wenshu_core::{FieldFault, PresetVisibility};

use super::messages::{MessageBody, MessageDto, read_messages};
use super::vocabulary::{PresetKindWord, PresetVisibilityWord};
use super::words::{name_of, word};
use crate::http::form::{Checks, Given};
use crate::http::time::Rfc3339;

const VISIBILITIES: &[(&str, PresetVisibility)] = &[
    ("private", PresetVisibility::Private),
    ("unlisted", PresetVisibility::Unlisted),
    ("public", PresetVisibility::Public),
];

const KINDS: &[(&str, PresetKind)] =
    &[("chat_generation", PresetKind::Chat), ("image_generation", PresetKind::Image)];

/// A preset to be made, or what one is from now on.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct PresetBody {
    /// Its title.
    #[serde(default)]
    #[schema(value_type = String, required = true, min_length = 1, max_length = 50)]
    title: Given<String>,
    /// What it is good for.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    description: Given<String>,
    /// What it is for; chats without.
    #[serde(default, rename = "type")]
    #[schema(value_type = Option<PresetKindWord>)]
    kind: Given<String>,
    /// Who may use it. Without it a new one is private, and another one stays what it is. Only an admin makes it public.
    #[serde(default)]
    #[schema(value_type = Option<PresetVisibilityWord>)]
    visibility: Given<String>,
    /// How a model is asked; what a provider does not take is left out.
    #[serde(default)]
    #[schema(value_type = Option<ParametersBody>)]
    parameters: Given<Map<String, Value>>,
    /// What comes before a chat's messages.
    #[serde(default)]
    #[schema(value_type = Option<Vec<MessageBody>>)]
    messages: Given<Vec<Value>>,
}

/// How a model is asked. What a provider doesn't take is left out.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct ParametersBody {
    /// A configured model; the default one without.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 200)]
    model: Given<String>,
    /// Makes answers repeatable, where the model can.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 0)]
    seed: Given<i64>,
    /// The longest answer.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1)]
    max_tokens: Given<i64>,
    /// The likeliest words that together have this probability; above 0.
    #[serde(default)]
    #[schema(value_type = Option<f64>, exclusive_minimum = 0, maximum = 1)]
    top_p: Given<f64>,
    /// That many of the likeliest words.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 100)]
    top_k: Given<i64>,
    /// How much repetition is avoided.
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = 0)]
    repetition_penalty: Given<f64>,
    /// How much frequent words are avoided.
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = -2, maximum = 2)]
    frequency_penalty: Given<f64>,
    /// How much words that were said are avoided.
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = -2, maximum = 2)]
    presence_penalty: Given<f64>,
    /// How much chance there is; below 2.
    #[serde(default)]
    #[schema(value_type = Option<f64>, minimum = 0, exclusive_maximum = 2)]
    temperature: Given<f64>,
}

impl PresetBody {
    /// The preset that is described, and what is wrong with fields that can't be read.
    pub fn into_draft(self) -> (PresetDraft, Vec<FieldFault>) {
        let Self { title, description, kind, visibility, parameters, messages } = self;
        let mut checks = Checks::default();
        let draft = PresetDraft {
            title: checks.required("title", title),
            description: checks.optional("description", description),
            kind: word(&mut checks, "type", kind, KINDS),
            visibility: word(&mut checks, "visibility", visibility, VISIBILITIES),
            parameters: checks
                .optional("parameters", parameters)
                .map(|parameters| read_parameters(&mut checks, parameters))
                .unwrap_or_default(),
            messages: checks
                .optional("messages", messages)
                .map(|messages| read_messages(&mut checks, messages))
                .unwrap_or_default(),
        };
        (draft, checks.into_faults())
    }
}

fn read_parameters(checks: &mut Checks, fields: Map<String, Value>) -> ChatParameters {
    // Each field takes whatever came, so that reading the object can't fail.
    let body: ParametersBody = serde_json::from_value(Value::Object(fields)).unwrap_or_default();
    let ParametersBody {
        model,
        seed,
        max_tokens,
        top_p,
        top_k,
        repetition_penalty,
        frequency_penalty,
        presence_penalty,
        temperature,
    } = body;
    ChatParameters {
        model: checks.optional("parameters.model", model),
        seed: checks.optional("parameters.seed", seed),
        max_tokens: checks.optional("parameters.max_tokens", max_tokens),
        top_p: checks.optional("parameters.top_p", top_p),
        top_k: checks.optional("parameters.top_k", top_k),
        repetition_penalty: checks.optional("parameters.repetition_penalty", repetition_penalty),
        frequency_penalty: checks.optional("parameters.frequency_penalty", frequency_penalty),
        presence_penalty: checks.optional("parameters.presence_penalty", presence_penalty),
        temperature: checks.optional("parameters.temperature", temperature),
    }
}

/// A preset as this contract shows it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Preset)]
pub struct PresetDto<'a> {
    id: Uuid,
    owner_id: Option<i64>,
    title: &'a str,
    description: Option<&'a str>,
    #[serde(rename = "type")]
    #[schema(value_type = PresetKindWord)]
    kind: &'static str,
    #[schema(value_type = PresetVisibilityWord)]
    visibility: &'static str,
    parameters: ParametersDto<'a>,
    messages: Vec<MessageDto<'a>>,
    #[schema(value_type = String, format = DateTime)]
    create_time: Rfc3339,
    #[schema(value_type = String, format = DateTime)]
    update_time: Rfc3339,
}

/// Parameters: those that are chosen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Parameters)]
struct ParametersDto<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_k: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repetition_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
}

impl<'a> From<&'a PresetView> for PresetDto<'a> {
    fn from(preset: &'a PresetView) -> Self {
        let PresetView {
            id,
            owner_number,
            title,
            description,
            kind,
            visibility,
            parameters,
            messages,
            created_at,
            updated_at,
        } = preset;
        Self {
            id: *id,
            owner_id: *owner_number,
            title,
            description: description.as_deref(),
            kind: name_of(KINDS, kind),
            visibility: name_of(VISIBILITIES, visibility),
            parameters: ParametersDto::from(parameters),
            messages: messages.iter().map(MessageDto::from).collect(),
            create_time: Rfc3339(*created_at),
            update_time: Rfc3339(*updated_at),
        }
    }
}

impl<'a> From<&'a ChatParameters> for ParametersDto<'a> {
    fn from(parameters: &'a ChatParameters) -> Self {
        let ChatParameters {
            model,
            seed,
            max_tokens,
            top_p,
            top_k,
            repetition_penalty,
            frequency_penalty,
            presence_penalty,
            temperature,
        } = parameters;
        Self {
            model: model.as_deref(),
            seed: *seed,
            max_tokens: *max_tokens,
            top_p: *top_p,
            top_k: *top_k,
            repetition_penalty: *repetition_penalty,
            frequency_penalty: *frequency_penalty,
            presence_penalty: *presence_penalty,
            temperature: *temperature,
        }
    }
}
