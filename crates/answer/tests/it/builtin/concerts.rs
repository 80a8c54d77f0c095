//! A schema of another kind: English names, no comments, no terms, keys declared for some tables only.

use std::sync::LazyLock;

use super::Asked;

thread_local! {
    static CONCERTS: LazyLock<Asked> = LazyLock::new(|| Asked::script(
        "CREATE TABLE stadium (Stadium_ID INTEGER PRIMARY KEY, Location TEXT, Name TEXT, Capacity INTEGER, Highest INTEGER, Lowest INTEGER, Average INTEGER);
         CREATE TABLE singer (Singer_ID INTEGER PRIMARY KEY, Name TEXT, Country TEXT, Song_Name TEXT, Song_release_year TEXT, Age INTEGER, Is_male TEXT);
         CREATE TABLE concert (concert_ID INTEGER PRIMARY KEY, concert_Name TEXT, Theme TEXT, Stadium_ID INTEGER REFERENCES stadium (Stadium_ID), Year INTEGER);
         CREATE TABLE singer_in_concert (concert_ID INTEGER, Singer_ID INTEGER, PRIMARY KEY (concert_ID, Singer_ID));
         INSERT INTO stadium VALUES (1,'Raith Rovers','Stark''s Park',10104,4812,1294,2106),(2,'Ayr United','Somerset Park',11998,2363,1057,1477),
           (3,'East Fife','Bayview Stadium',2000,1980,533,864),(4,'Queen''s Park','Hampden Park',52500,1763,466,730),(5,'Stirling Albion','Forthbank Stadium',3808,1125,404,642);
         INSERT INTO singer VALUES (1,'Joe Sharp','Netherlands','You','1992',52,'F'),(2,'Timbaland','United States','Dangerous','2008',32,'T'),
           (3,'Justin Brown','France','Hey Oh','2013',29,'T'),(4,'Rose White','France','Sun','2003',41,'F'),(5,'John Nizinik','France','Gentleman','2014',43,'T'),
           (6,'Tribal King','France','Love','2016',25,'T');
         INSERT INTO concert VALUES (1,'Auditions','Free choice',1,2014),(2,'Super bootcamp','Free choice 2',2,2014),(3,'Home Visits','Bleeding Love',2,2015),
           (4,'Week 1','Wide Awake',4,2014),(5,'Week 2','Happy Tonight',4,2015),(6,'Week 3','Party All Night',4,2015);
         INSERT INTO singer_in_concert VALUES (1,2),(1,3),(1,5),(2,3),(2,6),(3,5),(4,4),(5,6),(5,3),(6,2);",
    ));
}

fn same(questions: &[&str], sql: &str) {
    CONCERTS.with(|concerts| concerts.same(questions, sql));
}

fn same_order(questions: &[&str], sql: &str) {
    CONCERTS.with(|concerts| concerts.same_order(questions, sql));
}

#[test]
fn counts() {
    same(
        &["How many singers do we have?", "What is the total number of singers?", "一共有多少歌手"],
        "SELECT COUNT(*) FROM singer",
    );
    same(
        &["How many singers are from France?", "How many French singers are there?", "法国有多少歌手"],
        "SELECT COUNT(*) FROM singer WHERE Country = 'France'",
    );
    same(
        &["How many concerts are there in 2014?", "2014年有多少场演唱会", "Number of concerts in 2014"],
        "SELECT COUNT(*) FROM concert WHERE Year = 2014",
    );
    same(
        &[
            "How many different countries are singers from?",
            "How many distinct countries do singers come from?",
        ],
        "SELECT COUNT(DISTINCT Country) FROM singer",
    );
}

#[test]
fn lists() {
    same(
        &[
            "Show the name and country of all singers",
            "What are the names and countries of every singer?",
            "列出所有歌手的姓名和国家",
        ],
        "SELECT Name, Country FROM singer",
    );
    same_order(
        &[
            "Show name, country, age for all singers ordered by age from the oldest to the youngest.",
            "List the name, country and age of all singers by age in descending order",
        ],
        "SELECT Name, Country, Age FROM singer ORDER BY Age DESC",
    );
    same(
        &[
            "What are the distinct countries of singers older than 30?",
            "Show the different countries of singers with age above 30",
        ],
        "SELECT DISTINCT Country FROM singer WHERE Age > 30",
    );
    same(
        &["Which singers are older than 40?", "Singers older than 40", "年龄大于40的歌手"],
        "SELECT Name, Age FROM singer WHERE Age > 40",
    );
    same(
        &["Names of stadiums with capacity between 3000 and 12000", "容量在3000到12000之间的体育场的名称"],
        "SELECT Name FROM stadium WHERE Capacity BETWEEN 3000 AND 12000",
    );
    same(
        &[
            "List the names of singers whose song name contains 'Hey'",
            "Singers' names with a song name containing Hey",
        ],
        "SELECT Name FROM singer WHERE Song_Name LIKE '%Hey%'",
    );
}

#[test]
fn aggregates() {
    same(
        &[
            "What is the average, minimum, and maximum age of all singers from France?",
            "Average, min and max age of French singers",
        ],
        "SELECT AVG(Age), MIN(Age), MAX(Age) FROM singer WHERE Country = 'France'",
    );
    same(
        &["What is the average capacity of stadiums?", "体育场的平均容量是多少"],
        "SELECT AVG(Capacity) FROM stadium",
    );
    same(
        &["What is the maximum capacity?", "What is the highest capacity of all stadiums?", "最大容量是多少"],
        "SELECT MAX(Capacity) FROM stadium",
    );
    same(
        &["Stadiums with capacity above the average", "容量高于平均值的体育场"],
        "SELECT Name, Capacity FROM stadium WHERE Capacity > (SELECT AVG(Capacity) FROM stadium)",
    );
}

#[test]
fn groups() {
    same(
        &[
            "Show all countries and the number of singers in each country.",
            "How many singers are from each country?",
            "各国家的歌手数量",
        ],
        "SELECT Country, COUNT(*) FROM singer GROUP BY Country",
    );
    same(
        &[
            "Show the stadium name and the number of concerts in each stadium.",
            "Number of concerts per stadium",
            "每个体育场的演唱会数量",
        ],
        "SELECT s.Name, COUNT(*) FROM concert c JOIN stadium s ON s.Stadium_ID = c.Stadium_ID GROUP BY s.Stadium_ID",
    );
    same(
        &["average age of singers by country", "每个国家歌手的平均年龄"],
        "SELECT Country, AVG(Age) FROM singer GROUP BY Country",
    );
    same_order(
        &["Number of concerts by year", "每年的演唱会数量"],
        "SELECT Year, COUNT(*) FROM concert GROUP BY Year ORDER BY Year",
    );
}

#[test]
fn rankings() {
    same(
        &[
            "What is the name of the youngest singer?",
            "Show the name of the youngest singer",
            "最年轻的歌手的姓名",
        ],
        "SELECT Name FROM singer ORDER BY Age LIMIT 1",
    );
    same(
        &["Which stadium has the most concerts?", "演唱会最多的体育场", "举办演唱会最多的体育场是哪个"],
        "SELECT s.Name, COUNT(*) FROM concert c JOIN stadium s ON s.Stadium_ID = c.Stadium_ID GROUP BY s.Stadium_ID ORDER BY 2 DESC LIMIT 1",
    );
    same(
        &["Which year has the most concerts?", "Which year had the most number of concerts?"],
        "SELECT Year, COUNT(*) FROM concert GROUP BY Year ORDER BY 2 DESC, 1 LIMIT 1",
    );
    same_order(
        &["Top 3 stadiums by capacity", "The 3 stadiums with the largest capacity", "容量最大的3个体育场"],
        "SELECT Name, Capacity FROM stadium ORDER BY Capacity DESC LIMIT 3",
    );
}

#[test]
fn relations() {
    same(
        &[
            "Show the stadium names without any concert.",
            "Which stadiums have no concerts?",
            "没有演唱会的体育场",
        ],
        "SELECT Name FROM stadium WHERE Stadium_ID NOT IN (SELECT Stadium_ID FROM concert)",
    );
    same(
        &[
            "Names of stadiums with at least 2 concerts",
            "Stadiums that have more than 1 concert",
            "演唱会超过1场的体育场",
        ],
        "SELECT Name FROM stadium WHERE Stadium_ID IN (SELECT Stadium_ID FROM concert GROUP BY Stadium_ID HAVING COUNT(*) >= 2)",
    );
    same(
        &["Stadiums with fewer than 2 concerts"],
        "SELECT Name FROM stadium WHERE Stadium_ID NOT IN (SELECT Stadium_ID FROM concert GROUP BY Stadium_ID HAVING COUNT(*) >= 2)",
    );
    same(
        &["How many singers performed in the concert 'Auditions'?", "有多少歌手参加了Auditions演唱会"],
        "SELECT COUNT(*) FROM singer WHERE Singer_ID IN (SELECT Singer_ID FROM singer_in_concert WHERE concert_ID = 1)",
    );
    same(
        &["Names of singers who performed in a concert in 2014", "names of singers in concerts in 2014"],
        "SELECT Name FROM singer WHERE Singer_ID IN (SELECT sc.Singer_ID FROM singer_in_concert sc JOIN concert c ON c.concert_ID = sc.concert_ID WHERE c.Year = 2014)",
    );
}
