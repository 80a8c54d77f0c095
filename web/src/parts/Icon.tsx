// What every icon of the component library is drawn by: see `unnamedIcons` in vite.config.ts. One that has no name is decoration, beside
// words that say the same, and isn't read aloud.
import Drawn from '@ant-design/icons/es/components/AntdIconLight';
import type { ComponentProps } from 'react';

export default function Icon(props: ComponentProps<typeof Drawn>) {
  const name = props['aria-label'];
  return <Drawn {...props} role={name ? 'img' : undefined} aria-label={name} aria-hidden={name ? undefined : true} />;
}
