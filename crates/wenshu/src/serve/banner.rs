//! What a server says on standard output when it listens: where, and what to try.

use std::net::SocketAddr;

use wenshu_answer::Language;

use crate::config::Config;

/// The first line holds the address; programs that start a server read it there.
pub(super) fn text(bound: SocketAddr, config: &Config, language: Language) -> String {
    let url = format!("http://{bound}");
    // An address that means "all of this machine's" can't be called.
    let callable =
        if bound.ip().is_unspecified() { format!("http://127.0.0.1:{}", bound.port()) } else { url.clone() };
    let data = config.data_dir.display();
    let question = match (config.demo, language) {
        (true, Language::Zh) => "上月各城市的销售额",
        (true, Language::En) => "Sales by city last month",
        (false, _) => "…",
    };
    let (listens, folder, first, try_it) = match language {
        Language::Zh => (
            format!("问数正在运行：{url}"),
            format!("数据目录：{data}"),
            if config.is_loopback() {
                "第一个注册的账号是管理员。"
            } else {
                "管理员用 `wenshu admin create --username 名字` 创建。"
            },
            "注册并提问（复制到终端；密码随机生成并显示）：",
        ),
        Language::En => (
            format!("Wenshu listens on {url}"),
            format!("data folder: {data}"),
            if config.is_loopback() {
                "The first account that registers is an admin."
            } else {
                "Admins are made with `wenshu admin create --username NAME`."
            },
            "Register and ask (paste into a shell; the password is random and shown):",
        ),
    };
    // The password is made by the shell that pastes this: one made here would end up in logs.
    format!(
        "{listens}\n{folder}\n{first}\n\n{try_it}\n\n\
         EMAIL=\"me-$(date +%s)@example.com\"; PASSWORD=\"w$(od -An -N8 -tx1 /dev/urandom | tr -d ' \\n')1\"; echo \"$EMAIL $PASSWORD\"\n\
         TOKEN=$(curl -s {callable}/api/v1/auth/register -H 'Content-Type: application/json' \\\n  \
         -d '{{\"email\":\"'\"$EMAIL\"'\",\"password\":\"'\"$PASSWORD\"'\"}}' | sed 's/.*\"access_token\":\"\\([^\"]*\\)\".*/\\1/')\n\
         curl -sN -G {callable}/api/v1/chat/stream -H \"Authorization: Bearer $TOKEN\" --data-urlencode 'query={question}' -d language={tag}\n\n",
        tag = match language {
            Language::Zh => "zh",
            Language::En => "en",
        },
    )
}
