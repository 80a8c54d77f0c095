//! The documentation of the settings, made from the table: `docs/configuration.md` and an example file.
//!
//! A test compares the files in `docs/` with what is made here; `UPDATE_DOCS=1` rewrites them.

use std::fmt::Write as _;

use super::settings::{SETTINGS, Setting};

/// The reference as Markdown.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Configuration\n\n\
         <!-- Generated from crates/wenshu/src/config/settings.rs; `UPDATE_DOCS=1 cargo test -p wenshu` rewrites it. -->\n\n\
         Everything has a default: `wenshu serve` needs no configuration.\n\
         A value is taken from the last of these that has it:\n\n\
         1. the built-in default;\n\
         2. `wenshu.toml` in the working directory, or the file named with `--config`;\n\
         3. the environment: `WENSHU_` and the key in capitals, and the usual names listed below, over which the `WENSHU_` name wins (an empty variable counts as unset);\n\
         4. the command line.\n\n\
         Secrets can be kept in a file of their own: `WENSHU_SECRET_KEY_FILE=/run/secrets/wenshu_key` in the environment, or `secret_key_file = \"…\"` in `wenshu.toml`, relative to that file.\n\
         The server checks everything before it starts and names every fault at once; unknown settings are faults too.\n\
         `wenshu doctor` shows what holds and where it was written.\n\
         [`wenshu.example.toml`](wenshu.example.toml) has all of it as a file to start from; `wenshu config example` prints it.\n",
    );
    for (group, settings) in SETTINGS {
        let _ = write!(page, "\n## {group}\n");
        for setting in *settings {
            let _ = write!(page, "\n### `{}`\n\n{}\n", setting.key, about(setting).join("\n"));
            let _ = write!(page, "- allowed: {}\n- default: {}\n", setting.form.allowed(), default(setting));
            let _ = writeln!(page, "- environment: {}", variables(setting).join(", "));
            if let Some(flag) = setting.flag {
                let _ = writeln!(page, "- command line: `{flag}`");
            }
        }
    }
    page
}

/// A configuration file with every setting commented out at its default.
pub fn example() -> String {
    let mut file = String::from(
        "# Wenshu's configuration: copy to `wenshu.toml` and take the `#` off what you change.\n\
         # Each line shows the default. docs/configuration.md says more.\n",
    );
    for (group, settings) in SETTINGS {
        let _ = write!(file, "\n# ---- {group} ----\n");
        for setting in *settings {
            file.push('\n');
            for line in about(setting) {
                let _ = writeln!(file, "# {line}");
            }
            let _ = writeln!(file, "# Allowed: {}.", setting.form.allowed());
            match setting.default {
                Some(default) => {
                    let _ = writeln!(file, "#{} = {default}", setting.key);
                }
                None => {
                    let _ = writeln!(file, "# Left out: {}.\n#{} =", setting.unset, setting.key);
                }
            }
        }
    }
    file
}

fn about(setting: &Setting) -> Vec<&'static str> {
    setting.about.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

fn default(setting: &Setting) -> String {
    setting.default.map_or_else(|| setting.unset.to_owned(), |default| format!("`{default}`"))
}

fn variables(setting: &Setting) -> Vec<String> {
    std::iter::once(setting.variable())
        .chain(setting.also.iter().map(|name| (*name).to_owned()))
        .flat_map(|name| {
            let file = setting.is_secret().then(|| format!("`{name}_FILE`"));
            std::iter::once(format!("`{name}`")).chain(file)
        })
        .collect()
}
