// The models and databases that everybody on this server may use: those of its configuration, and those that admins add here.
import style from './admin.module.css';
import { SharedConnections } from './SharedConnections';
import { SharedModels } from './SharedModels';

export function SharedPanel() {
  return (
    <div className={style.stack}>
      <SharedModels />
      <SharedConnections />
    </div>
  );
}
