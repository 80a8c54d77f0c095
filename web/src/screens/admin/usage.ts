// What the server has counted since it was started, read from what it tells Prometheus.

export interface ModelUsage {
  model: string;
  requests: number;
  input: number;
  output: number;
  /** Whether some of the tokens are the server's own estimate. */
  isEstimated: boolean;
}

export interface Usage {
  startedAt: Date | undefined;
  /** Answers by how they ended. */
  answers: Record<string, number>;
  models: ModelUsage[];
}

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

function samplesOf(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const found = /^(\w+)(?:\{(.*)\})? (\S+)/.exec(line);
    if (!found) return [];
    const [, name = '', inside = '', value] = found;
    const pairs = [...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
    const plain = (text: string) => text.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
    return [
      {
        name,
        labels: Object.fromEntries(pairs.map(([, key = '', said = '']) => [key, plain(said)])),
        value: Number(value),
      },
    ];
  });
}

/** Reads Prometheus' text format. */
export function usageOf(text: string): Usage {
  const usage: Usage = { startedAt: undefined, answers: {}, models: [] };
  const of = (model = '') => {
    let found = usage.models.find((one) => one.model === model);
    if (!found) {
      found = { model, requests: 0, input: 0, output: 0, isEstimated: false };
      usage.models.push(found);
    }
    return found;
  };
  for (const { name, labels, value } of samplesOf(text)) {
    if (name === 'process_start_time_seconds') usage.startedAt = new Date(value * 1000);
    else if (name === 'wenshu_runs_total') {
      const status = labels.status ?? '';
      usage.answers[status] = (usage.answers[status] ?? 0) + value;
    } else if (name === 'wenshu_model_requests_total') of(labels.model).requests += value;
    else if (name === 'wenshu_model_tokens_total') {
      const model = of(labels.model);
      if (labels.direction === 'input') model.input += value;
      else model.output += value;
      model.isEstimated ||= labels.estimated === 'true' && value > 0;
    }
  }
  usage.models.sort((one, other) => other.input + other.output - (one.input + one.output));
  return usage;
}
