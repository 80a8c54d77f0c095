// 中文。
import ask from './ask';
import common from './common';
import data from './data';
import datasets from './datasets';
import { account, admin, presets } from './people';
import settings from './settings';
import signIn from './sign-in';

export default { common, signIn, ask, data, datasets, settings, account, admin, presets };
