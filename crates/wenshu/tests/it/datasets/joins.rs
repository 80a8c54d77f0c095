//! Several datasets in one question: joined by what their columns are called and hold, by what somebody drew, by a model.

use serde_json::{Value, json};
use wenshu_testkit::{ScriptedModel, ScriptedReply, SseEvent, TestUser, encode};

use super::LakeApp;

const ORDERS: &str = "id,customer_id,amount,month\n1,11,10,1\n2,12,20,1\n3,11,5,2\n4,13,7.5,2\n5,12,20,2\n";
const CUSTOMERS: &str = "id,name,city\n11,甲,北京\n12,乙,上海\n13,丙,北京\n";

/// The rows of an answer as `北京|22.5`, sorted; what was said instead when there are none.
async fn rows(user: &TestUser<'_>, question: &str) -> Result<Vec<String>, String> {
    let (id, _) = connection(user).await;
    let path = format!("/api/v1/chat/stream?query={}&connection_id={id}", encode(question));
    let events = user.get(&path).await.events().await;
    let result = events.iter().find(|event| event.event == "result").map(SseEvent::json);
    let result = result.ok_or_else(|| format!("{events:?}"))?;
    // Exact fractions are written as texts, with as many digits as their column has.
    let cell = |value: &Value| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        text.parse::<f64>().map_or(text, |number| number.to_string())
    };
    let mut rows: Vec<String> = result["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row.as_object().unwrap().values().map(cell).collect::<Vec<_>>().join("|"))
        .collect();
    rows.sort();
    Ok(rows)
}

/// Rows that are expected.
fn expected<const ROWS: usize>(rows: [&str; ROWS]) -> Result<Vec<String>, String> {
    Ok(rows.map(str::to_owned).to_vec())
}

/// The connection of the caller's datasets, and how many tables it has.
async fn connection(user: &TestUser<'_>) -> (String, usize) {
    let connections = user.get("/api/v1/connections").await.json().await;
    let listed = connections["data"]["connections"].as_array().unwrap().clone();
    let own = listed.into_iter().find(|connection| connection["driver"] == "dataset").unwrap();
    let id = own["id"].as_str().unwrap().to_owned();
    let schema = user.get(&format!("/api/v1/connections/{id}/schema")).await.json().await;
    (id, schema["data"]["tables"].as_array().map_or(0, Vec::len))
}

async fn upload(app: &LakeApp, user: &TestUser<'_>, files: &[(&str, &str)]) {
    let actor = app.app.app.accounts.authenticate(&user.access_token).await.unwrap();
    for (name, content) in files {
        app.upload(&actor, name, (*content).to_owned()).await.unwrap();
    }
    assert_eq!(connection(user).await.1, files.len());
}

#[tokio::test]
async fn two_datasets_are_joined_in_a_question_without_a_model() {
    let app = LakeApp::start().await;
    let user = app.app.register("ann@example.com").await;
    upload(&app, &user, &[("orders.csv", ORDERS), ("customers.csv", CUSTOMERS)]).await;
    let all = ["上海|40", "北京|22.5"];
    for question in ["各城市的金额", "total amount by city"] {
        assert_eq!(rows(&user, question).await, expected(all), "{question}");
    }
    // The other way round, each customer once however many orders there are.
    assert_eq!(rows(&user, "北京的客户数量").await, expected(["2"]));
    let question = "金额最高的2个客户";
    assert_eq!(rows(&user, question).await, expected(["乙|40", "甲|15"]), "{question}");
    // It is known to the next process too.
    let known = json!({"data": {
        "user": {"id": user.id}, "access_token": user.access_token, "refresh_token": user.refresh_token,
    }});
    let app = app.again().await;
    let user = TestUser::new(&app.app, &known);
    assert_eq!(rows(&user, "各城市的金额").await, expected(all));
}

#[tokio::test]
async fn chinese_names_are_joined_too() {
    let app = LakeApp::start().await;
    for (name, files) in [
        (
            "same",
            [
                ("订单.csv", "订单编号,客户编号,金额\nD1,K01,10\nD2,K02,20\nD3,K01,5\n"),
                ("客户.csv", "客户编号,客户名称,城市\nK01,甲,北京\nK02,乙,上海\n"),
            ],
        ),
        (
            "short",
            [
                ("商品信息.csv", "ID,名称,城市\n7,苹果,北京\n8,梨,上海\n"),
                ("销售记录.csv", "序号,商品ID,金额\n1,7,10\n2,8,20\n3,7,5\n"),
            ],
        ),
    ] {
        let user = app.app.register(&format!("{name}@example.com")).await;
        upload(&app, &user, &files).await;
        let all = ["上海|20", "北京|15"];
        assert_eq!(rows(&user, "各城市的金额").await, expected(all), "{name}");
    }
}

#[tokio::test]
async fn what_happens_to_tell_rows_apart_is_nothing_to_group_by() {
    let app = LakeApp::start().await;
    for (name, content, question, all) in [
        (
            "numbered",
            "订单编号,产品名称,销售额\nA1,苹果,10\nA2,梨,20\nA3,苹果,5\n",
            "产品名称和总销售额",
            ["梨|20", "苹果|15"],
        ),
        (
            "amounts",
            "日期,姓名,销售额\n2026-01-01,甲,10\n2026-01-01,乙,20\n2026-01-02,甲,5\n",
            "姓名和总销售额",
            ["乙|20", "甲|15"],
        ),
        ("counts", "category,num\na,3\nb,5\n", "total num by category", ["a|3", "b|5"]),
    ] {
        let user = app.app.register(&format!("{name}@example.com")).await;
        upload(&app, &user, &[("数据.csv", content)]).await;
        assert_eq!(rows(&user, question).await, expected(all), "{name}");
    }
}

#[tokio::test]
async fn a_column_in_which_a_value_comes_twice_joins_nothing() {
    let app = LakeApp::start().await;
    let twice = CUSTOMERS.to_owned() + "11,甲,上海\n";
    for (name, customers) in [
        ("twice", twice.as_str()),
        ("gap", "id,name,city\n11,甲,北京\n12,乙,上海\n,丙,北京\n"),
        // Numbers of rows on both sides.
        ("rows", "序号,name,city\n1,甲,北京\n2,乙,上海\n"),
    ] {
        let user = app.app.register(&format!("{name}@example.com")).await;
        upload(&app, &user, &[("orders.csv", ORDERS), ("customers.csv", customers)]).await;
        let found = rows(&user, "各城市的金额").await;
        assert!(found.is_err(), "{name}: {found:?}");
        // Each is asked by itself all the same, and every row counts once.
        assert_eq!(rows(&user, "总金额").await, expected(["62.5"]), "{name}");
        assert_eq!(rows(&user, "各month的金额").await, expected(["1|30", "2|32.5"]), "{name}");
    }
}

#[tokio::test]
async fn a_relation_that_somebody_drew_joins_datasets() {
    let app = LakeApp::start().await;
    let user = app.app.register("ann@example.com").await;
    let places = "shop,area\nN,北方\nS,南方\n";
    upload(&app, &user, &[("sales.csv", "place,amount\nN,10\nS,20\nN,5\n"), ("places.csv", places)]).await;
    assert!(rows(&user, "各area的amount").await.is_err());
    let (id, _) = connection(&user).await;
    let relation = json!({
        "left_table": "sales", "left_column": "place", "right_table": "places", "right_column": "shop",
        "cardinality": "many_to_one",
    });
    let drawn = user.post(&format!("/api/v1/connections/{id}/relations"), &relation).await.json().await;
    assert_eq!(drawn["success"], true, "{drawn}");
    let all = ["北方|15", "南方|20"];
    assert_eq!(rows(&user, "各area的amount").await, expected(all));
}

#[tokio::test]
async fn a_model_joins_datasets() {
    let model = ScriptedModel::start().await;
    let sql = "SELECT c.city AS 城市, SUM(o.amount) AS 金额 FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY 1";
    model.when("每个城市卖了多少").replies([
        ScriptedReply::from(format!("```sql\n{sql}\n```")),
        ScriptedReply::from("北京 22.5，上海 40。"),
    ]);
    let app = LakeApp::with_model(&model).await;
    let user = app.app.register("ann@example.com").await;
    upload(&app, &user, &[("orders.csv", ORDERS), ("customers.csv", CUSTOMERS)]).await;
    let all = ["上海|40", "北京|22.5"];
    assert_eq!(rows(&user, "每个城市卖了多少").await, expected(all));
    // It was told of both tables.
    let request = &model.requests()[0];
    let prompt = request.system() + &request.question();
    assert!(prompt.contains("customer_id") && prompt.contains("city"), "{prompt}");
}
