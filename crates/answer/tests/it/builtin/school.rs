//! A schema named in Chinese, keys found by name.

use std::sync::LazyLock;

use super::Asked;

thread_local! {
    static SCHOOL: LazyLock<Asked> = LazyLock::new(|| Asked::script(
        "CREATE TABLE 学生 (学号 INTEGER PRIMARY KEY, 姓名 TEXT, 性别 TEXT, 年龄 INTEGER, 班级 TEXT, 入学日期 DATE);
         CREATE TABLE 教师 (教师编号 INTEGER PRIMARY KEY, 姓名 TEXT, 职称 TEXT);
         CREATE TABLE 课程 (课程号 INTEGER PRIMARY KEY, 课程名 TEXT, 学分 INTEGER, 教师编号 INTEGER);
         CREATE TABLE 成绩 (学号 INTEGER, 课程号 INTEGER, 分数 REAL, PRIMARY KEY (学号, 课程号));
         INSERT INTO 学生 VALUES (1,'张三','男',18,'一班','2025-09-01'),(2,'李四','女',19,'一班','2024-09-01'),(3,'王五','男',20,'二班','2024-09-01'),
           (4,'赵六','女',18,'二班','2025-09-01'),(5,'孙七','男',21,'三班','2023-09-01');
         INSERT INTO 教师 VALUES (1,'周老师','教授'),(2,'吴老师','讲师'),(3,'郑老师','教授');
         INSERT INTO 课程 VALUES (1,'数学',4,1),(2,'英语',3,2),(3,'物理',4,1),(4,'体育',1,3);
         INSERT INTO 成绩 VALUES (1,1,90),(1,2,85),(2,1,78),(2,3,92.5),(3,1,60),(3,2,55),(3,3,70),(4,2,95);",
    ));
}

fn same(questions: &[&str], sql: &str) {
    SCHOOL.with(|school| school.same(questions, sql));
}

fn same_order(questions: &[&str], sql: &str) {
    SCHOOL.with(|school| school.same_order(questions, sql));
}

#[test]
fn counts() {
    same(
        &["有多少学生", "学生一共有多少人", "学生人数", "How many students are there?"],
        "SELECT COUNT(*) FROM 学生",
    );
    same(&["一班有多少学生", "一班的学生人数"], "SELECT COUNT(*) FROM 学生 WHERE 班级 = '一班'");
    same(
        &["女生有多少", "有多少女学生", "性别为女的学生有几个", "How many female students are there?"],
        "SELECT COUNT(*) FROM 学生 WHERE 性别 = '女'",
    );
    same(
        &["各班级的学生人数", "每个班有多少学生", "按班级统计学生数量", "Number of students in each class"],
        "SELECT 班级, COUNT(*) FROM 学生 GROUP BY 班级",
    );
    same(&["男生和女生各有多少人", "各性别的学生人数"], "SELECT 性别, COUNT(*) FROM 学生 GROUP BY 性别");
}

#[test]
fn lists() {
    same(&["一班有哪些学生", "列出一班的学生"], "SELECT 姓名 FROM 学生 WHERE 班级 = '一班'");
    same(&["年龄大于19岁的学生"], "SELECT 姓名, 年龄 FROM 学生 WHERE 年龄 > 19");
    same(&["学生的姓名和年龄", "列出学生的姓名和年龄"], "SELECT 姓名, 年龄 FROM 学生");
    same(&["有哪些课程", "课程有哪些"], "SELECT 课程名 FROM 课程");
    same(&["最高学分是多少"], "SELECT MAX(学分) FROM 课程");
    same(&["职称是教授的教师有哪些", "教授职称的老师有哪些"], "SELECT 姓名 FROM 教师 WHERE 职称 = '教授'");
    same(
        &["2025年入学的学生", "去年入学的学生有哪些"],
        "SELECT 姓名, 入学日期 FROM 学生 WHERE 入学日期 >= '2025-01-01' AND 入学日期 < '2026-01-01'",
    );
}

#[test]
fn scores() {
    same(&["平均分数是多少", "成绩的平均分数", "所有成绩的平均分"], "SELECT AVG(分数) FROM 成绩");
    same(
        &["各课程的平均分数", "每门课程的平均分", "Average score of each course"],
        "SELECT c.课程名, AVG(s.分数) FROM 成绩 s JOIN 课程 c ON c.课程号 = s.课程号 GROUP BY c.课程号",
    );
    same(&["数学的平均分是多少", "数学课程的平均分数"], "SELECT AVG(分数) FROM 成绩 WHERE 课程号 = 1");
    same(&["数学的最高分", "数学最高分是多少"], "SELECT MAX(分数) FROM 成绩 WHERE 课程号 = 1");
    same(
        &["各班级的平均分数", "每个班级的平均分"],
        "SELECT t.班级, AVG(s.分数) FROM 成绩 s JOIN 学生 t ON t.学号 = s.学号 GROUP BY t.班级",
    );
    same_order(
        &["平均分最高的3个学生", "平均分数排名前3的学生"],
        "SELECT t.姓名, AVG(s.分数) a FROM 成绩 s JOIN 学生 t ON t.学号 = s.学号 GROUP BY t.学号 ORDER BY a DESC LIMIT 3",
    );
}

#[test]
fn relations() {
    same(
        &["没有成绩的学生", "哪些学生没有成绩"],
        "SELECT 姓名 FROM 学生 WHERE 学号 NOT IN (SELECT 学号 FROM 成绩)",
    );
    same(
        &["周老师教哪些课程", "周老师教的课程有哪些", "周老师的课程"],
        "SELECT 课程名 FROM 课程 WHERE 教师编号 = 1",
    );
    same(
        &["课程最多的教师", "教课程最多的老师是谁"],
        "SELECT t.姓名, COUNT(*) FROM 课程 c JOIN 教师 t ON t.教师编号 = c.教师编号 GROUP BY t.教师编号 ORDER BY 2 DESC LIMIT 1",
    );
    same(
        &["每个学生的总分", "各学生的分数总和"],
        "SELECT t.姓名, SUM(s.分数) FROM 成绩 s JOIN 学生 t ON t.学号 = s.学号 GROUP BY t.学号",
    );
    same(&["各职称的教师人数", "每种职称有多少教师"], "SELECT 职称, COUNT(*) FROM 教师 GROUP BY 职称");
}

#[test]
fn what_is_missing_is_said() {
    SCHOOL.with(|school| {
        school.unknown("学生的身高", &["身高"]);
        school.unknown("各宿舍的学生人数", &["宿舍"]);
    });
}
