// These tests talk over a real socket to a server whose answers they choose, to hold what the client puts on the wire.
// That a real Upline server understands it is tested where the server is.
import assert from "node:assert/strict";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, test } from "node:test";

import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { connectNodeAdapter } from "@connectrpc/connect-node";

import {
  CommissionService,
  createUplineClients,
  errorDetail,
  ErrorDetailSchema,
  ErrorReason,
  type RecordSaleRequest,
} from "../src/index.js";

let server: Server;
let baseUrl: string;
let requests: IncomingMessage[];
let recorded: RecordSaleRequest[];

const lineCount = 2n ** 53n + 1n; // Not representable as a JavaScript number.

before(async () => {
  const answer = connectNodeAdapter({
    routes: (router) => {
      router.service(CommissionService, {
        recordSale: (request) => {
          recorded.push(request);
          return {};
        },
        getEarnings: (request) => ({
          distributorId: request.distributorId,
          totals: [{ posted: { currencyCode: "USD", amount: "12.30" }, lineCount }],
        }),
        cancel: () => {
          throw new ConnectError("sale US/s-1 is not known", Code.NotFound, undefined, [
            { desc: ErrorDetailSchema, value: { reason: ErrorReason.UNKNOWN_SALE, ids: { sale_id: "s-1" } } },
          ]);
        },
      });
    },
  });
  server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(() => {
  server.close();
  server.closeAllConnections();
});

beforeEach(() => {
  requests = [];
  recorded = [];
});

function onlyRequest(): IncomingMessage {
  assert.equal(requests.length, 1);
  return requests[0] as IncomingMessage;
}

test("a write is a POST of JSON that carries the key and keeps amounts as text", async () => {
  const { commission } = createUplineClients(baseUrl, "secret-key");
  await commission.recordSale({
    market: "US",
    saleId: "s-1",
    distributorId: "d-1",
    customerId: "c-1",
    productId: "p-1",
    price: { currencyCode: "USD", amount: "12.30" },
    soldAt: timestampFromDate(new Date("2026-10-01T00:00:00Z")),
  });

  const request = onlyRequest();
  assert.equal(request.method, "POST");
  assert.equal(request.url, "/upline.v1.CommissionService/RecordSale");
  assert.equal(request.headers["content-type"], "application/json");
  assert.equal(request.headers.authorization, "Bearer secret-key");
  assert.equal(recorded.length, 1);
  assert.equal(recorded[0]?.price?.amount, "12.30");
  assert.equal(recorded[0]?.soldAt?.seconds, 1790812800n);
});

test("a read is a GET that keeps the key out of the URL", async () => {
  const { commission } = createUplineClients(baseUrl, "secret-key");
  const earnings = await commission.getEarnings({ distributorId: "d-1" });

  const request = onlyRequest();
  assert.equal(request.method, "GET");
  assert.equal(request.headers.authorization, "Bearer secret-key");
  assert.doesNotMatch(request.url ?? "", /secret-key/);
  assert.equal(earnings.distributorId, "d-1");
  assert.equal(earnings.totals[0]?.posted?.amount, "12.30");
  assert.equal(earnings.totals[0]?.lineCount, lineCount);
});

test("without a key no authorization is sent", async () => {
  const { commission } = createUplineClients(baseUrl);
  await commission.getEarnings({ distributorId: "d-1" });
  assert.equal(onlyRequest().headers.authorization, undefined);
});

test("a refusal carries its reason and ids", async () => {
  const { commission } = createUplineClients(baseUrl, "secret-key");
  const refusal: unknown = await commission
    .cancel({ market: "US", saleId: "s-1", eventId: "e-1" })
    .then(() => assert.fail("the call succeeded"), (error: unknown) => error);

  assert.equal(ConnectError.from(refusal).code, Code.NotFound);
  const detail = errorDetail(refusal);
  assert.equal(detail?.reason, ErrorReason.UNKNOWN_SALE);
  assert.deepEqual(detail?.ids, { sale_id: "s-1" });
});

test("an error that is not Upline's has no detail", () => {
  assert.equal(errorDetail(new TypeError("fetch failed")), undefined);
});
