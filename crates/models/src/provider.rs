//! The providers: a table of data, and how each one's model becomes a wire of rig.

use rig_core::DynModel;
use rig_core::operation::Completion;
use rig_core::providers::anthropic::wire::{ANTHROPIC, AnthropicConfig, Messages};
use rig_core::providers::gemini::GeminiConfig;
use rig_core::providers::gemini::completion::GenerateContent;
use rig_core::providers::ollama::{self, OllamaConfig};
use rig_core::providers::openai::OpenAIConfig;
use rig_core::providers::openai::wire::{Auth, DEEPSEEK, Dialect, OPENAI, OPENROUTER, Quirks};

use crate::parameters::{self, ParameterNames};
use crate::past_rig::SaidUsage;
use crate::transport::Sender;
use crate::wire::{Lean, LeanChat, key_in_header, without_empty_key};

/// A provider of language models.
#[derive(Clone, Copy, Debug)]
pub struct Provider {
    /// Its name in settings.
    pub name: &'static str,
    /// Where it is, unless settings say otherwise; none where there is no usual place.
    pub base_url: Option<&'static str>,
    /// Whether it wants a key where it usually is.
    pub needs_key: bool,
    /// Whether its models can be offered tools.
    pub takes_tools: bool,
    /// The parameters it takes.
    pub(crate) names: &'static ParameterNames,
    format: Format,
}

/// The wire format a provider speaks.
#[derive(Clone, Copy, Debug)]
enum Format {
    /// OpenAI's Chat Completions, in a dialect.
    Chat(&'static Dialect),
    /// Anthropic's Messages.
    Messages,
    /// Google's `generateContent`.
    GenerateContent,
    /// Ollama's own chat.
    Ollama,
}

/// OpenAI's own dialect. Whatever stands in for it at another address may leave out the reason why a reply ended.
const OPENAI_ELSEWHERE: Dialect = OPENAI.with_quirks(OPENAI.quirks.done_without_finish_reason());

/// A server that speaks OpenAI's format without being OpenAI.
const COMPATIBLE: Dialect =
    Dialect::gateway("openai_compatible", "", "").with_quirks(Quirks::openai().done_without_finish_reason());

/// Alibaba Cloud's Model Studio.
const DASHSCOPE: Dialect =
    Dialect::gateway("dashscope", "https://dashscope.aliyuncs.com/compatible-mode/v1", "");

/// All providers, by name.
pub const PROVIDERS: &[Provider] = &[
    Provider {
        name: "anthropic",
        base_url: Some("https://api.anthropic.com"),
        needs_key: true,
        takes_tools: true,
        names: &parameters::ANTHROPIC,
        format: Format::Messages,
    },
    Provider {
        name: "dashscope",
        base_url: Some(DASHSCOPE.base_url),
        needs_key: true,
        takes_tools: true,
        names: &parameters::DASHSCOPE,
        format: Format::Chat(&DASHSCOPE),
    },
    Provider {
        name: "deepseek",
        base_url: Some(DEEPSEEK.base_url),
        needs_key: true,
        takes_tools: DEEPSEEK.quirks.supports_tools,
        names: &parameters::DEEPSEEK,
        format: Format::Chat(&DEEPSEEK),
    },
    Provider {
        name: "gemini",
        base_url: Some("https://generativelanguage.googleapis.com"),
        needs_key: true,
        takes_tools: true,
        names: &parameters::GEMINI,
        format: Format::GenerateContent,
    },
    Provider {
        name: "ollama",
        base_url: Some("http://localhost:11434"),
        needs_key: false,
        takes_tools: true,
        names: &parameters::OLLAMA,
        format: Format::Ollama,
    },
    Provider {
        name: "openai",
        base_url: Some(OPENAI.base_url),
        needs_key: true,
        takes_tools: true,
        names: &parameters::OPENAI,
        format: Format::Chat(&OPENAI),
    },
    Provider {
        name: "openai_compatible",
        base_url: None,
        needs_key: false,
        takes_tools: true,
        names: &parameters::COMPATIBLE,
        format: Format::Chat(&COMPATIBLE),
    },
    Provider {
        name: "openrouter",
        base_url: Some(OPENROUTER.base_url),
        needs_key: true,
        takes_tools: OPENROUTER.quirks.supports_tools,
        names: &parameters::COMPATIBLE,
        format: Format::Chat(&OPENROUTER),
    },
];

impl Provider {
    /// The provider of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PROVIDERS.iter().find(|provider| provider.name == name)
    }

    /// Whether its wire gives pieces of text out past rig: that of Chat Completions alone does.
    pub(crate) fn has_text_past_rig(&self) -> bool {
        matches!(self.format, Format::Chat(_))
    }

    /// A model of it, sending through `sender`. `base_url` is another address than the usual one; an empty key is none.
    pub(crate) fn model(
        &self,
        model_id: &str,
        base_url: Option<&str>,
        key: &str,
        sender: Sender,
    ) -> DynModel<Completion> {
        let model = model_id.to_owned();
        match self.format {
            Format::Chat(dialect) => {
                let dialect =
                    if base_url.is_some() && *dialect == OPENAI { &OPENAI_ELSEWHERE } else { dialect };
                let mut config = OpenAIConfig::with_key(dialect, key).with_auth(Auth::OptionalBearer);
                if let Some(base_url) = base_url {
                    config = config.with_base_url(base_url);
                }
                // Always Chat Completions, though OpenAI itself has a newer route: it is what everybody speaks.
                rig_core::Model::new(LeanChat::new(config.chat(model)), sender).erase()
            }
            Format::Messages => {
                let mut config = AnthropicConfig::new(key);
                if let Some(base_url) = base_url {
                    config = config.with_base_url(base_url);
                }
                let wire = Messages {
                    default_max_tokens: config.dialect.default_max_tokens(&model).or(Some(4096)),
                    provider: config,
                    model,
                    prompt_caching: false,
                    static_prefix_cache_ttl: None,
                    strict_tools: false,
                    tool_input_streaming: ANTHROPIC.quirks.tool_input_streaming,
                };
                let wire = Lean::new(wire, without_empty_key).saying("\"usage\"", SaidUsage::of_messages);
                rig_core::Model::new(wire, sender).erase()
            }
            Format::GenerateContent => {
                let mut config = GeminiConfig::new(key);
                if let Some(base_url) = base_url {
                    // The address with the version of the API in it is often given instead.
                    config = config.with_base_url(base_url.strip_suffix("/v1beta").unwrap_or(base_url));
                }
                let wire = GenerateContent::new(config, model);
                let wire = Lean::new(wire, key_in_header)
                    .saying("\"usageMetadata\"", SaidUsage::of_generate_content);
                rig_core::Model::new(wire, sender).erase()
            }
            Format::Ollama => {
                let mut config = OllamaConfig::new().with_api_key(key);
                if let Some(base_url) = base_url {
                    // The address of its OpenAI-compatible API is often given instead.
                    let base_url = base_url.trim_end_matches('/');
                    config = config.with_base_url(base_url.strip_suffix("/v1").unwrap_or(base_url));
                }
                let wire = ollama::Chat::new(config, model);
                rig_core::Model::new(Lean::new(wire, |_| {}), sender).erase()
            }
        }
    }
}
