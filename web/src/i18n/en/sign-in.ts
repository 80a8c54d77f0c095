// Signing in and registering.
import type { Texts } from '../texts';

export default {
  signIn: 'Sign in',
  register: 'Register',
  email: 'Email',
  emailOrName: 'Email or user name',
  password: 'Password',
  displayName: 'What to call you (optional)',
  passwordRule: '8–128 characters, with a letter and a digit',
  emailRule: 'Enter a valid email',
  toRegister: 'No account yet? Register',
  toSignIn: 'Have an account? Sign in',
  welcome: 'Welcome back',
  create: 'Create an account',
  point1: 'Ask in Chinese or English, without SQL',
  point2: 'Rows, a chart and words, as they come',
  point3: 'Reads only: your databases are never changed',
} satisfies Texts['signIn'];
