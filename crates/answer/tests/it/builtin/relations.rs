//! Tables that nothing but a relation somebody drew puts together.

use wenshu_answer::{Cardinality, Interpretation, Relation};

use super::Asked;

/// No key is declared, and no name tells which shop a sale belongs to.
const SHOPS: &str = "CREATE TABLE shops (code TEXT PRIMARY KEY, city TEXT);
     CREATE TABLE sales (sale INTEGER PRIMARY KEY, place TEXT, amount REAL);
     CREATE TABLE targets (city TEXT, goal REAL);
     INSERT INTO shops VALUES ('a', 'Paris'), ('b', 'Rome'), ('c', 'Rome');
     INSERT INTO sales VALUES (1, 'a', 10), (2, 'b', 20), (3, 'c', 5), (4, 'c', 7);
     INSERT INTO targets VALUES ('Paris', 100), ('Rome', 200), ('Rome', 50);";

fn relation(left: (&str, &str), right: (&str, &str), cardinality: Cardinality) -> Relation {
    Relation {
        left_table: left.0.to_owned(),
        left_column: left.1.to_owned(),
        right_table: right.0.to_owned(),
        right_column: right.1.to_owned(),
        cardinality,
    }
}

fn rows(asked: &Asked, question: &str) -> Option<Vec<Vec<String>>> {
    match asked.interpret(question) {
        Ok(Interpretation::Query(draft)) => {
            let mut rows = asked.rows(&draft.sql);
            rows.sort();
            Some(rows)
        }
        _ => None,
    }
}

#[test]
fn a_question_over_two_tables_needs_the_relation_between_them() {
    let question = "total amount by shop city";
    let asked = Asked::script(SHOPS);
    assert_eq!(rows(&asked, question), None, "without the relation there is no way");
    let expected =
        vec![vec!["Paris".to_owned(), "10.0000".to_owned()], vec!["Rome".to_owned(), "32.0000".to_owned()]];
    for (left, right, cardinality) in [
        (("sales", "place"), ("shops", "code"), Cardinality::ManyToOne),
        (("shops", "code"), ("sales", "place"), Cardinality::OneToMany),
    ] {
        let asked = Asked::script(SHOPS).related(vec![relation(left, right, cardinality)]);
        assert_eq!(rows(&asked, question), Some(expected.clone()), "{cardinality:?}");
    }
}

#[test]
fn relations_to_what_is_not_there_are_left_out() {
    let gone = vec![
        relation(("sales", "nowhere"), ("shops", "code"), Cardinality::ManyToOne),
        relation(("nothing", "place"), ("shops", "code"), Cardinality::ManyToOne),
    ];
    let asked = Asked::script(SHOPS).related(gone);
    assert_eq!(rows(&asked, "How many sales are there?"), Some(vec![vec!["4.0000".to_owned()]]));
}

#[test]
fn a_relation_that_multiplies_both_ways_counts_every_row_once_for_each_group() {
    let drawn = vec![relation(("shops", "city"), ("targets", "city"), Cardinality::ManyToMany)];
    let asked = Asked::script(SHOPS).related(drawn);
    let figure = |shop: &str, goal: &str| vec![shop.to_owned(), goal.to_owned()];
    // Both shops of Rome have the goals of Rome, and neither has them twice.
    let expected = vec![figure("a", "100.0000"), figure("b", "250.0000"), figure("c", "250.0000")];
    assert_eq!(rows(&asked, "total goal by shop code"), Some(expected));
    assert_eq!(rows(&asked, "total goal"), Some(vec![vec!["350.0000".to_owned()]]));
}
