//! Fields that have one of a few words, as named schemas of a document.

/// A type for each list, which stands in a document in the place of the text that a field really has:
/// `/// What it is.\nName as "NameInTheDocument" = list;`.
macro_rules! words {
    ($($(#[doc = $doc:literal])+ $name:ident as $wire:literal = $words:expr;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                let description = concat!($($doc, "\n",)+).trim();
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .description(Some(description))
                    .enum_values(Some($words))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed($wire)
            }
        }
    )+};
}

pub(crate) use words;
