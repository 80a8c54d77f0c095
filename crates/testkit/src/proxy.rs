//! LiteLLM's proxy, which the test command has started: a server of OpenAI's format that none of us wrote.
//!
//! Which models it has and what they say is in `xtask/python/litellm/config.yaml`.

use url::Url;

/// Names the base URL of a running proxy, with its key as the password.
const PROXY: &str = "WENSHU_TEST_LITELLM_URL";

/// The proxy's base URL and its key.
///
/// # Panics
///
/// Where none has been started for the tests.
pub fn litellm() -> (String, String) {
    let address = std::env::var(PROXY).unwrap_or_else(|_| {
        panic!(
            "these tests need LiteLLM's proxy: run the tests through `cargo xtask test`, \
             or start it with `cargo xtask services up litellm` and set {PROXY}"
        )
    });
    let mut url = Url::parse(&address).expect("an address");
    let key = url.password().expect("a key").to_owned();
    url.set_username("").expect("an address with a host");
    url.set_password(None).expect("an address with a host");
    (url.into(), key)
}
