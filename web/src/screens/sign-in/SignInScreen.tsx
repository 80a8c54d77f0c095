// The door: signing in, or making an account.
import { Alert, Button, Form, Input } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useLocation, useNavigate } from 'react-router';
import { data, querygpt, reasonOf } from '../../api/client';
import { ApiError } from '../../api/errors';
import { signIn, useAccount } from '../../api/session';
import { Logo } from '../../app/Logo';
import { configure, prefer } from '../../app/preferences';
import { currentLanguage, speak } from '../../i18n';
import { useTitle } from '../../parts/title';
import style from './SignInScreen.module.css';

interface Fields {
  email: string;
  password: string;
  display_name?: string;
}

const PASSWORD = /^(?=.*[A-Za-z])(?=.*\d).{8,128}$/s;

export function SignInScreen() {
  const { t } = useTranslation();
  const [form] = Form.useForm<Fields>();
  const [isNew, setNew] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const isTold = useRef(false);
  const [reason, setReason] = useState<string>();
  useTitle(isNew ? t('signIn.register') : t('signIn.signIn'));
  const navigate = useNavigate();
  const { state } = useLocation() as { state: { wanted?: string } | null };
  const wanted = state?.wanted ?? '/';
  if (useAccount() !== null && !isBusy) return <Navigate to={wanted} replace />;

  const other = () => {
    isTold.current = true;
    void speak(currentLanguage() === 'zh' ? 'en' : 'zh');
  };
  const enter = async (fields: Fields) => {
    setBusy(true);
    setReason(undefined);
    try {
      const email = fields.email.trim();
      const body = { email, password: fields.password, display_name: fields.display_name?.trim() || null };
      const tokens = isNew
        ? await data(querygpt.POST('/api/v1/auth/register', { body }))
        : await data(querygpt.POST('/api/v1/auth/login', { body: { email, password: fields.password } }));
      signIn(tokens);
      // A new account speaks as its first browser does, and an old one as it was told to here.
      if (isNew) await prefer({}).catch(() => undefined);
      else if (isTold.current) await configure({ language: currentLanguage() }).catch(() => undefined);
      void navigate(wanted, { replace: true });
    } catch (error) {
      if (error instanceof ApiError && error.fields.length > 0) {
        const named = error.fields.map(({ field, message }) => ({ name: field as keyof Fields, errors: [message] }));
        form.setFields(named);
      } else setReason(reasonOf(error));
      setBusy(false);
    }
  };

  return (
    <main className={style.screen}>
      <section className={style.about}>
        <div className={style.mark}>
          <Logo size={40} />
          <span>{t('common.name')}</span>
        </div>
        <p className={style.tagline}>{t('common.tagline')}</p>
        <ul className={style.points}>
          <li>{t('signIn.point1')}</li>
          <li>{t('signIn.point2')}</li>
          <li>{t('signIn.point3')}</li>
        </ul>
      </section>
      <section className={style.card}>
        <h1 className={style.title}>{isNew ? t('signIn.create') : t('signIn.welcome')}</h1>
        <Form
          form={form}
          layout="vertical"
          requiredMark={false}
          onFinish={(fields) => void enter(fields)}
          disabled={isBusy}
        >
          <Form.Item
            name="email"
            label={isNew ? t('signIn.email') : t('signIn.emailOrName')}
            rules={[
              { required: true, message: t('common.required') },
              ...(isNew ? [{ type: 'email' as const, message: t('signIn.emailRule') }] : []),
            ]}
          >
            <Input size="large" autoComplete={isNew ? 'email' : 'username'} autoFocus />
          </Form.Item>
          <Form.Item
            name="password"
            label={t('signIn.password')}
            extra={isNew ? t('signIn.passwordRule') : undefined}
            rules={[
              { required: true, message: t('common.required') },
              ...(isNew ? [{ pattern: PASSWORD, message: t('signIn.passwordRule') }] : []),
            ]}
          >
            <Input.Password size="large" autoComplete={isNew ? 'new-password' : 'current-password'} />
          </Form.Item>
          {isNew && (
            <Form.Item name="display_name" label={t('signIn.displayName')}>
              <Input size="large" autoComplete="nickname" maxLength={50} />
            </Form.Item>
          )}
          {reason && <Alert type="error" showIcon title={reason} className={style.reason} />}
          <Button type="primary" htmlType="submit" size="large" block loading={isBusy}>
            {isNew ? t('signIn.register') : t('signIn.signIn')}
          </Button>
        </Form>
        <Button type="link" block onClick={() => setNew(!isNew)} className={style.other}>
          {isNew ? t('signIn.toSignIn') : t('signIn.toRegister')}
        </Button>
        <Button type="text" size="small" block onClick={other}>
          {currentLanguage() === 'zh' ? 'English' : '中文'}
        </Button>
      </section>
    </main>
  );
}
