// What goes wrong in a call, in one shape for every contract.

export interface FieldFault {
  field: string;
  message: string;
}

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: FieldFault[] = [],
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

interface FailureBody {
  error?: { code?: string; message?: string; details?: { fields?: FieldFault[] } | null };
  detail?: string | { loc?: (string | number)[]; msg?: string }[];
  code?: string | number;
  errors?: FieldFault[];
  message?: string;
}

/** The failure that a response tells of; the words of each contract are understood: QueryGPT's, AIDeer's, stock-bi's and our own. */
export async function failureOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  let body: FailureBody = {};
  try {
    body = JSON.parse(text) as FailureBody;
  } catch {
    // A proxy in between may answer with a page of its own.
  }
  return failureFrom(response.status, body);
}

/** The same for a body that was read already. */
export function failureFrom(status: number, body: unknown): ApiError {
  const { error, detail, message, code, errors } = (body ?? {}) as FailureBody;
  if (error) {
    const fields = error.details?.fields ?? [];
    return new ApiError(status, error.code ?? String(status), error.message ?? String(status), fields);
  }
  if (Array.isArray(detail)) {
    const fields = detail.map((fault) => ({ field: String(fault.loc?.at(-1) ?? ''), message: fault.msg ?? '' }));
    return new ApiError(
      status,
      'VALIDATION_ERROR',
      fields.map((fault) => `${fault.field}: ${fault.message}`).join('; '),
      fields,
    );
  }
  // Our own: problem details.
  if (typeof code === 'string') return new ApiError(status, code, detail ?? `HTTP ${status}`, errors);
  return new ApiError(status, String(status), detail ?? (message ? withoutNames(message) : `HTTP ${status}`));
}

/** What stock-bi calls the parameters that this page sends. */
const PARAMETERS =
  /^(data_id|user_name|format|table|name|description|file|session_id|message_id|feedback|status|offset|limit) /;

/** What stock-bi says of parameters without their names, which nobody sees on the page: `data_id 必须是 UUID；format …`. */
function withoutNames(message: string): string {
  const separator = message.includes('；') ? '；' : '; ';
  return message
    .split(separator)
    .map((fault) => fault.replace(PARAMETERS, ''))
    .join(separator);
}
