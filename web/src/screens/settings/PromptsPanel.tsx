// What models are told: templates that can be changed, with the words that are filled in, and brought back.
import { useQuery } from '@tanstack/react-query';
import { Button, Menu, Skeleton } from 'antd';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { data, querygpt, type Schemas } from '../../api/client';
import { KEYS, queryClient } from '../../app/queries';
import { CodeEditor, type Editor } from '../../parts/CodeEditor';
import { useConfirm } from '../../parts/confirm';
import { keepDraft, useDrafts } from '../../parts/drafts';
import { Failed } from '../../parts/Failed';
import { useSubmit } from '../../parts/forms';
import card from '../../parts/cards.module.css';
import style from './settings.module.css';
import { Mark } from '../../parts/Mark';

type Key = Schemas['PromptKey'];
const DRAFT = 'prompt ';

export function PromptsPanel() {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const prompts = useQuery({
    queryKey: KEYS.prompts,
    queryFn: async () => (await data(querygpt.GET('/api/v1/prompts'))).prompts,
  });
  const [chosen, setChosen] = useState<Key>('sql_generation');
  const drafts = useDrafts(DRAFT);
  const editor = useRef<Editor>(null);
  const { isBusy, submit } = useSubmit();
  const prompt = prompts.data?.find(({ key }) => key === chosen);

  if (prompts.isLoading) return <Skeleton active />;
  if (!prompts.data || !prompt) return <Failed query={prompts} />;
  const draft = drafts[chosen];
  const text = draft ?? prompt.content;

  const keep = (answer: Schemas['Prompts']) => {
    queryClient.setQueryData(KEYS.prompts, answer.prompts);
    keepDraft(DRAFT + chosen, undefined);
  };
  const isChanged = draft !== undefined && draft !== prompt.content;
  const save = async () =>
    isChanged &&
    submit(async () => keep(await data(querygpt.PUT('/api/v1/prompts', { body: { prompts: { [chosen]: text } } }))));
  const reset = () =>
    confirm({
      title: t('settings.resetTitle', { name: prompt.name }),
      yes: t('settings.reset'),
      isHarmless: true,
      work: () =>
        submit(async () => keep(await data(querygpt.POST('/api/v1/prompts/reset', { body: { keys: [chosen] } })))),
    });

  return (
    <>
      <p className={card.hint}>{t('settings.promptsHint')}</p>
      <div className={style.prompts}>
        <Menu
          mode="inline"
          className={style.promptList!}
          selectedKeys={[chosen]}
          onClick={({ key }) => setChosen(key as Key)}
          items={prompts.data.map(({ key, name, content, is_customized }) => ({
            key,
            label: (
              <span>
                {name}{' '}
                {(is_customized || (drafts[key] ?? content) !== content) && <Mark>{t('settings.customized')}</Mark>}
              </span>
            ),
          }))}
        />
        <div className={style.editor}>
          <CodeEditor
            key={chosen}
            language="template"
            label={prompt.name}
            value={text}
            isReadOnly={false}
            ref={editor}
            onChange={(value) => keepDraft(DRAFT + chosen, value)}
            onSubmit={() => void save()}
          />
          <div className={style.variables}>
            <span className={card.quiet}>{t('settings.variables')}</span>
            {prompt.variables.map((name) => (
              <button
                key={name}
                type="button"
                className={style.variable}
                onClick={() => editor.current?.insert(`{{ ${name} }}`)}
              >
                {`{{ ${name} }}`}
              </button>
            ))}
          </div>
          <div className={style.tools}>
            <Button type="primary" loading={isBusy} disabled={!isChanged} onClick={() => void save()}>
              {t('common.save')}
            </Button>
            <Button disabled={!prompt.is_customized} onClick={() => reset()}>
              {t('settings.reset')}
            </Button>
          </div>
        </div>
      </div>
    </>
  );
}
