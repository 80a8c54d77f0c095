// The kinds of databases that can be asked, and what each needs to be known of it.
import type { Schemas } from '../../api/client';

export type Driver = Schemas['Driver'];

interface Kind {
  name: string;
  port: number | null;
}

export const DRIVERS: Record<Driver, Kind> = {
  postgresql: { name: 'PostgreSQL', port: 5432 },
  mysql: { name: 'MySQL / MariaDB', port: 3306 },
  clickhouse: { name: 'ClickHouse', port: 8123 },
  sqlite: { name: 'SQLite', port: null },
};

/** What a connection that is listed is called by its kind; one of them leads to datasets. */
export function kindOf({ driver }: Pick<Schemas['Connection'], 'driver'>, datasets: string): string {
  return driver === 'dataset' ? datasets : DRIVERS[driver].name;
}

export const TLS: Schemas['Tls'][] = ['disable', 'prefer', 'require', 'verify-full'];

const usualPort = (driver: Schemas['Connection']['driver']) => (driver === 'dataset' ? null : DRIVERS[driver].port);

/** Whether a form leads to another server than what was saved: the password that was saved isn't for that one. */
export function leadsElsewhere(
  saved: Pick<Schemas['Connection'], 'driver' | 'host' | 'port'>,
  now: {
    driver?: Schemas['Connection']['driver'] | undefined;
    host?: string | null | undefined;
    port?: number | null | undefined;
  },
): boolean {
  const { driver = saved.driver, host = saved.host, port = saved.port } = now;
  return (
    driver !== saved.driver ||
    (host ?? '').trim() !== (saved.host ?? '') ||
    (port ?? usualPort(driver)) !== (saved.port ?? usualPort(driver))
  );
}

type Place = Pick<Schemas['Connection'], 'driver' | 'host' | 'port' | 'database'>;

/** Where a connection leads, in one line. */
export function addressOf({ driver, host, port, database }: Place): string {
  if (driver === 'sqlite' || driver === 'dataset') return database;
  return `${host ?? ''}${port ? `:${port}` : ''} / ${database}`;
}
