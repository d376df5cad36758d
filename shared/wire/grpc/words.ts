import { shortened } from '../text.ts';

/** By their numbers, 0 to 16: "Status codes and their use in gRPC". */
const STATUS_CODES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
];

/**
 * The result of a call of gRPC, in words: `grpc-status 5 NOT_FOUND`.
 * @param value of the field grpc-status; '' gives ''
 */
export function grpcStatus(value: string): string {
  if (value === '') return '';
  const name = /^\d{1,2}$/.test(value)
    ? STATUS_CODES[Number(value)]
    : undefined;
  return `grpc-status ${shortened(value, 20)}${name ? ` ${name}` : ''}`;
}
