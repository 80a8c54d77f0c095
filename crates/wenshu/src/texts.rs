//! What the program says itself, in both languages. Errors from below bring their own words.

use wenshu_answer::{Language, Stage};

/// Texts in one language.
#[derive(Clone, Copy, Debug)]
pub struct Texts(pub Language);

impl Texts {
    fn pick(self, zh: &'static str, en: &'static str) -> &'static str {
        match self.0 {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    fn choose(self, zh: String, en: String) -> String {
        match self.0 {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    /// What is going on, for the progress line.
    pub fn stage(self, stage: Stage) -> &'static str {
        let (zh, en) = match stage {
            Stage::Analyzing => ("正在分析问题…", "reading the question…"),
            Stage::Linking => ("正在查找相关的表和字段…", "finding tables and columns…"),
            Stage::GeneratingSql => ("正在生成 SQL…", "writing SQL…"),
            Stage::Executing => ("正在执行查询…", "running the query…"),
            Stage::Repairing => ("正在修正 SQL…", "mending the SQL…"),
            Stage::Visualizing => ("正在选择图表…", "choosing a chart…"),
            Stage::Summarizing => ("正在总结…", "putting it into words…"),
        };
        self.pick(zh, en)
    }

    /// While the demo database is made.
    pub fn making_demo(self) -> &'static str {
        self.pick("正在创建演示数据库…", "making the demo database…")
    }

    /// The result was cut by the row limit.
    pub fn truncated(self, rows: usize) -> String {
        self.choose(
            format!("结果较多，只取了前 {rows} 行（上限见 `query_rows`）。"),
            format!("There were more rows; these are the first {rows} (`query_rows` sets the limit)."),
        )
    }

    /// Rows that are there but weren't drawn.
    pub fn rows_left_out(self, rows: usize) -> String {
        self.choose(
            format!("另有 {rows} 行未显示；`--format csv` 输出全部。"),
            format!("{rows} more rows are not shown; `--format csv` writes all of them."),
        )
    }

    /// Points that a chart has no room for.
    pub fn points_left_out(self, points: usize) -> String {
        self.choose(
            format!("图中另有 {points} 个点未显示。"),
            format!("{points} more points are not in the chart."),
        )
    }

    /// The result has no rows.
    pub fn no_rows(self) -> &'static str {
        self.pick("（没有符合条件的数据）", "(no rows)")
    }

    /// `--format chart` without a chart that fits.
    pub fn no_chart(self) -> &'static str {
        self.pick("这个结果没有合适的图表。", "No chart fits this result.")
    }

    /// Before what was understood.
    pub fn understood(self) -> &'static str {
        self.pick("已理解：", "understood:")
    }

    /// Before what was not.
    pub fn unknown(self) -> &'static str {
        self.pick("未理解：", "not understood:")
    }

    /// Before questions that would work.
    pub fn suggestions(self) -> &'static str {
        self.pick("可以试试：", "you could ask:")
    }

    /// Before the SQL of a failed try.
    pub fn tried(self) -> &'static str {
        self.pick("执行过的 SQL：", "SQL that was tried:")
    }

    /// How to see more of a question with two readings.
    pub fn meant(self) -> &'static str {
        self.pick("您的意思是：", "did you mean:")
    }

    /// The question has no words.
    pub fn empty_question(self) -> &'static str {
        self.pick("问题不能为空。", "the question is empty.")
    }

    /// The question has too many.
    pub fn long_question(self, most: usize) -> String {
        self.choose(
            format!("问题太长：最多 {most} 个字符。"),
            format!("the question is too long: at most {most} characters."),
        )
    }

    /// The query was stopped from the keyboard.
    pub fn cancelled(self) -> &'static str {
        self.pick("已取消。", "cancelled.")
    }

    /// Before an error.
    pub fn error(self) -> &'static str {
        self.pick("错误：", "error:")
    }

    /// Prompt for a password.
    pub fn password(self) -> &'static str {
        self.pick("密码：", "password: ")
    }

    /// Prompt for the same password again.
    pub fn password_again(self) -> &'static str {
        self.pick("再次输入密码：", "the same again: ")
    }

    /// The two were not the same.
    pub fn passwords_differ(self) -> &'static str {
        self.pick("两次输入的密码不一致。", "the two passwords are not the same.")
    }

    /// No password came in.
    pub fn no_password(self) -> &'static str {
        self.pick(
            "没有收到密码：请在提示后输入，或通过标准输入传入一行。",
            "no password was given: type it at the prompt, or send it as one line to standard input.",
        )
    }

    /// An admin was made.
    pub fn admin_created(self, name: &str) -> String {
        self.choose(format!("已创建管理员 `{name}`。"), format!("admin `{name}` was created."))
    }

    /// A password was set.
    pub fn password_reset(self, name: &str) -> String {
        self.choose(
            format!("已重置 `{name}` 的密码，其所有会话已结束。"),
            format!("the password of `{name}` was set, and all its sessions ended."),
        )
    }

    /// There are no accounts.
    pub fn no_accounts(self) -> &'static str {
        self.pick("还没有账号。", "there are no accounts yet.")
    }

    /// Headings of the list of accounts.
    pub fn account_headings(self) -> [&'static str; 6] {
        match self.0 {
            Language::Zh => ["编号", "用户名", "邮箱", "角色", "状态", "创建时间"],
            Language::En => ["number", "username", "email", "role", "status", "created"],
        }
    }

    /// The store is current.
    pub fn migrated(self, store: &str) -> String {
        self.choose(format!("存储 `{store}` 已是最新结构。"), format!("the store `{store}` is up to date."))
    }

    /// The server was told to stop.
    pub fn stopping(self) -> &'static str {
        self.pick(
            "正在停止：等待进行中的回答完成…（再按一次立即退出）",
            "stopping: running answers may finish (once more to stop at once)",
        )
    }
}
