//! What the made-up retailer sells, where, and to whom: the fixed part of the demo data.

/// A product: its category's position in [`CATEGORIES`], name, price and cost in halves of a yuan, and how often it is
/// bought compared with others.
pub(crate) struct Product {
    pub(crate) category: usize,
    pub(crate) name: &'static str,
    pub(crate) price: i64,
    pub(crate) cost: i64,
    pub(crate) popularity: u64,
}

/// A product from its price and cost in whole yuan.
const fn product(category: usize, name: &'static str, price: i64, cost: i64, popularity: u64) -> Product {
    Product { category, name, price: price * 2, cost: cost * 2, popularity }
}

/// A product whose price and cost end in half a yuan.
const fn halved(category: usize, name: &'static str, price: i64, cost: i64, popularity: u64) -> Product {
    Product { category, name, price: price * 2 + 1, cost: cost * 2 + 1, popularity }
}

pub(crate) const CATEGORIES: [&str; 8] =
    ["手机数码", "电脑办公", "家用电器", "服饰鞋包", "美妆个护", "食品饮料", "家居日用", "母婴玩具"];

pub(crate) const PRODUCTS: [Product; 50] = [
    product(0, "星河 X9 智能手机", 3999, 3150, 22),
    product(0, "星河 X9 Pro 智能手机", 5499, 4200, 13),
    product(0, "青云 A3 智能手机", 1599, 1290, 26),
    product(0, "蓝鲸降噪蓝牙耳机", 699, 410, 34),
    product(0, "极光智能手表", 1299, 820, 20),
    product(0, "快充移动电源 20000mAh", 149, 82, 48),
    product(0, "Type-C 快充数据线", 39, 11, 62),
    product(1, "轻羽 14 笔记本电脑", 4999, 4050, 13),
    product(1, "轻羽 16 Pro 笔记本电脑", 7999, 6380, 7),
    product(1, "27 英寸 4K 显示器", 1899, 1420, 12),
    product(1, "无线机械键盘", 369, 205, 25),
    product(1, "静音无线鼠标", 89, 38, 44),
    product(1, "家用激光打印机", 1099, 845, 9),
    halved(1, "A4 复印纸 500 张", 24, 15, 52),
    product(2, "变频空调 1.5 匹", 2799, 2060, 11),
    product(2, "滚筒洗衣机 10 公斤", 2499, 1830, 9),
    product(2, "对开门冰箱 520 升", 3699, 2790, 7),
    product(2, "扫地机器人", 1999, 1280, 14),
    product(2, "空气炸锅 5 升", 329, 190, 27),
    product(2, "电热水壶 1.7 升", 99, 48, 36),
    product(2, "智能电饭煲 4 升", 459, 268, 21),
    product(3, "男士商务衬衫", 199, 78, 33),
    product(3, "女士针织开衫", 239, 92, 35),
    product(3, "轻量跑步鞋", 399, 176, 30),
    product(3, "羽绒服中长款", 899, 415, 16),
    product(3, "纯棉圆领T恤", 79, 26, 57),
    product(3, "双肩电脑包", 219, 96, 22),
    product(4, "补水面膜 20 片", 129, 42, 49),
    product(4, "氨基酸洁面乳", 69, 22, 51),
    product(4, "修护精华液 30 毫升", 359, 108, 25),
    product(4, "防晒乳 SPF50", 109, 36, 41),
    product(4, "声波电动牙刷", 269, 131, 24),
    halved(4, "薄荷牙膏 180 克", 15, 6, 66),
    halved(5, "纯牛奶 24 盒", 59, 43, 72),
    product(5, "五常大米 10 公斤", 88, 64, 55),
    product(5, "每日坚果 30 包", 119, 74, 46),
    product(5, "明前龙井 250 克", 298, 152, 18),
    halved(5, "矿泉水 24 瓶", 28, 17, 68),
    product(5, "挂耳咖啡 40 包", 99, 51, 39),
    product(5, "进口橄榄油 1 升", 86, 55, 28),
    product(6, "四件套纯棉床品", 329, 158, 26),
    product(6, "记忆棉枕头", 139, 58, 34),
    halved(6, "抽纸 24 包", 49, 31, 74),
    product(6, "洗衣液 5 公斤", 55, 33, 63),
    product(6, "不锈钢保温杯", 89, 36, 42),
    product(6, "折叠晾衣架", 159, 83, 17),
    product(7, "婴儿纸尿裤 L 80 片", 129, 85, 45),
    product(7, "婴幼儿奶粉 3 段 900 克", 268, 189, 33),
    product(7, "积木拼装玩具 1000 片", 199, 87, 28),
    product(7, "儿童安全座椅", 1380, 860, 8),
];

/// A store: name, city, region, and how many orders it gets compared with others.
pub(crate) struct Store {
    pub(crate) name: &'static str,
    pub(crate) city: &'static str,
    pub(crate) region: &'static str,
    pub(crate) traffic: u64,
}

const fn store(name: &'static str, city: &'static str, region: &'static str, traffic: u64) -> Store {
    Store { name, city, region, traffic }
}

pub(crate) const STORES: [Store; 24] = [
    store("北京朝阳大悦城店", "北京", "华北", 42),
    store("北京海淀中关村店", "北京", "华北", 38),
    store("北京西单店", "北京", "华北", 33),
    store("上海南京东路店", "上海", "华东", 46),
    store("上海陆家嘴店", "上海", "华东", 40),
    store("上海徐家汇店", "上海", "华东", 35),
    store("广州天河城店", "广州", "华南", 36),
    store("广州北京路店", "广州", "华南", 27),
    store("深圳万象城店", "深圳", "华南", 39),
    store("深圳海岸城店", "深圳", "华南", 30),
    store("杭州西湖银泰店", "杭州", "华东", 31),
    store("杭州滨江店", "杭州", "华东", 22),
    store("南京新街口店", "南京", "华东", 26),
    store("苏州观前街店", "苏州", "华东", 20),
    store("成都春熙路店", "成都", "西南", 32),
    store("成都太古里店", "成都", "西南", 28),
    store("重庆解放碑店", "重庆", "西南", 25),
    store("重庆观音桥店", "重庆", "西南", 19),
    store("武汉楚河汉街店", "武汉", "华中", 24),
    store("武汉光谷店", "武汉", "华中", 21),
    store("西安钟楼店", "西安", "西北", 22),
    store("西安小寨店", "西安", "西北", 16),
    store("天津滨江道店", "天津", "华北", 18),
    store("青岛台东店", "青岛", "华东", 15),
];

/// Where customers live, and how many of a thousand.
pub(crate) const CUSTOMER_CITIES: [(&str, u64); 14] = [
    ("上海", 142),
    ("北京", 138),
    ("深圳", 112),
    ("广州", 104),
    ("杭州", 86),
    ("成都", 84),
    ("重庆", 64),
    ("武汉", 60),
    ("南京", 52),
    ("西安", 46),
    ("苏州", 38),
    ("天津", 34),
    ("青岛", 24),
    ("长沙", 16),
];

/// Levels of customers, how many of a hundred, and how many orders they place compared with others.
pub(crate) const LEVELS: [(&str, u64, u64); 4] =
    [("普通", 58, 30), ("银卡", 25, 55), ("金卡", 12, 80), ("钻石", 5, 100)];

/// Family names and given names: 2,400 different people.
pub(crate) const FAMILY_NAMES: [&str; 40] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓",
    "许", "傅", "沈", "曾", "彭", "吕",
];

pub(crate) const GIVEN_NAMES: [&str; 60] = [
    "伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "军", "洋", "勇", "艳", "杰", "娟", "涛", "明", "超",
    "秀英", "霞", "平", "刚", "桂英", "建国", "志强", "晓明", "海燕", "雪梅", "俊杰", "梓涵", "子轩", "浩然",
    "一诺", "欣怡", "诗涵", "雨桐", "宇航", "思远", "佳怡", "嘉豪", "文博", "晨曦", "婉婷", "天佑", "若曦",
    "书瑶", "立新", "国栋", "春梅", "玉兰", "凯文", "雅琪", "梦洁", "可馨", "博文", "泽宇", "紫萱", "奕辰",
    "沐阳", "景行", "知夏",
];

/// A share: code, name, first price in hundredths of a yuan, and the largest daily move in thousandths.
pub(crate) const SHARES: [(&str, &str, i64, i64); 20] = [
    ("sh600519", "贵州茅台", 168_000, 18),
    ("sz000858", "五粮液", 14_860, 22),
    ("sh601318", "中国平安", 4_625, 19),
    ("sh600036", "招商银行", 3_380, 17),
    ("sz300750", "宁德时代", 19_250, 30),
    ("sz002594", "比亚迪", 24_680, 29),
    ("sh600276", "恒瑞医药", 4_512, 24),
    ("sz000333", "美的集团", 6_240, 19),
    ("sh601888", "中国中免", 7_835, 28),
    ("sh600900", "长江电力", 2_415, 11),
    ("sz000651", "格力电器", 3_890, 17),
    ("sh601012", "隆基绿能", 2_170, 33),
    ("sh600030", "中信证券", 2_265, 25),
    ("sz002415", "海康威视", 3_320, 25),
    ("sh600887", "伊利股份", 2_755, 16),
    ("sh601398", "工商银行", 528, 11),
    ("sz000001", "平安银行", 1_086, 18),
    ("sh688981", "中芯国际", 5_140, 35),
    ("sz300059", "东方财富", 1_535, 34),
    ("sh600809", "山西汾酒", 21_900, 26),
];
