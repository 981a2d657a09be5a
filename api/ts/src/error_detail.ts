import { ConnectError } from "@connectrpc/connect";

import { type ErrorDetail, ErrorDetailSchema } from "./gen/upline/v1/errors_pb.js";

/**
 * Returns what the server said about a failed call: the exact reason, the fields and ids concerned, what to do.
 *
 * @returns undefined for an error that did not come from Upline, as when the network is down.
 */
export function errorDetail(error: unknown): ErrorDetail | undefined {
  return ConnectError.from(error).findDetails(ErrorDetailSchema)[0];
}
