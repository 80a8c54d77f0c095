//! Writes the tables and fills them.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use rusqlite::types::Value;
use rusqlite::{Connection, Transaction, params};

use crate::GENERATION;
use crate::catalogue::{
    CATEGORIES, CUSTOMER_CITIES, FAMILY_NAMES, GIVEN_NAMES, LEVELS, PRODUCTS, SHARES, STORES,
};
use crate::random::Sequence;

const CUSTOMERS: usize = 2_000;
const ORDERS: u64 = 20_000;
/// Days with orders, today included: two years.
const DAYS: u64 = 730;
/// Days before the first order in which the oldest customers registered.
const DAYS_BEFORE: u64 = 240;
/// Trading days of the quotes: two years of weekdays.
const TRADING_DAYS: usize = 520;
/// One customer in this many never orders.
const SILENT_EVERY: usize = 9;

const SCHEMA: &str = "
CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    name VARCHAR(50) NOT NULL,
    city VARCHAR(50) NOT NULL,
    level VARCHAR(20) NOT NULL,
    registered_at DATETIME NOT NULL
);
CREATE TABLE categories (
    id INTEGER PRIMARY KEY,
    name VARCHAR(50) NOT NULL UNIQUE
);
CREATE TABLE products (
    id INTEGER PRIMARY KEY,
    category_id INTEGER NOT NULL REFERENCES categories (id),
    name VARCHAR(100) NOT NULL,
    price DECIMAL(10,2) NOT NULL,
    cost DECIMAL(10,2) NOT NULL
);
CREATE TABLE stores (
    id INTEGER PRIMARY KEY,
    name VARCHAR(100) NOT NULL,
    city VARCHAR(50) NOT NULL,
    region VARCHAR(50) NOT NULL
);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (id),
    store_id INTEGER NOT NULL REFERENCES stores (id),
    status VARCHAR(20) NOT NULL,
    ordered_at DATETIME NOT NULL,
    total_amount DECIMAL(10,2) NOT NULL
);
CREATE TABLE order_items (
    id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (id),
    product_id INTEGER NOT NULL REFERENCES products (id),
    quantity INTEGER NOT NULL,
    unit_price DECIMAL(10,2) NOT NULL
);
CREATE TABLE daily_prices (
    code VARCHAR(10) NOT NULL,
    name VARCHAR(50) NOT NULL,
    trade_date DATE NOT NULL,
    open DECIMAL(10,2) NOT NULL,
    high DECIMAL(10,2) NOT NULL,
    low DECIMAL(10,2) NOT NULL,
    close DECIMAL(10,2) NOT NULL,
    volume INTEGER NOT NULL,
    PRIMARY KEY (code, trade_date)
);
";

/// Made after the rows, which is faster than keeping them up to date meanwhile.
const INDEXES: &str = "
CREATE INDEX customers_city ON customers (city);
CREATE INDEX products_category_id ON products (category_id);
CREATE INDEX orders_ordered_at ON orders (ordered_at);
CREATE INDEX orders_customer_id ON orders (customer_id);
CREATE INDEX orders_store_id ON orders (store_id);
CREATE INDEX order_items_order_id ON order_items (order_id);
CREATE INDEX order_items_product_id ON order_items (product_id);
CREATE INDEX daily_prices_trade_date ON daily_prices (trade_date);
";

/// Orders by twelfth of a year back from today, compared with others: two peaks, one trough.
const SEASONS: [u64; 12] = [100, 96, 78, 94, 101, 118, 103, 97, 104, 111, 138, 122];
/// Orders by day of a seven-day cycle.
const WEEK: [u64; 7] = [92, 88, 90, 95, 108, 126, 121];
/// Orders by hour of the day.
const HOURS: [u64; 24] =
    [2, 1, 1, 0, 0, 1, 3, 8, 16, 28, 38, 40, 36, 30, 32, 34, 36, 38, 42, 52, 58, 50, 30, 10];
/// One to four different products in an order.
const ITEMS: [u64; 4] = [40, 32, 19, 9];

/// Whether the calendar reaches as far back as the oldest customer of a database made for this day.
pub(crate) fn fits_calendar(today: NaiveDate) -> bool {
    today.checked_sub_days(Days::new(DAYS + DAYS_BEFORE)).is_some_and(|oldest| oldest.year() > 0)
        && today.year() <= 9_999
}

/// Fills an empty database and leaves it in a state that opens read-only without side files.
pub(crate) fn fill(connection: &mut Connection, today: NaiveDate) -> rusqlite::Result<()> {
    // The file is thrown away if anything fails, so neither a journal nor waiting for the disk is of use.
    connection
        .execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON;")?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    let mut random = Sequence::new(20_240_618);
    insert_catalogue(&transaction)?;
    let customers = insert_customers(&transaction, today, &mut random)?;
    insert_orders(&transaction, today, &customers, &mut random)?;
    insert_quotes(&transaction, today, &mut random)?;
    transaction.execute_batch(INDEXES)?;
    transaction.execute_batch("ANALYZE")?;
    transaction.pragma_update(None, "user_version", GENERATION)?;
    transaction.commit()?;
    connection.execute_batch("PRAGMA journal_mode = DELETE")
}

/// An amount in halves of a yuan as SQLite keeps it.
fn yuan(halves: i64) -> f64 {
    halves as f64 / 2.0
}

/// The id of the row that was inserted from this position of its list.
fn row_id(position: usize) -> i64 {
    position as i64 + 1
}

/// The day this many days before `today`.
fn days_before(today: NaiveDate, days: u64) -> NaiveDate {
    today.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN)
}

/// `2026-03-01 19:04:55`.
fn timestamp(day: &str, second_of_day: u64) -> String {
    let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
    format!("{day} {hour:02}:{minute:02}:{second:02}")
}

/// A moment of the day, busier in the evening.
fn second_of_day(random: &mut Sequence) -> u64 {
    random.weighted(&HOURS) as u64 * 3600 + random.below(3600)
}

fn insert_catalogue(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut categories = transaction.prepare("INSERT INTO categories (name) VALUES (?)")?;
    for name in CATEGORIES {
        categories.execute([name])?;
    }
    let mut products =
        transaction.prepare("INSERT INTO products (category_id, name, price, cost) VALUES (?, ?, ?, ?)")?;
    for product in &PRODUCTS {
        let category = row_id(product.category);
        products.execute(params![category, product.name, yuan(product.price), yuan(product.cost)])?;
    }
    let mut stores = transaction.prepare("INSERT INTO stores (name, city, region) VALUES (?, ?, ?)")?;
    for store in &STORES {
        stores.execute([store.name, store.city, store.region])?;
    }
    Ok(())
}

/// What the orders need to know of a customer.
struct Customer {
    city: &'static str,
    /// How likely, of a hundred, the customer is to place an order that is offered; 0 for those who never do.
    activity: u64,
    /// Days between the first day with orders and the registration, negative before.
    registered_on: i64,
}

fn insert_customers(
    transaction: &Transaction<'_>,
    today: NaiveDate,
    random: &mut Sequence,
) -> rusqlite::Result<Vec<Customer>> {
    let city_weights = CUSTOMER_CITIES.map(|(_, weight)| weight);
    let level_weights = LEVELS.map(|(_, weight, _)| weight);
    let span = DAYS_BEFORE + DAYS;
    let mut insert = transaction
        .prepare("INSERT INTO customers (name, city, level, registered_at) VALUES (?, ?, ?, ?)")?;
    let mut customers = Vec::with_capacity(CUSTOMERS);
    for position in 0..CUSTOMERS {
        // Evenly in time, so that the newest registered today. The second is never earlier than that of the one before
        // on the same day because the customers of a day share its hours out among them.
        let moment = (position as u64 * span * 86_400) / CUSTOMERS as u64
            + random.below(span * 86_400 / CUSTOMERS as u64);
        let (day, second) = (moment / 86_400, moment % 86_400);
        // 997 has no factor in common with the number of names, so that all customers have different ones.
        let person = position * 997 % (FAMILY_NAMES.len() * GIVEN_NAMES.len());
        let name = format!(
            "{}{}",
            FAMILY_NAMES[person % FAMILY_NAMES.len()],
            GIVEN_NAMES[person / FAMILY_NAMES.len()]
        );
        let (city, _) = CUSTOMER_CITIES[random.weighted(&city_weights)];
        let (level, _, activity) = LEVELS[random.weighted(&level_weights)];
        let registered_at = timestamp(&days_before(today, span - 1 - day).to_string(), second);
        insert.execute([name.as_str(), city, level, registered_at.as_str()])?;
        let silent = position % SILENT_EVERY == 4;
        customers.push(Customer {
            city,
            activity: if silent { 0 } else { activity },
            registered_on: day as i64 - DAYS_BEFORE as i64,
        });
    }
    Ok(customers)
}

/// How many orders each day has, oldest first; the sum is [`ORDERS`].
fn orders_by_day() -> Vec<u64> {
    let weights: Vec<u64> = (0..DAYS)
        .map(|day| {
            let before_today = DAYS - 1 - day;
            let season = SEASONS[(11 - before_today * 12 / 365 % 12) as usize];
            let week = WEEK[(6 - before_today % 7) as usize];
            // Half as many again after two years.
            season * week * (1_000 + day * 500 / DAYS)
        })
        .collect();
    let sum: u64 = weights.iter().sum();
    let mut reached = 0;
    let mut placed = 0;
    weights
        .iter()
        .map(|weight| {
            // Differences of the rounded running sum: no order is lost to rounding.
            reached += weight;
            let until_here = reached * ORDERS / sum;
            let count = until_here - placed;
            placed = until_here;
            count
        })
        .collect()
}

/// What became of an order placed this many days ago: only recent ones are unpaid or on their way.
fn status(days_ago: u64, random: &mut Sequence) -> &'static str {
    let weights: [u64; 5] = match days_ago {
        0 => [4, 36, 54, 6, 0],
        1..=3 => [30, 52, 8, 8, 2],
        4..=9 => [72, 16, 0, 8, 4],
        _ => [88, 0, 0, 8, 4],
    };
    ["已完成", "已发货", "待付款", "已取消", "已退款"][random.weighted(&weights)]
}

fn insert_orders(
    transaction: &Transaction<'_>,
    today: NaiveDate,
    customers: &[Customer],
    random: &mut Sequence,
) -> rusqlite::Result<()> {
    let traffic = STORES.map(|store| store.traffic);
    let popularity = PRODUCTS.map(|product| product.popularity);
    let mut insert_order = transaction.prepare(
        "INSERT INTO orders (id, customer_id, store_id, status, ordered_at, total_amount) VALUES (?, ?, ?, ?, ?, ?)",
    )?;
    let mut insert_item = transaction.prepare(
        "INSERT INTO order_items (order_id, product_id, quantity, unit_price) VALUES (?, ?, ?, ?)",
    )?;
    let mut order_id = 0_i64;
    for (day, count) in (0_u64..).zip(orders_by_day()) {
        let days_ago = DAYS - 1 - day;
        let date = days_before(today, days_ago).to_string();
        // Customers are in the order of their registration; who registered today orders tomorrow at the earliest.
        let registered = customers.partition_point(|customer| customer.registered_on < day as i64);
        let mut moments: Vec<u64> = (0..count).map(|_| second_of_day(random)).collect();
        moments.sort_unstable();
        for moment in moments {
            order_id += 1;
            let buyer = loop {
                let candidate = random.position(registered);
                if random.percent(customers[candidate].activity) {
                    break candidate;
                }
            };
            let store = choose_store(customers[buyer].city, &traffic, random);
            let basket = fill_basket(&popularity, random);
            let total = basket.iter().map(|(_, quantity, price)| quantity * price).sum();
            insert_order.execute(params![
                order_id,
                row_id(buyer),
                row_id(store),
                status(days_ago, random),
                timestamp(&date, moment),
                yuan(total),
            ])?;
            for (product, quantity, price) in basket {
                insert_item.execute(params![order_id, row_id(product), quantity, yuan(price)])?;
            }
        }
    }
    Ok(())
}

/// Three of four orders go to a store of the customer's own city, where there is one.
fn choose_store(city: &str, traffic: &[u64], random: &mut Sequence) -> usize {
    let at_home: Vec<usize> = (0..STORES.len()).filter(|store| STORES[*store].city == city).collect();
    if at_home.is_empty() || !random.percent(75) {
        return random.weighted(traffic);
    }
    at_home[random.position(at_home.len())]
}

/// Different products with quantity and price in halves of a yuan.
fn fill_basket(popularity: &[u64], random: &mut Sequence) -> Vec<(usize, i64, i64)> {
    let size = random.weighted(&ITEMS) + 1;
    let mut basket: Vec<(usize, i64, i64)> = Vec::with_capacity(size);
    while basket.len() < size {
        let product = random.weighted(popularity);
        if basket.iter().any(|(chosen, _, _)| *chosen == product) {
            continue;
        }
        let list_price = PRODUCTS[product].price;
        // Cheap things are bought by the handful.
        let most = match list_price {
            ..=200 => 4,
            201..=1_000 => 2,
            _ => 1,
        };
        // One in five is sold at ten per cent off, rounded down to half a yuan.
        let price = if random.percent(20) { list_price * 9 / 10 } else { list_price };
        basket.push((product, random.below(most) as i64 + 1, price));
    }
    basket
}

/// The last trading days up to today, oldest first.
fn trading_days(today: NaiveDate) -> Vec<String> {
    let mut days: Vec<String> = (0..)
        .map(|back| days_before(today, back))
        .filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
        .take(TRADING_DAYS)
        .map(|day| day.to_string())
        .collect();
    days.reverse();
    days
}

fn insert_quotes(
    transaction: &Transaction<'_>,
    today: NaiveDate,
    random: &mut Sequence,
) -> rusqlite::Result<()> {
    let days = trading_days(today);
    let mut insert = transaction.prepare(
        "INSERT INTO daily_prices (code, name, trade_date, open, high, low, close, volume) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let hundredths = |price: i64| Value::Real(price as f64 / 100.0);
    for (code, name, first_price, move_limit) in SHARES {
        let mut previous = first_price;
        for day in &days {
            // A move in thousandths, pulled gently back towards the first price so that no share vanishes or explodes.
            let mut step = |scale: i64| {
                let reach = (previous * move_limit * scale / 10_000).max(1);
                random.below(reach as u64 * 2 + 1) as i64 - reach
            };
            let pull = (first_price - previous) / 120;
            let open = previous + step(4);
            let close = previous + step(10) + pull;
            let high = open.max(close) + step(3).abs();
            let low = open.min(close) - step(3).abs();
            let volume = (20_000_000_000 / first_price) * (60 + random.below(90) as i64) / 100;
            insert.execute(params![
                code,
                name,
                day,
                hundredths(open),
                hundredths(high),
                hundredths(low),
                hundredths(close),
                volume / 100 * 100,
            ])?;
            previous = close;
        }
    }
    Ok(())
}
