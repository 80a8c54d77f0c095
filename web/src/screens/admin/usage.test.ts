import { expect, test } from 'vitest';
import { usageOf } from './usage';

const TEXT = `# HELP wenshu_runs_total Runs.
# TYPE wenshu_runs_total counter
wenshu_runs_total{status="finished"} 12
wenshu_runs_total{status="failed"} 2

wenshu_model_requests_total{model="a \\"b\\""} 3
wenshu_model_tokens_total{model="a \\"b\\"",direction="input",estimated="false"} 100
wenshu_model_tokens_total{model="a \\"b\\"",direction="input",estimated="true"} 5
wenshu_model_tokens_total{model="a \\"b\\"",direction="output",estimated="false"} 7
wenshu_model_tokens_total{model="large",direction="output",estimated="false"} 900
process_start_time_seconds 1795966641
http_requests_total{contract="none",route="/",method="GET",status="200"} 1
`;

test('what the server has counted is read', () => {
  expect(usageOf(TEXT)).toEqual({
    startedAt: new Date(1_795_966_641_000),
    answers: { finished: 12, failed: 2 },
    models: [
      { model: 'large', requests: 0, input: 0, output: 900, isEstimated: false },
      { model: 'a "b"', requests: 3, input: 105, output: 7, isEstimated: true },
    ],
  });
  expect(usageOf('')).toEqual({ startedAt: undefined, answers: {}, models: [] });
});
