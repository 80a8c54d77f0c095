//! Talking: what people are answered through contracts that know words alone, and conversations by numbers or sessions.
//!
//! A model says what it has to say, with what was said before; without one the built-in engine answers from the default connection. What
//! is about data goes the way of every question. None of it is paid for.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use uuid::Uuid;
use wenshu_answer::{
    DataTool, Language, MoversInterpreter, NotUnderstood, Pipeline, PlainInterpreter, Prompt, Question,
    introduction, tool_instructions, tools_need_a_model,
};
use wenshu_store::{
    ChatMessage, Connection, Conversation, MessageKind, MessageRole, NewRun, RunConversation,
};

use super::job::Job;
use super::returning::Repeated;
use super::tasks::TaskKind;
use super::{Asked, EventId, QUERY_LENGTH, RunHandle, Runs, TITLE_LENGTH, repeating, work};
use crate::chats::{ChatParameters, messages};
use crate::clock::wall_clock;
use crate::connections::{Target, Words};
use crate::conversations::{new_session_id, no_session, session_id};
use crate::models::{BUILTIN_MODEL, ChosenModel};
use crate::tools::{AnswerTools, KeptReach, OwnedTool, Owner, QUERY_DATA, Tools, note_of_demo};
use crate::{Actor, AppError, ErrorKind, Text};

/// The longest text, in characters.
const TEXT_LENGTH: usize = 100_000;

/// The longest session id that a client makes up, in characters.
const SESSION_LENGTH: usize = 64;

/// How much of what was said before a model reads, in bytes: the newest of it, besides what the conversation tells the model to do.
const EARLIER_BYTES: usize = 256 * 1024;

/// Something to be answered.
#[derive(Clone, Debug)]
pub struct Talk {
    /// The words: 1–100,000 characters, not all of them white space.
    pub text: String,
    /// What they are about.
    pub subject: Subject,
    /// The tools that the answer may call and no others, by their names; without any, those of the subject.
    pub tools: Vec<String>,
    /// Where it is said.
    pub place: TalkPlace,
    /// The language of what is said besides a model's words.
    pub language: Language,
    /// The last event a returning reader has seen.
    pub last_event: Option<EventId>,
}

/// What is talked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Whatever comes up.
    Anything,
    /// The caller's datasets, or the data of the default connection while there are none.
    Data,
    /// Stocks.
    Stocks,
}

/// Where something is said.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TalkPlace {
    /// In the caller's conversation with this number.
    Number(i64),
    /// In the conversation with this session id, begun if there is none; in a new one without.
    Session(Option<String>),
}

/// What talking gives.
pub enum Talked {
    /// Events of a run: a new one, or the one the reader came back to.
    Run {
        /// The run.
        run: RunHandle,
        /// The session id of its conversation.
        session: String,
    },
    /// The reader has already seen this run's end.
    Over,
}

impl Talk {
    /// Whether it is answered from data, whoever answers.
    fn is_about_data(&self) -> bool {
        self.subject != Subject::Anything
            || self.tools.iter().any(|name| name == QUERY_DATA || Tools::is_about_stocks(name))
    }

    fn fingerprint(&self) -> u64 {
        let Self { text, subject, tools, place, language, last_event: _ } = self;
        let mut hasher = DefaultHasher::new();
        ("talk", text, subject, tools, place, language).hash(&mut hasher);
        hasher.finish()
    }
}

/// A conversation to be gone on with, or to be begun under a session id.
enum Place {
    There(Box<Conversation>),
    New(String),
}

impl Runs {
    /// Answers what is said, or comes back to the answer.
    ///
    /// # Errors
    ///
    /// Before the run starts: `Forbidden` for a visitor; `Invalid` (`text`, `session`, `tools`; or a preset of the conversation is for no model
    /// here), `NotFound` (the conversation is somebody else's, or there is none of this number), `Conflict` (it is still being
    /// answered; with code `no_connection`, there is no data), `TooMany`, `Unavailable`. Afterwards errors are events.
    pub async fn talk(&self, actor: &Actor, talk: Talk) -> Result<Talked, AppError> {
        actor.may_write()?;
        let request = talk.fingerprint();
        if let Some(last) = talk.last_event {
            let conversation = self.there(actor, &talk.place).await?.map(|conversation| conversation.id);
            let (text, language) = (talk.text.as_str(), talk.language);
            let repeated = Repeated { request, text, conversation, connection: None, language };
            match self.come_back(actor, repeated, last).await? {
                Some(Asked::Run(run)) => return self.talked(actor, run).await,
                Some(Asked::Over) => return Ok(Talked::Over),
                None => {}
            }
        }
        check(&talk)?;
        match self.talk_anew(actor, request, talk.clone()).await {
            // Somebody has begun the session in the meantime: now it is there, and its owner's.
            Err(error) if error.code() == work::TAKEN => self.talk_anew(actor, request, talk).await,
            talked => talked,
        }
    }

    /// Begins an answer.
    async fn talk_anew(&self, actor: &Actor, request: u64, talk: Talk) -> Result<Talked, AppError> {
        let place = self.place(actor, &talk.place).await?;
        let there = match &place {
            Place::There(conversation) => Some(conversation.as_ref()),
            Place::New(_) => None,
        };
        let (before, parameters) = match there {
            Some(conversation) => self.beginning_of(actor, conversation.id, TaskKind::Message).await?,
            None => (Vec::new(), ChatParameters::default()),
        };
        let chosen = self.models.choose_model(actor, parameters.model.as_deref()).await?;
        let allowed = self.tools.allowed(&talk.tools, talk.subject).await?;
        // Asking data alone is the way of every question, whoever reads it.
        let calls = allowed.iter().any(|owned| owned.owner != Owner::Data);
        let mut is_builtin = false;
        let (job, connection) = match &chosen.model {
            Some(model) if !talk.is_about_data() || calls && model.takes_tools() => {
                let mut said = before;
                if let Some(conversation) = there {
                    said.extend(self.said_in(actor, conversation.id).await?);
                }
                said.push(ChatMessage {
                    role: MessageRole::User,
                    kind: MessageKind::Text,
                    content: talk.text.clone(),
                    is_visible: true,
                    created_at: self.clock.now(),
                });
                // One that takes none is told so where it would be asked with them.
                let (tools, connection) = if calls {
                    let model = parameters.model.as_deref();
                    let (tools, connection) = self.tools_of(actor, &talk, allowed, model).await?;
                    (Some(Box::new(tools)), connection)
                } else {
                    (None, None)
                };
                // A model that has them from there may quote them without a call, and with no tool at all.
                let note = repeating::note_of(&said, talk.language);
                let now = wall_clock(self.clock.now(), self.zone);
                let prompt = Prompt {
                    system: tools.as_ref().map(|_| tool_instructions(now)).unwrap_or_default(),
                    messages: messages::as_prompt(&said),
                    max_output_tokens: parameters.max_output_tokens(),
                    temperature: parameters.temperature,
                    sampling: parameters.sampling(),
                    ..Prompt::default()
                };
                let (model, language) = (Arc::clone(model), talk.language);
                (Job::Talk { model, prompt, tools, note, language }, connection)
            }
            _ => {
                let model = parameters.model.as_deref();
                let asked = self.question(actor, &talk, &allowed, there, model).await?;
                is_builtin = asked.is_builtin;
                (asked.job, asked.connection)
            }
        };
        // What the chosen one had no part in isn't its.
        let chosen =
            if is_builtin { self.models.choose_model(actor, Some(BUILTIN_MODEL)).await? } else { chosen };
        self.begin_talk(actor, talk, place, Prepared { request, job, connection, chosen }).await
    }

    /// A question about data: that of the default connection, or of datasets; about quotes where it may read nothing else.
    async fn question(
        &self,
        actor: &Actor,
        talk: &Talk,
        allowed: &[OwnedTool],
        there: Option<&Conversation>,
        model: Option<&str>,
    ) -> Result<AskedData, AppError> {
        let reads_data = allowed.iter().any(|owned| owned.owner == Owner::Data);
        let reads_quotes = !reads_data && allowed.iter().any(OwnedTool::reads_prices);
        if !allowed.is_empty() && !reads_data && !reads_quotes {
            // Of tools that read neither, nothing can be known without a model that calls them.
            let words = tools_need_a_model(talk.language).to_owned();
            return Ok(AskedData::words(words, talk.language));
        }
        let target = if reads_quotes {
            let (connection, source) = self.tools.quotes(actor).await?.ok_or_else(no_connection)?;
            Target { connection, source, words: Words::default() }
        } else {
            match self.asked_for(actor, talk.subject).await? {
                Some(connection) => self.connections.resolve(actor, Some(connection.id)).await?,
                None if !talk.is_about_data() => return Ok(AskedData::introduction(talk.language)),
                None => return Err(no_connection()),
            }
        };
        if talk.text.chars().nth(QUERY_LENGTH).is_some() {
            // Of what is about data it was checked: this is something for a model, and there is none.
            return Ok(AskedData::introduction(talk.language));
        }
        // A model could name what else there is beside the quotes.
        let chosen =
            self.models.choose(actor, if reads_quotes { Some(BUILTIN_MODEL) } else { model }).await?;
        let not_understood = match talk.subject {
            Subject::Anything => NotUnderstood::IsIntroduced,
            Subject::Data => NotUnderstood::Fails,
            Subject::Stocks => NotUnderstood::FailsOnStocks,
        };
        let context = match there {
            Some(conversation) => self.context(actor, conversation.id).await?.0,
            None => Vec::new(),
        };
        let Target { connection, source, words } = target;
        let note = connection.is_demo.then(|| note_of_demo(talk.language));
        let mut interpreter = chosen.interpreter;
        let is_builtin = chosen.model_id == BUILTIN_MODEL;
        if reads_quotes || is_builtin && self.tools.has_demo_quotes(&connection) {
            interpreter = Arc::new(MoversInterpreter::new(interpreter, self.tools.quotes_table()));
        }
        let interpreter = PlainInterpreter::new(interpreter, not_understood).noting(note);
        let pipeline = Pipeline {
            interpreter: Arc::new(interpreter),
            source,
            terms: words.terms,
            relations: words.relations,
            limits: self.limits,
        };
        let now = wall_clock(self.clock.now(), self.zone);
        let question = Question { text: talk.text.trim().to_owned(), language: talk.language, now, context };
        let id = connection.id;
        let connections = Arc::clone(&self.connections);
        let connection = Box::new(connection);
        let job = Job::Question { pipeline: Box::new(pipeline), question, connections, connection };
        Ok(AskedData { job, connection: Some(id), is_builtin })
    }

    /// What is asked about data: the datasets of whoever asks where that is what is talked about and there are any, otherwise the
    /// default connection, if there is one.
    async fn asked_for(&self, actor: &Actor, subject: Subject) -> Result<Option<Connection>, AppError> {
        if subject == Subject::Data
            && let Some(datasets) = self.connections.of_datasets(actor).await?
        {
            return Ok(Some(datasets));
        }
        self.connections.default_for(actor).await
    }

    /// The tools that an answer may call, and the connection that they ask.
    async fn tools_of(
        &self,
        actor: &Actor,
        talk: &Talk,
        allowed: Vec<OwnedTool>,
        model: Option<&str>,
    ) -> Result<(AnswerTools, Option<Uuid>), AppError> {
        let asks_data = allowed.iter().any(|owned| owned.owner == Owner::Data);
        let asked = if asks_data { self.asked_for(actor, talk.subject).await? } else { None };
        let (data, connection) = match asked {
            Some(connection) => {
                let Target { connection, source, words } =
                    self.connections.resolve(actor, Some(connection.id)).await?;
                let pipeline = Pipeline {
                    interpreter: self.models.choose(actor, model).await?.interpreter,
                    source,
                    terms: words.terms,
                    relations: words.relations,
                    limits: self.limits,
                };
                let now = wall_clock(self.clock.now(), self.zone);
                let note = connection.is_demo.then(|| note_of_demo(talk.language));
                // The model knows what was said before, and asks so that it can be understood alone.
                let (data, id) = (DataTool::new(pipeline, now, Vec::new(), note), connection.id);
                (Some((data, Box::new(connection))), Some(id))
            }
            None => (None, None),
        };
        let all = Arc::clone(&self.tools);
        let (actor, kept) = (actor.clone(), KeptReach::default());
        Ok((AnswerTools { all, actor, allowed, data, kept }, connection))
    }

    async fn begin_talk(
        &self,
        actor: &Actor,
        talk: Talk,
        place: Place,
        prepared: Prepared,
    ) -> Result<Talked, AppError> {
        let Prepared { request, job, connection, chosen } = prepared;
        let ChosenModel { model_id, label, model: _, multiplier: _, stored } = chosen;
        let mut work = self.work(actor, request, job, label)?;
        work.stored_model = stored.map(|model| (Arc::clone(&self.models), Box::new(model)));
        work.is_plain = true;
        let title = title(&talk.text);
        let (conversation, session) = match place {
            Place::There(conversation) => {
                if conversation.title.is_empty() {
                    // It had no name when it was begun; other contracts have to call it something.
                    self.store.replace_title(actor.id(), conversation.id, "", &title).await?;
                }
                (RunConversation::Existing(conversation.id), session_id(&conversation))
            }
            Place::New(session) => {
                let id = self.clock.new_id();
                (RunConversation::New { id, title, session: Some(session.clone()) }, session)
            }
        };
        let new = NewRun {
            id: work.run,
            owner: actor.id(),
            instance: self.instance,
            conversation,
            question_message: self.clock.new_id(),
            question: talk.text,
            connection,
            model: Some(model_id),
            started_at: self.clock.now(),
        };
        let run = self.start(work, work::Beginning::Question(new)).await?;
        Ok(Talked::Run { run, session })
    }

    /// The run that a reader came back to.
    async fn talked(&self, actor: &Actor, run: RunHandle) -> Result<Talked, AppError> {
        let conversation = self.store.find_conversation(actor.id(), run.conversation).await?;
        let session = session_id(&conversation.ok_or_else(no_session)?);
        Ok(Talked::Run { run, session })
    }

    /// The conversation that is meant, where the caller has it.
    async fn there(&self, actor: &Actor, place: &TalkPlace) -> Result<Option<Conversation>, AppError> {
        Ok(match place {
            TalkPlace::Number(number) => self.store.conversation_by_number(actor.id(), *number).await?,
            TalkPlace::Session(None) => None,
            TalkPlace::Session(Some(session)) => {
                self.store.conversation_by_session(actor.id(), session).await?
            }
        })
    }

    async fn place(&self, actor: &Actor, place: &TalkPlace) -> Result<Place, AppError> {
        if let Some(there) = self.there(actor, place).await? {
            return Ok(Place::There(Box::new(there)));
        }
        match place {
            TalkPlace::Number(_) => Err(AppError::not_found("对话", "Conversation")),
            TalkPlace::Session(None) => new_session_id().map(Place::New),
            TalkPlace::Session(Some(session)) => match self.store.owner_of_session(session).await? {
                // Begun by the caller since it was looked for.
                Some(owner) if owner == actor.id() => {
                    let there = self.there(actor, place).await?;
                    there.map(|there| Place::There(Box::new(there))).ok_or_else(no_session)
                }
                Some(_) => Err(no_session()),
                None => Ok(Place::New(session.clone())),
            },
        }
    }

    /// What was said in a conversation of the caller's, as much of it as a model is to read.
    async fn said_in(&self, actor: &Actor, conversation: Uuid) -> Result<Vec<ChatMessage>, AppError> {
        let wenshu_store::Found::Own(chat) = self.store.find_chat(actor.id(), conversation).await? else {
            return Ok(Vec::new());
        };
        Ok(newest(chat.messages, EARLIER_BYTES))
    }
}

/// The newest of what was said, from somebody's words on: as many bytes of text as these, and all that tells a model what to do.
fn newest(mut said: Vec<ChatMessage>, most: usize) -> Vec<ChatMessage> {
    let mut bytes = 0;
    let fitting = said.iter().rev().take_while(|message| {
        // A picture is no text, however long the address that holds it.
        bytes += if message.kind == MessageKind::Text { message.content.len() } else { 0 };
        bytes <= most
    });
    let left_out = said.len() - fitting.count();
    if left_out > 0 {
        let mut place = 0;
        let mut is_answer_to_nothing = true;
        said.retain(|message| {
            let is_left_out = place < left_out;
            place += 1;
            is_answer_to_nothing &= is_left_out || message.role != MessageRole::User;
            message.role == MessageRole::System || !is_left_out && !is_answer_to_nothing
        });
    }
    said
}

/// A question about data, or what is said in its place.
struct AskedData {
    job: Job,
    connection: Option<Uuid>,
    /// Whether the built-in engine answers.
    is_builtin: bool,
}

impl AskedData {
    fn words(words: String, language: Language) -> Self {
        Self { job: Job::Words { words, language }, connection: None, is_builtin: true }
    }

    /// Says what the built-in engine is.
    fn introduction(language: Language) -> Self {
        Self::words(introduction(&[], language), language)
    }
}

/// A run that may begin.
struct Prepared {
    request: u64,
    job: Job,
    connection: Option<Uuid>,
    chosen: ChosenModel,
}

fn check(talk: &Talk) -> Result<(), AppError> {
    let most = if talk.is_about_data() { QUERY_LENGTH } else { TEXT_LENGTH };
    if talk.text.trim().is_empty() || talk.text.contains('\0') || talk.text.chars().nth(most).is_some() {
        return Err(AppError::invalid(
            "text",
            Text::new(
                format!("须为 1–{most} 个字符，不能全是空白，且不含空字符"),
                format!("must have 1 to {most} characters, not all of them white space, and no NUL"),
            ),
        ));
    }
    if let TalkPlace::Session(Some(session)) = &talk.place {
        let fits = (1..=SESSION_LENGTH).contains(&session.chars().count())
            && !session.chars().any(|character| character.is_control() || character.is_whitespace());
        if !fits {
            return Err(AppError::invalid(
                "session",
                Text::new(
                    format!("须为 1–{SESSION_LENGTH} 个字符，不能含空白或控制字符"),
                    format!("must have 1 to {SESSION_LENGTH} characters, none of them white space"),
                ),
            ));
        }
    }
    Ok(())
}

/// The beginning of what was said, on one line.
fn title(text: &str) -> String {
    let visible = text.chars().map(|character| if character.is_control() { ' ' } else { character });
    visible.take(TITLE_LENGTH).collect()
}

fn no_connection() -> AppError {
    AppError::new(
        ErrorKind::Conflict,
        "no_connection",
        Text::new("还没有可以提问的数据库连接，请先添加一个", "There is no connection to ask; add one first"),
    )
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn message(role: MessageRole, content: &str) -> ChatMessage {
        ChatMessage {
            role,
            kind: MessageKind::Text,
            content: content.to_owned(),
            is_visible: true,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_long_conversation_keeps_its_instructions_and_begins_with_a_question() {
        use MessageRole::{Assistant, System, User};
        let said = || {
            [(System, "Be brief."), (User, "aaaa"), (Assistant, "bbbb"), (User, "cccc"), (Assistant, "dddd")]
                .map(|(role, content)| message(role, content))
                .to_vec()
        };
        for (most, kept) in [
            (100, "Be brief. aaaa bbbb cccc dddd"),
            (16, "Be brief. aaaa bbbb cccc dddd"),
            (15, "Be brief. cccc dddd"),
            (8, "Be brief. cccc dddd"),
            (7, "Be brief."),
        ] {
            let texts: Vec<String> =
                newest(said(), most).into_iter().map(|message| message.content).collect();
            assert_eq!(texts.join(" "), kept, "{most}");
        }
    }
}
