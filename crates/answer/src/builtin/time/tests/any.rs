//! Whatever is written, it is read without a panic.

use super::super::{find, find_grains};
use super::{NOW, moment};

proptest::proptest! {
    /// Whatever is written, nothing panics and mentions lie in order inside the text.
    #[test]
    fn any_text_is_read(text in "[近上下本这前去今明后年月日周季度天个第一二三十半到至从自以来之间内初0-9０q/.:~ -]{0,24}") {
        in_order(&text);
    }

    #[test]
    fn any_english_is_read(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "last", "this", "past", "previous", "next", "month", "days", "year", "of", "the", "from", "to", "between",
                "and", "since", "before", "march", "may", "q", "1", "5", "2024", "99999999999", "-", "/", ",", "friday",
                "first", "half", "week", "ago", "a", "couple", "two", "on", "or", "after", "date", "so", "far", ".",
            ]),
            0..9,
        ),
        glue in proptest::sample::select(vec![" ", ""]),
    ) {
        in_order(&words.join(glue));
    }

    #[test]
    fn any_characters_are_read(text in ".{0,40}") {
        in_order(&text);
    }
}

fn in_order(text: &str) {
    let mut end = 0;
    for mention in find(text, moment(NOW)) {
        assert!(mention.span.start >= end && mention.span.end > mention.span.start, "{text}");
        assert_eq!(&text[mention.span.clone()], mention.label);
        assert!(
            mention.start.is_none() || mention.end.is_none() || mention.start < mention.end,
            "{text}: {mention:?}"
        );
        assert!(mention.start.is_some() || mention.end.is_some(), "{text}");
        end = mention.span.end;
    }
    let mut end = 0;
    for mention in find_grains(text) {
        assert!(mention.span.start >= end && text.get(mention.span.clone()).is_some(), "{text}");
        end = mention.span.end;
    }
}
