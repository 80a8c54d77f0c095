//! What of a result is given to the model: its words.

use rmcp::model::{CallToolResult, ContentBlock, ResourceContents};
use wenshu_answer::{ToolError, ToolOutput};

/// The longest error of a server that is given on, in characters.
const LONGEST_ERROR: usize = 2_000;

/// The words of a result; of what isn't words it is said that it is there.
pub(crate) fn read(result: CallToolResult) -> Result<ToolOutput, ToolError> {
    let mut text = String::new();
    for block in &result.content {
        let part = match block {
            ContentBlock::Text(words) => words.text.as_str(),
            ContentBlock::Resource(resource) => match &resource.resource {
                ResourceContents::TextResourceContents { text, .. } => text.as_str(),
                _ => "[a file that is no text]",
            },
            ContentBlock::ResourceLink(link) => link.uri.as_str(),
            _ => "[a picture or a sound]",
        };
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(part);
    }
    if text.is_empty()
        && let Some(structured) = &result.structured_content
    {
        text = structured.to_string();
    }
    if result.is_error == Some(true) {
        return Err(ToolError::new(shortened(&text)));
    }
    Ok(ToolOutput::new(text))
}

/// An error as far as it is given on.
pub(crate) fn shortened(text: &str) -> String {
    let words: String = text.chars().take(LONGEST_ERROR).collect();
    if words.trim().is_empty() { "The tool failed and didn't say why.".to_owned() } else { words }
}
