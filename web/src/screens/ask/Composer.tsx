// Where a question is written, and what it goes to.
import { DatabaseOutlined, RobotOutlined } from '@ant-design/icons';
import { Sender } from '@ant-design/x';
import { App, Segmented } from 'antd';
import { useTranslation } from 'react-i18next';
import { reasonOf, type Schemas } from '../../api/client';
import { stop } from '../../answers/live';
import { later } from '../../parts/later';
import { draftOf, keepDraft, useDraft } from '../../parts/drafts';
import { usePresets } from '../presets/queries';
import type { ChoiceProps } from './Choice';
import style from './Composer.module.css';

const Choice = later<ChoiceProps>(async () => (await import('./Choice')).Choice, true);

interface ComposerProps {
  isNew: boolean;
  isRunning: boolean;
  conversation: string | undefined;
  connections: Schemas['Connection'][];
  connection: string | undefined;
  onConnection: (id: string) => void;
  models: Schemas['Model'][];
  model: string | undefined;
  onModel: (id: string) => void;
  /** Answers whether the question was taken; it stays where it is when it wasn't. */
  onSend: (query: string) => Promise<boolean>;
  /** Not there while it isn't known what the conversation is. */
  mode: Mode | undefined;
  /** There where it can still be chosen. */
  onMode?: ((mode: Mode) => void) | undefined;
  preset: string | undefined;
  onPreset: (id: string | undefined) => void;
}

/** Answers about data, or plain chat. */
export type Mode = 'data' | 'chat';

export function Composer(props: ComposerProps) {
  const { isNew, isRunning, conversation, connections, connection, models, model, onSend, mode, onMode } = props;
  const { t } = useTranslation();
  const { message } = App.useApp();
  const draft = `ask ${conversation ?? ''}`;
  const [text = '', setText] = useDraft(draft);

  const send = async (query: string) => {
    const asked = query.trim();
    if (!asked) return;
    setText(undefined);
    // Whoever has written something else meanwhile goes on with that.
    if (!(await onSend(asked)) && !draftOf(draft)) keepDraft(draft, query);
  };
  const end = () => {
    if (conversation) stop(conversation).catch((error: unknown) => void message.error(reasonOf(error)));
  };
  const presets = usePresets(mode === 'chat' && onMode !== undefined).data ?? [];
  const chosenModel = model ?? models.find((one) => one.is_default)?.id;

  return (
    <Sender
      className={style.sender!}
      value={text}
      loading={isRunning}
      onChange={setText}
      onSubmit={(query) => void send(query)}
      onCancel={end}
      autoSize={{ minRows: isNew ? 2 : 1, maxRows: 8 }}
      placeholder={
        isNew ? (mode === 'chat' ? t('ask.placeholderChat') : t('ask.placeholder')) : t('ask.placeholderFollow')
      }
      suffix={false}
      footer={(_, { components: { SendButton, LoadingButton } }) => (
        <div className={style.foot}>
          <div className={style.choices}>
            {onMode && (
              <Segmented<Mode>
                size="small"
                aria-label={t('ask.mode')}
                value={mode ?? 'data'}
                onChange={onMode}
                options={(['data', 'chat'] as const).map((value) => ({ value, label: t(`ask.modes.${value}`) }))}
              />
            )}
            {mode === 'chat' && onMode && presets.length > 0 && (
              <Choice
                isOptional
                label={t('ask.preset')}
                value={props.preset}
                onChange={props.onPreset}
                options={presets.map(({ id, title }) => ({ id, name: title }))}
              />
            )}
            {mode === 'data' && connections.length > 0 && (
              <Choice
                label={t('ask.connection')}
                icon={<DatabaseOutlined />}
                value={connection}
                onChange={(id) => id && props.onConnection(id)}
                options={connections}
              />
            )}
            {mode === 'data' && models.length > 1 && (
              <Choice
                label={t('ask.model')}
                icon={<RobotOutlined />}
                value={chosenModel}
                onChange={(id) => id && props.onModel(id)}
                options={models}
              />
            )}
          </div>
          {isRunning ? (
            <LoadingButton type="default" aria-label={t('ask.stop')} title={t('ask.stop')} />
          ) : (
            <SendButton type="primary" aria-label={t('ask.send')} title={t('ask.send')} />
          )}
        </div>
      )}
    />
  );
}
