// 登录和注册。
export default {
  signIn: '登录',
  register: '注册',
  email: '邮箱',
  emailOrName: '邮箱或用户名',
  password: '密码',
  displayName: '怎么称呼你（可不填）',
  passwordRule: '8–128 个字符，含字母和数字',
  emailRule: '请填写有效的邮箱',
  toRegister: '还没有账户？注册一个',
  toSignIn: '已有账户？登录',
  welcome: '欢迎回来',
  create: '创建账户',
  point1: '中文或英文提问，不用写 SQL',
  point2: '数据、图表和解读一起给出，边算边看',
  point3: '只读访问，不会改动你的数据库',
};
