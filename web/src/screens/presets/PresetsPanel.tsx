// Presets for plain chat: what a model is told first, and how it is to speak.
import { DeleteOutlined, EditOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Skeleton } from 'antd';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useQuery } from '@tanstack/react-query';
import { aideer, plain, type AideerSchemas } from '../../api/client';
import { queryClient } from '../../app/queries';
import { Failed } from '../../parts/Failed';
import { useConfirm } from '../../parts/confirm';
import { useSubmit } from '../../parts/forms';
import { USER } from '../account/queries';
import { PresetForm } from './PresetForm';
import card from '../../parts/cards.module.css';
import { PRESETS, usePresets } from './queries';
import { Mark } from '../../parts/Mark';

type Preset = AideerSchemas['Preset'];

/** An admin looks after those for all; everybody else after their own. */
export function PresetsPanel({ isAdmin = false }: { isAdmin?: boolean }) {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const presets = usePresets();
  const user = useQuery({ queryKey: USER, queryFn: () => plain(aideer.GET('/api/v1/users/me')) });
  const [form, setForm] = useState<{ preset?: Preset }>();
  const { submit } = useSubmit();
  const remove = ({ id, title }: Preset) =>
    confirm({
      title: t('presets.deleteTitle', { title }),
      content: t('presets.deleteHint'),
      work: () =>
        submit(async () => {
          await plain(aideer.DELETE('/api/v1/presets/{preset_id}', { params: { path: { preset_id: id } } }));
          await queryClient.invalidateQueries({ queryKey: PRESETS });
        }),
    });

  if (presets.isLoading) return <Skeleton active />;
  if (!presets.data) return <Failed query={presets} />;
  const mayChange = ({ owner_id, visibility }: Preset) =>
    isAdmin || (owner_id === user.data?.id && visibility !== 'public');
  return (
    <>
      <p className={card.hint}>{t('presets.hint')}</p>
      <ul className={card.cardsAbove}>
        {presets.data.map((preset) => (
          <li key={preset.id} className={card.card}>
            <div className={card.head}>
              <strong>{preset.title}</strong>
              <Mark>{t(`presets.visibilities.${preset.visibility}`)}</Mark>
            </div>
            {preset.description && <p className={card.quiet}>{preset.description}</p>}
            {mayChange(preset) && (
              <div className={card.tools}>
                <Button size="small" icon={<EditOutlined />} onClick={() => setForm({ preset })}>
                  {t('common.edit')}
                </Button>
                <Button size="small" danger icon={<DeleteOutlined />} onClick={() => remove(preset)}>
                  {t('common.delete')}
                </Button>
              </div>
            )}
          </li>
        ))}
      </ul>
      {presets.data.length === 0 && <p className={card.quiet}>{t('presets.none')}</p>}
      <Button type="primary" icon={<PlusOutlined />} onClick={() => setForm({})}>
        {t('presets.add')}
      </Button>
      {form && <PresetForm preset={form.preset} isAdmin={isAdmin} onClose={() => setForm(undefined)} />}
    </>
  );
}
