// The programs that the page is tried against: the server as people run it, and the language model that a test scripts.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const built = (name: string) => fileURLToPath(new URL(`../../target/debug/${name}`, import.meta.url));
const SERVER = process.env.WENSHU_BINARY ?? built('wenshu');
const MODEL = process.env.WENSHU_SCRIPTED_MODEL ?? built('scripted-model');

export interface Server {
  url: string;
  folder: string;
  stop: () => Promise<void>;
}

/** A server on a free port, with a data folder of its own that goes with it. */
export async function startServer(environment: Record<string, string> = {}): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'wenshu-page-'));
  const data = join(folder, 'data');
  const server = spawn(SERVER, ['serve', '--listen', '127.0.0.1:0', '--data-dir', data], {
    cwd: folder,
    env: { ...withoutSettings(), LANG: 'en_US.UTF-8', ...environment },
  });
  const url = await line(server, /http:\/\/127\.0\.0\.1:\d+/);
  const stop = async () => {
    await end(server);
    await rm(folder, { recursive: true, force: true });
  };
  return { url, folder: data, stop };
}

export interface ScriptedModel {
  url: string;
  /** What is replied to questions that contain `when`, or to all others. */
  script: (rule: { when?: string; pieces: string[]; pace_milliseconds?: number }) => Promise<void>;
  stop: () => Promise<void>;
}

/** A language model that says what it is told to say. */
export async function startModel(): Promise<ScriptedModel> {
  const model = spawn(MODEL);
  const url = await line(model, /http:\/\/\S+/);
  return {
    url,
    script: async (rule) => {
      const taken = line(model, /ok/);
      model.stdin.write(`${JSON.stringify(rule)}\n`);
      await taken;
    },
    stop: () => end(model),
  };
}

export interface Relay {
  /** Where it listens, as a host with its port. */
  host: string;
  /** Passes connections on to this server from now on. */
  leadTo: (server: Server) => void;
  /** Ends all connections, and takes none until it is mended. */
  cut: () => void;
  mend: () => void;
  stop: () => Promise<void>;
}

/** A way to a server that can be cut, as networks are. */
export async function startRelay(): Promise<Relay> {
  let port = 0;
  let isCut = false;
  const open = new Set<Socket>();
  const relay = createServer((socket) => {
    if (isCut) return void socket.destroy();
    const onward = connect(port, '127.0.0.1');
    for (const end of [socket, onward]) {
      open.add(end);
      end.on('error', () => end.destroy());
      end.once('close', () => {
        open.delete(end);
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    isCut = true;
    for (const socket of open) socket.destroy();
  };
  return {
    host: `127.0.0.1:${(relay.address() as AddressInfo).port}`,
    leadTo: (server) => {
      port = Number(new URL(server.url).port);
    },
    cut,
    mend: () => {
      isCut = false;
    },
    stop: async () => {
      cut();
      await new Promise((resolve) => relay.close(resolve));
    },
  };
}

/** What the machine has set for other servers is not for these. */
function withoutSettings(): NodeJS.ProcessEnv {
  const isOurs = (name: string) => !/^(WENSHU_|OPENAI_|ANTHROPIC_|OLLAMA_|DATABASE_URL|REDIS_URL)/.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => isOurs(name)));
}

/** The first thing on a program's stdout that looks like this. */
function line(program: ChildProcessWithoutNullStreams, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: program.stdout });
    let errors = '';
    program.stderr.on('data', (text: Buffer) => {
      errors = (errors + text.toString()).slice(-4000);
    });
    lines.on('line', (text) => {
      const found = pattern.exec(text);
      if (!found) return;
      lines.removeAllListeners('line');
      program.stdout.resume();
      resolve(found[0]);
    });
    program.once('error', reject);
    program.once('exit', (code) => reject(new Error(`the program ended with ${code}: ${errors}`)));
  });
}

function end(program: ChildProcessWithoutNullStreams): Promise<void> {
  return new Promise((resolve) => {
    if (program.exitCode !== null || program.signalCode !== null) return resolve();
    program.once('exit', () => resolve());
    program.stdin.end();
    program.kill('SIGTERM');
    // Twice means now.
    setTimeout(() => program.kill('SIGTERM'), 300);
  });
}
