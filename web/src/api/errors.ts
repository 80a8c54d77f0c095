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
  message?: string;
}

/** The failure that a response tells of; QueryGPT's, AIDeer's and stock-bi's words are understood. */
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
  const { error, detail, message } = (body ?? {}) as FailureBody;
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
  return new ApiError(status, String(status), detail ?? message ?? `HTTP ${status}`);
}
