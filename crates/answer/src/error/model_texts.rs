//! The words of a language model's failures, for people: what happened, why, what to do.

use crate::{Language, ModelError, ModelErrorKind};

/// A language model failed.
pub(crate) fn model(error: &ModelError, language: Language) -> String {
    let what = match (error.kind, language) {
        (ModelErrorKind::Unreachable, Language::Zh) => "连不上语言模型",
        (ModelErrorKind::Unreachable, Language::En) => "The language model can't be reached",
        (ModelErrorKind::Unauthorized, Language::Zh) => "语言模型不接受所配置的密钥",
        (ModelErrorKind::Unauthorized, Language::En) => {
            "The language model doesn't accept the configured key"
        }
        (ModelErrorKind::UnknownModel, Language::Zh) => "服务商没有所配置的模型或地址",
        (ModelErrorKind::UnknownModel, Language::En) => "The provider has no such model or address",
        (ModelErrorKind::RateLimited, Language::Zh) => "语言模型的请求过于频繁或额度已用完",
        (ModelErrorKind::RateLimited, Language::En) => {
            "The language model has had too many requests, or the quota is used up"
        }
        (ModelErrorKind::PromptTooLong, Language::Zh) => "问题连同数据库结构超出了语言模型能读的长度",
        (ModelErrorKind::PromptTooLong, Language::En) => {
            "The question with the database's structure is longer than the language model takes"
        }
        (ModelErrorKind::Rejected | ModelErrorKind::TakesNoTools, Language::Zh) => "语言模型拒绝了请求",
        (ModelErrorKind::Rejected | ModelErrorKind::TakesNoTools, Language::En) => {
            "The language model doesn't accept the request"
        }
        (ModelErrorKind::ProviderFailed, Language::Zh) => "语言模型的服务出错",
        (ModelErrorKind::ProviderFailed, Language::En) => "The language model's service failed",
        (ModelErrorKind::Timeout, Language::Zh) => "语言模型没有在规定时间内回答",
        (ModelErrorKind::Timeout, Language::En) => "The language model didn't answer in time",
        (ModelErrorKind::Cut, Language::Zh) => "语言模型的回答中途断开",
        (ModelErrorKind::Cut, Language::En) => "The language model's reply broke off in the middle",
        (ModelErrorKind::LengthLimit, Language::Zh) => "语言模型的回答达到长度上限，没有写完",
        (ModelErrorKind::LengthLimit, Language::En) => {
            "The language model's reply reached its length limit before its end"
        }
        (ModelErrorKind::Filtered, Language::Zh) => "服务商的内容过滤拦下了语言模型的回答",
        (ModelErrorKind::Filtered, Language::En) => {
            "The provider's content filter withheld the language model's reply"
        }
        (ModelErrorKind::Malformed, Language::Zh) => "语言模型的回答无法使用",
        (ModelErrorKind::Malformed, Language::En) => "The language model's reply can't be used",
    };
    let tries = match (error.requests, language) {
        (0 | 1, _) => String::new(),
        (requests, Language::Zh) => format!("，请求了 {requests} 次"),
        (requests, Language::En) => format!(", {requests} requests"),
    };
    let advice = match (error.kind, language) {
        (
            ModelErrorKind::Unauthorized
            | ModelErrorKind::UnknownModel
            | ModelErrorKind::Rejected
            | ModelErrorKind::TakesNoTools,
            Language::Zh,
        ) => "请检查模型设置",
        (
            ModelErrorKind::Unauthorized
            | ModelErrorKind::UnknownModel
            | ModelErrorKind::Rejected
            | ModelErrorKind::TakesNoTools,
            Language::En,
        ) => "Check the model's settings",
        (ModelErrorKind::PromptTooLong, Language::Zh) => "请新建对话，或换用上下文更长的模型",
        (ModelErrorKind::PromptTooLong, Language::En) => {
            "Begin a new conversation, or choose a model that takes more"
        }
        (ModelErrorKind::LengthLimit, Language::Zh) => "请缩小问题的范围，或换用输出更长的模型",
        (ModelErrorKind::LengthLimit, Language::En) => {
            "Narrow the question down, or choose a model that writes more"
        }
        (ModelErrorKind::Filtered, Language::Zh) => "请换一种问法，或换用其他模型",
        (ModelErrorKind::Filtered, Language::En) => {
            "Put the question in other words, or choose another model"
        }
        (_, Language::Zh) => "请稍后重试，或改用内置引擎",
        (_, Language::En) => "Try again later, or ask the built-in engine",
    };
    match language {
        Language::Zh => format!("{what}（{}{tries}）。{advice}。", error.detail),
        Language::En => format!("{what} ({}{tries}). {advice}.", error.detail),
    }
}

/// SQL that the limit on a reply's length cut.
pub(super) fn cut_off(language: Language) -> &'static str {
    match language {
        Language::Zh => "回答达到长度上限，SQL 没有写完，请写得更短",
        Language::En => "The reply was cut off at the length limit before the SQL ended; write it shorter",
    }
}

/// A customized prompt can't be filled in.
pub(super) fn prompt(language: Language) -> &'static str {
    match language {
        Language::Zh => "自定义的提示词无法使用，没有向语言模型提问。请在提示词设置中修改或重置。",
        Language::En => {
            "A customized prompt can't be filled in, so the language model was not asked. Change or reset it in the prompts' settings."
        }
    }
}

/// A language model refused a prompt that holds pictures. Most likely it takes none, which providers say in many ways.
pub(crate) fn pictures_refused(error: &ModelError, language: Language) -> String {
    let detail = &error.detail;
    match language {
        Language::Zh => format!(
            "语言模型不接受带图片的消息（{detail}），它可能看不了图片。请换用能看图片的模型，或去掉图片。"
        ),
        Language::En => format!(
            "The language model doesn't accept the messages with pictures ({detail}); it may not take any. Choose a model that does, or \
             leave them out."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_says_what_to_do_in_its_language() {
        let kinds = [
            ModelErrorKind::Unreachable,
            ModelErrorKind::Unauthorized,
            ModelErrorKind::UnknownModel,
            ModelErrorKind::RateLimited,
            ModelErrorKind::PromptTooLong,
            ModelErrorKind::Rejected,
            ModelErrorKind::ProviderFailed,
            ModelErrorKind::Timeout,
            ModelErrorKind::Cut,
            ModelErrorKind::LengthLimit,
            ModelErrorKind::Filtered,
            ModelErrorKind::Malformed,
        ];
        for kind in kinds {
            let error = ModelError { requests: 4, ..ModelError::new(kind, "status 500") };
            let (zh, en) = (model(&error, Language::Zh), model(&error, Language::En));
            assert!(zh.contains("请") && zh.contains("status 500，请求了 4 次"), "{zh}");
            assert!(en.is_ascii() && en.contains("(status 500, 4 requests). "), "{en}");
        }
        let once = model(&ModelError::new(ModelErrorKind::Cut, "no end"), Language::En);
        assert_eq!(
            once,
            "The language model's reply broke off in the middle (no end). Try again later, or ask the built-in engine."
        );
    }
}
