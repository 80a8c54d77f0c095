//! What is far from the program comes to it by configuration alone: a bucket, MCP servers.

use std::path::Path;

use futures::TryStreamExt as _;
use nix::sys::signal::Signal;
use object_store::ObjectStore as _;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use serde_json::{Value, json};
use url::Url;
use wenshu_testkit::{McpPeer, ModelRequest, ScriptedModel, ScriptedReply};

use crate::program::{Place, Server, client};

const PASSWORD: &str = "correct-horse-1";

async fn post(server: &Server, path: &str, body: &Value) -> reqwest::Response {
    client().post(server.url(path)).json(body).send().await.unwrap()
}

/// What a success of stock-bi holds.
async fn data(response: reqwest::Response) -> Value {
    let status = response.status();
    let body: Value = response.json().await.unwrap();
    assert!(status.is_success(), "{status}: {body}");
    body["data"].clone()
}

async fn register(server: &Server) {
    data(post(server, "/v1/users/register", &json!({"user_name": "ann", "password": PASSWORD})).await).await;
}

/// A bucket of a server that speaks S3, as its address says: user and password are the key to it.
struct Bucket {
    endpoint: String,
    name: String,
    key: (String, String),
}

impl Bucket {
    fn of_the_tests() -> Self {
        let variable = "WENSHU_TEST_S3_URL";
        let address = std::env::var(variable).unwrap_or_else(|_| {
            panic!(
                "this test needs a bucket of S3: run the tests through `cargo xtask test`, \
                 or start one with `cargo xtask services up moto` and set {variable}"
            )
        });
        let url = Url::parse(&address).unwrap();
        Self {
            endpoint: format!("http://{}:{}", url.host_str().unwrap(), url.port().unwrap()),
            name: url.path().trim_matches('/').to_owned(),
            key: (url.username().to_owned(), url.password().unwrap().to_owned()),
        }
    }

    fn store(&self) -> AmazonS3 {
        AmazonS3Builder::new()
            .with_bucket_name(&self.name)
            .with_region("us-east-1")
            .with_endpoint(&self.endpoint)
            .with_allow_http(true)
            .with_access_key_id(&self.key.0)
            .with_secret_access_key(&self.key.1)
            .build()
            .unwrap()
    }

    /// The names of the files whose paths begin with this.
    async fn files(&self, prefix: &str) -> Vec<String> {
        let prefix = object_store::path::Path::from(prefix);
        let found: Vec<_> = self.store().list(Some(&prefix)).try_collect().await.unwrap();
        let mut names: Vec<String> =
            found.iter().map(|file| file.location.filename().unwrap().to_owned()).collect();
        names.sort();
        names
    }
}

#[tokio::test]
async fn datasets_are_in_the_bucket_that_is_configured() {
    const FILE: &str = "城市,销售额\n北京,100.5\n上海,200\n北京,50\n";
    let bucket = Bucket::of_the_tests();
    // The server stays when tests are run again.
    let prefix = format!("configured/{}", std::process::id());
    let place = Place::new();
    let serve = async || {
        let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
        command
            .env("WENSHU_DATASET_BUCKET", &bucket.name)
            .env("WENSHU_DATASET_PREFIX", &prefix)
            .env("WENSHU_DATASET_ENDPOINT", &bucket.endpoint)
            .env("WENSHU_DATASET_ACCESS_KEY", &bucket.key.0)
            .env("WENSHU_DATASET_SECRET_KEY", &bucket.key.1);
        Server::start(command).await
    };
    let server = serve().await;
    register(&server).await;
    let form = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\r\n{FILE}\r\n--edge--\r\n"
    );
    let upload = client()
        .post(server.url("/v1/data/upload?user_name=ann"))
        .header("content-type", "multipart/form-data; boundary=edge")
        .body(form);
    let made = data(upload.send().await.unwrap()).await;
    assert_eq!(bucket.files(&prefix).await, ["0.parquet", "original"]);
    assert!(!place.path("data/datasets").exists(), "nothing of it lies here");
    let asked = json!({"user_name": "ann", "task": "数据BI", "content": "各城市的销售额"});
    let said = async |server: &Server| post(server, "/v1/chat/", &asked).await.text().await.unwrap();
    let events = said(&server).await;
    assert!(events.contains("event: result") && events.contains("150.5"), "{events}");
    assert_eq!(server.stop(Signal::SIGTERM).await.status.code(), Some(0));

    let server = serve().await;
    let events = said(&server).await;
    assert!(events.contains("150.5"), "it is there after a restart: {events}");
    let named = json!({"data_id": made["data_id"], "format": "original"});
    let original = post(&server, "/v1/data/download", &named).await.text().await.unwrap();
    assert_eq!(original, FILE);
    data(post(&server, "/v1/data/delete", &named).await).await;
    assert_eq!(bucket.files(&prefix).await, Vec::<String>::new());
    let stopped = server.stop(Signal::SIGTERM).await;
    assert!(!stopped.stderr.contains(&bucket.key.1), "{}", stopped.stderr);
}

/// What the tools gave the model that was asked last.
fn given(model: &ScriptedModel) -> Vec<String> {
    model.last_request().texts("tool")
}

#[tokio::test]
async fn tools_of_servers_that_are_configured_are_called_and_their_processes_end_with_the_server() {
    let model = ScriptedModel::start().await;
    let is_first = |request: &ModelRequest| request.texts("tool").is_empty();
    let calls = ScriptedReply::tool_call("add", &json!({"one": 6, "other": 7}))
        .and_tool_call("process", &json!({}))
        .and_tool_call("hang", &json!({}));
    model.when_request(is_first).reply(calls);
    model.always("好。");
    let place = Place::new();
    place.write("mcp.json", &json!({"mcpServers": {"python": McpPeer::python().as_process()}}).to_string());
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
    command
        .env("OPENAI_BASE_URL", model.url())
        .env("OPENAI_MODEL", "gpt-test")
        .env("WENSHU_MODEL_TITLES", "false")
        .env("WENSHU_MCP_CONFIG", "mcp.json")
        .env("WENSHU_MCP_CALL_SECONDS", "1");
    let mut server = Server::start(command).await;
    server.says("an MCP server is open").await;
    register(&server).await;
    let asked =
        json!({"user_name": "ann", "content": "6 加 7 是多少？", "tools": ["add", "process", "hang"]});
    let said = post(&server, "/v1/chat/", &asked).await.text().await.unwrap();
    for (tool, status) in [("add", "ok"), ("process", "ok"), ("hang", "error")] {
        let mut of_tool = said.lines().filter(|line| line.contains(&format!("\"name\":\"{tool}\"")));
        let last = of_tool.next_back().unwrap_or_default();
        assert!(last.contains(&format!("\"status\":\"{status}\"")), "{tool}: {said}");
    }
    let [sum, process, hung] = &given(&model)[..] else { panic!("{:?}", given(&model)) };
    assert_eq!(sum, "6 + 7 = 13");
    assert_eq!(hung, "The tool said nothing for 1 seconds.");
    assert!(runs(process), "{process}");
    assert_eq!(server.stop(Signal::SIGTERM).await.status.code(), Some(0));
    assert!(!runs(process), "{process}");
}

/// Whether a process of this id is there; one that has ended and whose end nobody has asked for isn't.
fn runs(id: &str) -> bool {
    let status = std::fs::read_to_string(Path::new("/proc").join(id).join("stat")).unwrap_or_default();
    let state = status.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}
