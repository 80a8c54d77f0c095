//! The fixed words of questions in Chinese and English, as a table: what asks for a count, what compares, what groups.

use std::sync::LazyLock;

use super::text::{PhraseTrie, phrase_with_marks};
use super::time::Grain;

/// What a fixed word does in a question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Op {
    /// Asks how many: 有多少, how many.
    HowMany,
    /// Makes a count of the noun beside it: 数量, number of.
    CountNoun,
    /// An aggregate of the column beside it.
    Aggregate(Aggregate),
    /// Compares what stands before with what follows.
    Compare(Comparison),
    /// Compares with the number before it: 以上, or more.
    CompareBefore(Comparison),
    /// Between two numbers.
    Between,
    /// The other end of a between: 到, to.
    To,
    /// The most or least of something; `true` is from the top.
    Superlative(bool),
    /// A superlative that names its measure by concepts of column names: youngest is the lowest age.
    Adjective(&'static Adjective),
    /// The first N: 前, top. `true` is from the top.
    Top(bool),
    /// Groups by what follows: 各, each.
    Each,
    /// Groups or sorts by what follows: 按, by.
    By,
    /// The part of a whole.
    Share,
    /// Absence of what follows: 没有, without.
    Without,
    /// Turns the comparison or value beside it round: 不, not.
    Not,
    /// All but what follows: 除了, except.
    Except,
    /// Asks for rows: 哪些, list.
    List,
    /// Asks for one of what follows: 哪个, which.
    Which,
    /// Asks for a step of time: 哪个月, which month.
    WhichStep(Grain),
    /// How many of each: 分布.
    Spread,
    /// Over time.
    Trend,
    /// From the largest (`true`) or the smallest.
    Direction(bool),
    /// Sorted.
    Sort,
    /// Each value once.
    Distinct,
    /// And, comma.
    And,
    /// Or.
    Or,
    /// Belongs to: 的, of.
    Of,
    /// Is, equals.
    Is,
    /// Has: 有, with.
    Have,
    /// Text that contains.
    Contains,
    /// Text that starts with.
    StartsWith,
    /// Text that ends with.
    EndsWith,
    /// Sells: the measure of trade, whatever it is called here; `Some` when it is the most or the least.
    Sells(Option<bool>),
    /// All of it: 总共, in total. With a measurable column a sum, else nothing.
    Total,
    /// A word that changes nothing.
    Filler,
    /// A counting word after a number: 个, 名.
    Classifier,
    /// A kind of calculation that is recognized and not offered: 同比, growth.
    Unsupported,
}

/// The aggregates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Aggregate {
    /// Different values.
    CountDistinct,
    /// Sum.
    Sum,
    /// Mean.
    Average,
    /// Smallest.
    Min,
    /// Largest.
    Max,
}

/// The comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Comparison {
    /// More than.
    Greater,
    /// At least.
    AtLeast,
    /// Less than.
    Less,
    /// At most.
    AtMost,
    /// The same.
    Equal,
    /// Different.
    Unequal,
}

impl Comparison {
    /// The comparison that holds when this one doesn't.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Greater => Self::AtMost,
            Self::AtLeast => Self::Less,
            Self::Less => Self::AtLeast,
            Self::AtMost => Self::Greater,
            Self::Equal => Self::Unequal,
            Self::Unequal => Self::Equal,
        }
    }

    /// Its SQL.
    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Equal => "=",
            Self::Unequal => "<>",
        }
    }
}

/// An adjective that speaks of a column without naming it.
#[derive(Debug, PartialEq)]
pub(crate) struct Adjective {
    /// Names that the column may have, best first; looked up as phrases of the schema.
    pub(crate) concepts: &'static [&'static str],
    /// Whether it asks for the largest.
    pub(crate) descending: bool,
    /// Whether it is the comparative form, before "than".
    pub(crate) comparative: bool,
}

const fn most(concepts: &'static [&'static str], descending: bool) -> Adjective {
    Adjective { concepts, descending, comparative: false }
}

const fn more(concepts: &'static [&'static str], descending: bool) -> Adjective {
    Adjective { concepts, descending, comparative: true }
}

const PRICE: &[&str] = &["price", "unit price", "cost", "fee"];
const AGE: &[&str] = &["age"];
const BIRTH: &[&str] = &["birthday", "birth year", "age"];
const SIZE: &[&str] = &["size", "area", "population", "capacity"];
const LENGTH: &[&str] = &["length", "duration", "distance"];
const HEIGHT: &[&str] = &["height", "elevation", "altitude"];
const WEIGHT: &[&str] = &["weight"];
const SPEED: &[&str] = &["speed", "horsepower", "time"];
const SALARY: &[&str] = &["salary", "income"];
const RECENT: &[&str] = &["date", "time", "year", "created at", "ordered at"];
const POPULATION: &[&str] = &["population"];

static OLDEST: Adjective = most(AGE, true);
static YOUNGEST: Adjective = most(AGE, false);
static OLDER: Adjective = more(AGE, true);
static YOUNGER: Adjective = more(AGE, false);
static DEAREST: Adjective = most(PRICE, true);
static CHEAPEST: Adjective = most(PRICE, false);
static DEARER: Adjective = more(PRICE, true);
static CHEAPER: Adjective = more(PRICE, false);
pub(crate) static LARGEST: Adjective = most(SIZE, true);
pub(crate) static SMALLEST: Adjective = most(SIZE, false);
static LONGEST: Adjective = most(LENGTH, true);
static SHORTEST: Adjective = most(LENGTH, false);
static LONGER: Adjective = more(LENGTH, true);
static SHORTER: Adjective = more(LENGTH, false);
static TALLEST: Adjective = most(HEIGHT, true);
static TALLER: Adjective = more(HEIGHT, true);
static HEAVIEST: Adjective = most(WEIGHT, true);
static LIGHTEST: Adjective = most(WEIGHT, false);
static HEAVIER: Adjective = more(WEIGHT, true);
static LIGHTER: Adjective = more(WEIGHT, false);
static FASTEST: Adjective = most(SPEED, true);
static BEST_PAID: Adjective = most(SALARY, true);
static LATEST: Adjective = most(RECENT, true);
static EARLIEST: Adjective = most(RECENT, false);
static MOST_POPULOUS: Adjective = most(POPULATION, true);
static YOUNGEST_BORN: Adjective = most(BIRTH, true);

/// The table: an operator and the words that mean it, separated by commas.
static WORDS: &[(Op, &str)] = &[
    (
        Op::HowMany,
        "how many, 有多少, 多少个, 有多少个, 多少, 几个, 有几个, 多少名, 多少位, 多少家, 几家, 有几家, 几名, 几位, 多少人, 有多少人, 几条, 多少条, 多少笔, 几笔, 几种, 多少种, 有几种, 几类, 有多少种, 几门, 有几门, 多少门, 有多少名, 有多少位, 有多少家, 有几位, 有几名, 多少件, 几件, 多少次, 几次, 多少场, 几场, 多少单, 几单, 多少辆, 多少所, 几所, 多少本, 几本, 多少首, 几首, 有几首, count, count the number of, how many different kinds of",
    ),
    (
        Op::CountNoun,
        "number of, the number of, count of, numbers of, total number of, the total number of, amount of, quantity of, 数量, 个数, 总数, 数目, 总数量, 人数, 总人数, 家数, 数, 笔数, 次数, 场次, 条数, 门数",
    ),
    (
        Op::Aggregate(Aggregate::Average),
        "average, avg, mean, average of, the average of, on average, 平均, 平均值, 均值, 平均数, 的平均值, 平均的",
    ),
    (
        Op::Aggregate(Aggregate::Sum),
        "sum, sum of, total of, summed, combined, 总和, 合计, 求和, 之和, 总计, 加起来, 累计",
    ),
    (Op::Aggregate(Aggregate::Min), "minimum, min, minimum of, 最小值, 最低值, 最少值"),
    (Op::Aggregate(Aggregate::Max), "maximum, max, maximum of, 最大值, 最高值"),
    (
        Op::Total,
        "total, in total, overall, in all, altogether, 一共, 总共, 共, 共有, 总的, 总, 全部, 一共有, 总共有, 总计有, 合计有",
    ),
    (
        Op::Compare(Comparison::Greater),
        "more than, greater than, over, above, larger than, bigger than, higher than, exceeding, exceeds, exceed, exceeded, after, later than, >, 大于, 超过, 高于, 多于, 超出, 大过, 高过, 长于, 晚于, 比, 超了",
    ),
    (
        Op::Compare(Comparison::AtLeast),
        "at least, no less than, not less than, greater than or equal to, minimum of at least, >=, ≥, 不少于, 不低于, 至少, 大于等于, 大于或等于, 不小于, 最少有, 高于等于, 高于或等于",
    ),
    (
        Op::Compare(Comparison::Less),
        "less than, fewer than, under, below, lower than, smaller than, before, earlier than, <, 小于, 低于, 少于, 不到, 不足, 不满, 短于, 早于",
    ),
    (
        Op::Compare(Comparison::AtMost),
        "at most, no more than, not more than, less than or equal to, up to, <=, ≤, 不超过, 不高于, 不大于, 至多, 最多有, 小于等于, 小于或等于, 不多于",
    ),
    (Op::Compare(Comparison::Equal), "equal to, equals, equal, exactly, =, ==, 等于, 恰好, 正好, 刚好"),
    (
        Op::Compare(Comparison::Unequal),
        "not equal to, different from, other than, !=, <>, ≠, 不等于, 不是, 非",
    ),
    (
        Op::CompareBefore(Comparison::AtLeast),
        "or more, or above, or higher, and above, or older, or greater, and over, or over, and more, 以上, 及以上, 或以上, 或更多, 及其以上, 起",
    ),
    (
        Op::CompareBefore(Comparison::AtMost),
        "or less, or below, or lower, or fewer, or under, or younger, and below, and under, 以下, 及以下, 或以下, 以内, 之内, 或更少",
    ),
    (Op::Between, "between, in the range of, ranging from, from, 介于, 在"),
    (Op::To, "to, through, 到, 至, ~, 和, 与, and, 之间, 间"),
    (
        Op::Superlative(true),
        "highest, most, largest, biggest, greatest, best, maximum, the most, the largest number of, the greatest number of, the highest number of, top, 最高, 最多, 最大, 最高的, 最好, 最大的, 最多的, 最好的, 第一, 排第一, 排名第一, 居首, 最强",
    ),
    (
        Op::Superlative(false),
        "lowest, least, smallest, fewest, minimum, worst, the fewest, the least, the smallest number of, bottom, 最低, 最少, 最小, 最差, 最低的, 最少的, 最小的, 最差的, 垫底",
    ),
    (Op::Top(true), "top, first, the top, 前, 排名前, 排前, top, 头, 排行前, 名列前"),
    (Op::Top(false), "bottom, last, the bottom, 后, 倒数, 末"),
    (
        Op::Each,
        "each, every, for each, for every, per, in each, of each, by each, across, broken down by, grouped by, group by, in every, at each, from each, for all, 各, 各个, 每个, 每, 每一个, 各自, 分别, 不同, 每家, 每名, 每位, 每种, 每类, 每所, 每门, 各家, 各种, 各类, 每款, 每一, 每场, 每本, 每辆, 各大, 各门",
    ),
    (Op::By, "by, according to, based on, in terms of, with respect to, 按, 按照, 根据, 依据, 以, 分"),
    (
        Op::Share,
        "share, share of, the share of, percentage, percentage of, percent, percent of, proportion, proportion of, ratio, ratio of, fraction, fraction of, what percentage of, what percent of, what share of, what proportion of, what fraction of, 占比, 比例, 比重, 份额, 百分比, 占, 占比是多少, 所占比例, 的占比, 率, 占总数的比例, 占总体的比例",
    ),
    (
        Op::Without,
        "without, without any, have no, has no, had no, with no, having no, never, never had, do not have, does not have, don't have, doesn't have, did not have, have not, has not, have never, has never, had never, haven't, hasn't, did not, do not, does not, didn't, don't, doesn't, lacking, that have not, lack, not have any, do not have any, does not have any, don't have any, 没有, 没, 未, 无, 从未, 从来没有, 没有过, 从没, 未曾, 尚未, 没有任何, 缺少, 从没有, 还没有, 还没",
    ),
    (
        Op::Not,
        "not, isn't, aren't, is not, are not, not in, wasn't, not from, was not, were not, 不, 不在, 不属于, 不包括, 不含, 并非",
    ),
    (
        Op::Except,
        "except, except for, excluding, but not, apart from, exclude, not including, 除了, 除, 排除, 除去, 不算, 剔除, 去掉",
    ),
    (
        Op::List,
        "list, show, show only, only show, list only, show me only, show me, list all, show all, give, give me, find, find all, display, what are, what are the, tell me, return, get, enumerate, see, look up, fetch, please list, please show, i want to see, what is, what is the, what was, what were, what's, whats, describe, identify, provide, 有哪些, 哪些, 列出, 查询, 显示, 列出所有, 给出, 列举, 展示, 都有哪些, 有哪几个, 哪几个, 查看, 看看, 找出, 查一下, 查找, 给我, 告诉我, 我想知道, 有什么, 都有什么, 列一下, 是哪些, 分别是什么, 都是哪些, 哪几家, 有哪几家, 哪几位, 哪几种, 哪几门, 返回, 罗列, 统计, 统计一下, 计算, 求, 我想看, 帮我查, 帮我看看, 请问, 看一下, 帮我统计, 汇总",
    ),
    (
        Op::Which,
        "哪, which, who, whose, where, what, what kind of, 哪个, 哪一个, 哪家, 哪位, 谁, 哪种, 哪类, 哪款, 什么, 哪名, 哪一种, 哪一家, 哪所, 哪门, 哪一位, 哪里, 哪儿, 哪些是, 是哪个, 是哪家, 是谁, 哪本, 哪首, 哪座",
    ),
    (Op::WhichStep(Grain::Month), "which month, what month, 哪个月, 哪一个月, 哪月, 几月, 几月份, 哪个月份"),
    (Op::WhichStep(Grain::Day), "which day, what day, which date, 哪天, 哪一天, 哪日"),
    (Op::WhichStep(Grain::Year), "which year, what year, 哪年, 哪一年, 哪个年份"),
    (Op::WhichStep(Grain::Quarter), "which quarter, what quarter, 哪个季度, 哪一季度, 哪季度, 哪一个季度"),
    (Op::WhichStep(Grain::Week), "which week, what week, 哪周, 哪一周, 哪个星期, 哪个周"),
    (
        Op::Spread,
        "distribution, distribution of, the distribution of, breakdown, breakdown of, 分布, 分布情况, 构成, 结构",
    ),
    (
        Op::Trend,
        "trend, trends, over time, evolution, time series, history of, 趋势, 走势, 变化, 变化趋势, 变化情况, 的趋势, 波动, 曲线, 趋势图, 随时间变化, 随时间的变化",
    ),
    (
        Op::Direction(true),
        "descending, desc, in descending order, from high to low, from highest to lowest, from most to least, high to low, highest first, largest first, decreasing, from largest to smallest, in decreasing order, from old to young, from the oldest to the youngest, 从高到低, 由高到低, 降序, 倒序, 从大到小, 由大到小, 从多到少, 由多到少, 倒排, 降序排列, 从高到低排序, 从高到低排列, 从大到小排序, 降序排序, 由高到低排序, 由高到低排列, 从大到小排列, 倒序排列, 从新到旧, 从晚到早, 从多到少排序, 从多到少排列",
    ),
    (
        Op::Direction(false),
        "ascending, asc, in ascending order, from low to high, from lowest to highest, low to high, lowest first, increasing, from smallest to largest, from least to most, in increasing order, from young to old, from the youngest to the oldest, alphabetically, in alphabetical order, alphabetical order, lexicographical order, in lexicographical order, 从低到高, 由低到高, 升序, 正序, 从小到大, 由小到大, 从少到多, 由少到多, 升序排列, 升序排序, 从低到高排序, 从低到高排列, 从小到大排序, 由低到高排序, 从小到大排列, 从旧到新, 从早到晚, 从少到多排序",
    ),
    (
        Op::Sort,
        "sorted, sort, sorted by, sort by, order by, ordered by, ranked by, ranked, rank by, rank, ranking, ranking of, in order of, sorted in, sort them by, sort the results by, order the results by, ordered, arranged by, in the order of, in order, 排序, 排列, 排名, 排行, 排行榜, 排序一下, 榜单, 排个序, 依次, 名次",
    ),
    (
        Op::Distinct,
        "distinct, different, unique, all distinct, all different, 去重, 不重复, 不同的, 不重复的",
    ),
    (
        Op::And,
        "and, as well as, along with, together with, also, both, and also, plus, & , ，, 、, \\,, 和, 与, 及, 以及, 并, 并且, 且, 同时, 还有, 跟, 而且, 又",
    ),
    (Op::Or, "or, either, 或, 或者, 或是, 还是, /"),
    (
        Op::Of,
        "of, over the, 's, in, from, for, at, on, belonging to, among, within, located in, based in, living in, lives in, live in, who live in, that are in, coming from, come from, comes from, who come from, whose, of the, for the, in the, under the, the, a, an, to, 的, 之, 里, 中, 内, 里面, 当中, 其中, 来自, 位于, 属于, 所属, 所在, 住在, 居住在, 所在的, 对应, 对应的, 所, 在, 于, 关于, 名下, 旗下, 每单, 每笔, 下, 所有, 所有的, 的所有",
    ),
    (
        Op::Is,
        "is, are, was, were, be, being, been, equals to, whose is, 是, 为, 叫, 叫做, 就是, 名为, 名叫, :, ：",
    ),
    (
        Op::Have,
        "have, has, had, with, having, that have, that has, who have, who has, which have, which has, contain any, own, there be, 有, 拥有, 具有, 含有, 有过, 存在, 拥有的",
    ),
    (
        Op::Contains,
        "contain, contains, containing, include, includes, including, that contains, like, with the word, with the substring, contains the word, containing the word, has the word, 包含, 含, 包括, 带有, 带",
    ),
    (
        Op::StartsWith,
        "start with, starts with, starting with, begin with, begins with, beginning with, that start with, that starts with, 开头, 以…开头, 开头为, 开头是, 打头",
    ),
    (Op::EndsWith, "end with, ends with, ending with, that end with, 结尾, 结尾是, 收尾"),
    (
        Op::Sells(None),
        "spent, spend, spends, 花了, 花费了, sell, sells, sold, selling, sales, revenue, turnover, 销售额, 营业额, 成交额, 销售金额, 营收, 卖, 卖了, 卖出, 卖得, 售出, 卖出了, 出售, 销售",
    ),
    (
        Op::Sells(Some(true)),
        "sells best, sells the best, sells the most, sell best, sell the best, sell the most, best selling, bestselling, top selling, best seller, best sellers, bestseller, sold the most, sold best, most sold, hottest selling, best performing, 卖得最好, 卖的最好, 最畅销, 畅销, 最热销, 热销, 卖得最多, 卖的最多, 销售最好, 最好卖, 卖得最好的, 最畅销的, 卖得最火, 卖最好, 卖最多, 最热卖, 最受欢迎, 最受欢迎的, most popular, 爆款, 销售最多, 销售最高",
    ),
    (
        Op::Sells(Some(false)),
        "worst selling, least sold, sells worst, sells the worst, sells the least, slowest selling, 卖得最差, 卖的最差, 最滞销, 滞销, 卖得最少, 卖的最少, 销售最差",
    ),
    (Op::Adjective(&OLDEST), "oldest, eldest, most senior, 年龄最大, 最年长, 年纪最大, 最老"),
    (Op::Adjective(&YOUNGEST), "youngest, most junior, 年龄最小, 最年轻, 年纪最小"),
    (Op::Adjective(&OLDER), "older than, older, elder than, elder, 比较老, 年长于, 大过"),
    (Op::Adjective(&YOUNGER), "younger than, younger, 年轻于"),
    (
        Op::Adjective(&DEAREST),
        "most expensive, priciest, dearest, costliest, most costly, 最贵, 最昂贵, 最贵的",
    ),
    (Op::Adjective(&CHEAPEST), "cheapest, least expensive, most affordable, 最便宜, 最便宜的, 最实惠"),
    (
        Op::Adjective(&DEARER),
        "more expensive than, costlier than, costing more than, cost more than, costs more than, priced above, priced over, 贵于, 贵过",
    ),
    (
        Op::Adjective(&CHEAPER),
        "cheaper than, less expensive than, costing less than, cost less than, costs less than, priced below, priced under, 便宜于",
    ),
    (Op::Adjective(&LARGEST), "largest in size, biggest in size, 最宽敞, 规模最大"),
    (Op::Adjective(&SMALLEST), "smallest in size, 规模最小"),
    (Op::Adjective(&LONGEST), "longest, farthest, 最长, 最久, 最远"),
    (Op::Adjective(&SHORTEST), "shortest, 最短, 最近的距离"),
    (Op::Adjective(&LONGER), "longer than, longer, 长过"),
    (Op::Adjective(&SHORTER), "shorter than, shorter"),
    (Op::Adjective(&TALLEST), "tallest, 个子最高, 身高最高"),
    (Op::Adjective(&TALLER), "taller than, taller, 高过"),
    (Op::Adjective(&HEAVIEST), "heaviest, 最重"),
    (Op::Adjective(&LIGHTEST), "lightest, 最轻"),
    (Op::Adjective(&HEAVIER), "heavier than, heavier, 重于, 重过"),
    (Op::Adjective(&LIGHTER), "lighter than, lighter, 轻于"),
    (Op::Adjective(&FASTEST), "fastest, quickest, 最快"),
    (Op::Adjective(&BEST_PAID), "best paid, highest paid, top earning, 收入最高"),
    (
        Op::Adjective(&LATEST),
        "latest, newest, most recent, most recently, last, 最新, 最近的, 最晚, 最新的, 最近一次",
    ),
    (Op::Adjective(&EARLIEST), "earliest, first ever, 最早, 最早的, 最旧"),
    (Op::Adjective(&MOST_POPULOUS), "most populous, most populated, 人口最多, 人最多"),
    (Op::Adjective(&YOUNGEST_BORN), "most recently born, 最晚出生"),
    (
        Op::Classifier,
        "个, 名, 位, 家, 条, 件, 种, 款, 笔, 门, 所, 人, 次, 场, 本, 首, 辆, 台, 座, 只, 间, 类, 单, 元, 块, 块钱, 岁, 分, 美元, 人民币, 圆, 部, 份, 支, 项, 张, pieces, times, yuan, dollar, dollars, usd, rmb, years old, year old",
    ),
    (
        Op::Filler,
        "than, 多少钱, 多少元, assigned, enrolled, involved, belong, belongs, performed, perform, performs, held, hold, take place, took place, takes place, offered, work, works, working, worked, 举办, 举行, 参加, 参加了, 参加过, 参与, 参与了, 教, 教了, 选修, 选修了, 选了, 学习, 发生, 产生, them, their, its, his, her, please, me, that, this, these, those, which is, who is, who are, which are, do, does, did, we, our, you, i, there, it, they, there are, there is, are there, is there, any, all, all of, the following, value, values, name of each, data, dataset, database, records, record, information, info, result, results, much, how much, how, placed, made, did we make, do we have, can, could, would, like to know, want, know, currently, ever, some, such, just, per each, one, then, when, as, so, if, into, out, up, ?, ？, !, ！, ., 。, \", “, ”, ', ‘, ’, (, ), （, ）, ;, ；, …, 《, 》, 「, 」, 【, 】, 过, 了, 吗, 呢, 吧, 啊, 嘛, 我, 我们, 你, 咱们, 请, 一下, 情况, 数据, 信息, 记录, 是多少, 是什么, 有多大, 多大, 是几, 如何, 怎么样, 怎样, 分别, 都, 也, 目前, 现在, 一共是, 达到, 那, 那么, 这些, 那些, 这, 就, 能, 可以, 想, 要, 需要, 帮, 帮忙, 得, 地, 着, 被, 把, 给, 对, 从, 将, 让, 多高, 多长, 结果, 明细, 列表, 名单, 清单, 具体, 分类统计, 分组, 分组统计, 划分, 来看, 看, 只看, 只要, 只统计, 时, 时候, 期间, 之后, 以后, 是, 值, 大概, 差不多, 总体, 整体, 整个, 公司, 排在, 位居, 进行, 做, 出, 来, 多, 几, 表, 里有, 中有, 它, 它们, 他们, 他, 她, 的是, 由, 说明, 占了, 我要, 其, 及其, what about, how about, and what about, 换成, 改成, 且有, 新, 新增, 新增的, 新增了, 新的, 以外, 之外, 以外的, 之外的, 外",
    ),
    (
        Op::Unsupported,
        "only, 只买, 只买过, 只购买, 只购买过, 只下, 只下过, 只有, 仅有, 首次, 首单, 首笔, 初次, growth, growth rate, year over year, month over month, yoy, mom, compared with, compared to, versus, vs, correlation, median, standard deviation, variance, forecast, predict, prediction, cumulative, running total, 同比, 环比, 增长率, 增长, 增幅, 增速, 中位数, 标准差, 方差, 预测, 相关性, 相比, 对比, 同期, 下降, 复购率, 留存率, 转化率, 累积, 为什么, why",
    ),
];

/// Finds fixed words.
pub(crate) static LEXICON: LazyLock<PhraseTrie<Op>> = LazyLock::new(|| {
    let mut trie: PhraseTrie<Op> = PhraseTrie::default();
    for (op, words) in WORDS {
        for word in words.split(", ") {
            let word = word.trim().replace("\\,", ",");
            let phrase = phrase_with_marks(&word);
            if phrase.is_empty() {
                continue;
            }
            let entry = trie.entry(&phrase);
            if !entry.contains(op) {
                entry.push(*op);
            }
        }
    }
    trie
});

/// Whether this phrase has a fixed meaning, so that a name or value of the same letters should yield to it.
pub(crate) fn is_fixed(phrase: &[u64]) -> bool {
    !LEXICON.get(phrase).is_empty()
}
