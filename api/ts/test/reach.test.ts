// Calls everything that an Upline server offers, by each protocol that a browser can speak. The server is a real one, on an empty
// database, whose clock stands in October 2026; server/reach_ts_test.go starts it and tells its address in UPLINE_TEST_URL.
import assert from "node:assert/strict";
import { test } from "node:test";

import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcWebTransport } from "@connectrpc/connect-web";

import {
  Cadence,
  CatalogService,
  CommissionService,
  createUplineClients,
  errorDetail,
  ErrorReason,
  EventKind,
  ExportFormat,
  ExportTable,
  NetworkEventKind,
  NetworkService,
  AdjustmentService,
  OpeningService,
  PeriodState,
  PlanService,
  ProrationMode,
  ProrationUnit,
  ReportService,
  RunMode,
  RunPhase,
  RunState,
  SaleState,
  Standing,
  TotalsBy,
  type UplineClients,
  VolumeTiming,
} from "../src/index.js";

const baseUrl = process.env["UPLINE_TEST_URL"];
const skip = baseUrl === undefined && "UPLINE_TEST_URL is not set; go test ./server runs this with a server";
const services = [CommissionService, NetworkService, CatalogService, PlanService, OpeningService, AdjustmentService, ReportService];

const plan = (id: string) => `plan_id: ${id}
name: Plan of the tests
currency: USD
valid_from: 2026-09-01
cadence: monthly
bonuses:
  - name: personal
    direct: {base: price, rate: 10%}
  - name: team
    unilevel: {rates: [{levels: [3%]}]}
  - name: by_hand
    manual: {}
`;

const at = (text: string) => timestampFromDate(new Date(text));
const usd = (amount: string) => ({ currencyCode: "USD", amount });

/** Sends like fetch, and notes which calls went out and by which verb. */
function noting(calls: Map<string, string>): typeof fetch {
  return (input, init) => {
    const path = new URL(input instanceof Request ? input.url : input).pathname;
    calls.set(path, init?.method ?? "GET");
    return fetch(input, init);
  };
}

function clientsOf(transport: Transport): UplineClients {
  return {
    commission: createClient(CommissionService, transport),
    network: createClient(NetworkService, transport),
    catalog: createClient(CatalogService, transport),
    plan: createClient(PlanService, transport),
    opening: createClient(OpeningService, transport),
    adjustment: createClient(AdjustmentService, transport),
    report: createClient(ReportService, transport),
  };
}

/** Every test has ids of its own, since they share a database. */
async function tour(c: UplineClients, id: string): Promise<void> {
  const source = plan(id);
  const checked = await c.plan.validatePlan({ source });
  assert.deepEqual([checked.valid, checked.diagnostics.length], [true, 0]);
  assert.equal((await c.plan.publishPlan({ source })).version?.version, 1);
  assert.equal((await c.plan.getPlan({ planId: id })).plan?.bonuses[1]?.kind.case, "unilevel");
  assert.equal((await c.plan.listPlans({ planId: id })).versions.length, 1);

  const market = { market: "US", region: "us-east1", name: "United States" };
  assert.equal((await c.catalog.putMarket({ market })).market?.region, "us-east1");
  assert.equal((await c.catalog.listMarkets({})).markets[0]?.market, "US");
  assert.equal((await c.catalog.putVendor({ vendor: { vendorId: id, name: "Acmé Energy ⚡" } })).vendor?.name, "Acmé Energy ⚡");
  assert.ok((await c.catalog.listVendors({})).vendors.some((v) => v.vendorId === id));
  const product = { productId: id, vendorId: id, name: "Power", requiresActivation: true, pv: "100", cv: "80.5" };
  assert.equal((await c.catalog.putProduct({ product })).product?.cv, "80.5");
  assert.equal((await c.catalog.getProduct({ productId: id })).product?.volumeTiming, VolumeTiming.ON_ACTIVATION);
  assert.ok((await c.catalog.listProducts({})).products.some((p) => p.productId === id));

  const enrolledAt = at("2026-09-02T00:00:00Z");
  const top = { distributorId: `${id}.top`, planId: id, market: "US", enrolledAt };
  assert.equal((await c.network.enroll(top)).distributor?.region, "us-east1");
  const anna = { distributorId: `${id}.anna`, planId: id, market: "US", sponsorId: `${id}.top`, enrolledAt };
  assert.equal((await c.network.enrollBatch({ distributors: [anna] })).distributors.length, 1);
  assert.equal((await c.network.getDistributor({ distributorId: anna.distributorId })).distributor?.sponsorId, top.distributorId);
  assert.equal((await c.network.getUpline({ distributorId: anna.distributorId })).members[0]?.level, 1);
  assert.equal((await c.network.getDownline({ distributorId: top.distributorId })).members[0]?.distributor?.distributorId, anna.distributorId);
  await changeNetwork(c, id);
  const opening = await c.opening.importOpening({
    planId: id,
    entries: [{ eventId: "o1", distributorId: anna.distributorId, fact: { case: "balance", value: { balance: usd("-3.50") } } }],
  });
  assert.equal(opening.imported, 1);

  const sale = (saleId: string) => ({
    market: "US", saleId, distributorId: anna.distributorId, customerId: "c1", productId: id, orderId: id,
    price: usd("100.00"), soldAt: at("2026-09-14T12:00:00.123Z"),
  });
  const [first, second] = [`${id}.1`, `${id}.2`];
  const recorded = await c.commission.recordSale(sale(first));
  assert.equal(recorded.receipt?.saleState, SaleState.PENDING);
  assert.deepEqual(await c.commission.recordSale(sale(first)), recorded, "a repeat returns the first result");
  assert.equal((await c.commission.recordSales({ sales: [sale(second)] })).receipts[0]?.saleId, second);
  const activated = await c.commission.activate({ market: "US", saleId: first, eventId: "a1", activatedAt: at("2026-09-15T12:00:00Z") });
  assert.equal(activated.receipt?.lines[0]?.amount?.amount, "10.00");
  const paid = await c.commission.recordPayment({
    market: "US", saleId: first, eventId: "p1", cycle: 1, amount: usd("100"), paidAt: at("2026-09-16T12:00:00Z"),
  });
  assert.equal(paid.receipt?.kind, EventKind.PAID);
  const cancelled = await c.commission.cancel({ market: "US", saleId: second, eventId: "x1", cancelledAt: at("2026-09-17T12:00:00Z") });
  assert.equal(cancelled.receipt?.saleState, SaleState.CANCELLED);
  const changed = await c.commission.changeSale({
    market: "US", saleId: first, eventId: "u1", productId: id, price: usd("160"), changedAt: at("2026-09-17T11:00:00Z"),
    proration: { mode: ProrationMode.NONE, unit: ProrationUnit.SECOND },
  });
  assert.deepEqual([changed.receipt?.kind, changed.receipt?.change?.price?.amount], [EventKind.CHANGED, "160.00"]);
  const corrected = await c.commission.correctSeller({
    market: "US", saleId: second, eventId: "y1", distributorId: top.distributorId, correctedAt: at("2026-09-17T12:30:00Z"), reason: "wrong form",
  });
  assert.equal(corrected.receipt?.kind, EventKind.SELLER_CORRECTED);
  await c.catalog.putVendor({ vendor: { vendorId: `${id}.other`, name: "Other" } });
  const handed = await c.catalog.moveProduct({
    productId: id, eventId: "v1", vendorId: `${id}.other`, movedAt: at("2026-09-17T12:45:00Z"), reason: "sold",
  });
  assert.equal(handed.movedSales, 1);
  const moved = await c.commission.moveVendor({ market: "US", saleId: second, eventId: "m1", vendorId: id, movedAt: at("2026-09-17T13:00:00Z") });
  assert.equal(moved.receipt?.kind, EventKind.VENDOR_MOVED);
  const previewed = await c.commission.previewCorrection({
    correction: { case: "cancellation", value: { market: "US", saleId: first, eventId: "x9", cancelledAt: at("2026-09-20T12:00:00Z") } },
  });
  assert.equal(previewed.receipt?.saleState, SaleState.CANCELLED);
  const adjusted = await c.adjustment.recordAdjustment({
    adjustmentId: id, distributorId: anna.distributorId, bonus: "by_hand", amount: usd("-7.50"), reason: "a damaged kit", approver: "cfo",
    effectiveAt: at("2026-09-20T12:00:00Z"),
  });
  assert.equal(adjusted.adjustment?.period?.period, "2026-09");
  const adjustments = await c.adjustment.listAdjustments({ planId: id, period: "2026-09" });
  assert.equal(adjustments.adjustments[0]?.amount?.amount, "-7.50");
  const seen = await c.commission.getSale({ market: "US", saleId: first });
  assert.deepEqual([seen.events.length, seen.sale?.soldAt?.nanos], [5, 123_000_000]);
  assert.equal((await c.commission.listSales({ market: "US", orderId: id, state: SaleState.ACTIVE })).sales.length, 1);
  const earnings = await c.commission.getEarnings({ distributorId: anna.distributorId, period: "2026-09" });
  assert.deepEqual([earnings.totals[0]?.posted?.amount, earnings.totals[0]?.lineCount], ["6.50", 2n]);
  const totals = await c.report.getPeriodTotals({ planId: id, period: "2026-09", by: TotalsBy.MARKET });
  assert.deepEqual([totals.state, totals.totals[0]?.name, totals.totals.length], [PeriodState.OPEN, "US", 3]);

  const close = { planId: id, cadence: Cadence.MONTHLY, period: "2026-09", mode: RunMode.CLOSE };
  const begun = (await c.commission.runPeriod({ ...close, wait: { seconds: 0n } })).run;
  assert.equal(begun?.state, RunState.RUNNING);
  assert.equal((await c.commission.cancelRun({ runId: begun.runId })).run?.state, RunState.CANCELLED);
  const { run } = await c.commission.runPeriod({ ...close, wait: { seconds: 30n } });
  assert.equal(run?.state, RunState.POSTED);
  assert.equal((await c.commission.getRun({ runId: run.runId })).run?.phase, RunPhase.DONE);
  const watched: (RunState | undefined)[] = [];
  for await (const answer of c.commission.watchRun({ runId: run.runId })) {
    watched.push(answer.run?.state);
  }
  assert.deepEqual(watched, [RunState.POSTED]);
  let file = "";
  for await (const part of c.report.exportPeriod({ planId: id, period: "2026-09", table: ExportTable.PAYABLES, format: ExportFormat.CSV })) {
    file += new TextDecoder().decode(part.chunk);
  }
  assert.match(file, /^plan_id,[^]*\.anna,USD,10\.00,/, "the payables of the period");
  const periods = (await c.catalog.listPeriods({ planId: id })).periods;
  assert.deepEqual(periods.map((p) => p.state), [PeriodState.OPEN, PeriodState.CLOSED]);
}

/** Everything that can become of a distributor's place in the company. */
async function changeNetwork(c: UplineClients, id: string): Promise<void> {
  const [top, anna, boris] = [`${id}.top`, `${id}.anna`, `${id}.boris`];
  const enrolledAt = at("2026-09-02T00:00:00Z");
  await c.network.enroll({
    distributorId: boris, planId: id, market: "US", sponsorId: top, enrolledAt, ownerId: anna,
    registration: { kind: "partner", tags: ["licence-a"] },
  });
  const change = (eventId: string, day: string) => ({
    distributorId: boris, eventId, effectiveAt: at(`2026-09-${day}T00:00:00Z`), reason: "asked for",
  });
  assert.equal((await c.network.changeSponsor({ ...change("n1", "03"), sponsorId: anna })).distributor?.sponsorId, anna);
  assert.equal((await c.network.terminate(change("n2", "04"))).distributor?.standing, Standing.TERMINATED);
  assert.equal((await c.network.reinstate(change("n3", "05"))).event?.kind, NetworkEventKind.REINSTATED);
  const registration = { kind: "partner", tags: ["licence-c"] };
  assert.deepEqual((await c.network.changeRegistration({ ...change("n4", "06"), registration })).distributor?.registration?.tags, ["licence-c"]);
  assert.equal((await c.network.listNetworkEvents({ distributorId: boris })).events.length, 5);

  const tree = `${id}-tree`;
  const legs = `placement: {width: 2}\nbonuses:\n  - name: team\n    binary: {rates: [{rate: 10%}]}\n`;
  await c.plan.publishPlan({ source: plan(tree).replace(/bonuses:[^]*/, legs) });
  const [root, leaf] = [`${tree}.root`, `${tree}.leaf`];
  await c.network.enroll({ distributorId: root, planId: tree, market: "US", enrolledAt });
  await c.network.enroll({ distributorId: leaf, planId: tree, market: "US", sponsorId: root, placement: { parentId: root, leg: 1 }, enrolledAt });
  const moved = await c.network.movePlacement({ ...change("n1", "03"), distributorId: leaf, placement: { parentId: root, leg: 2 } });
  assert.equal(moved.distributor?.placement?.leg, 2);
}

const transports: Record<string, (calls: Map<string, string>) => Transport> = {
  "connect, JSON, reads by GET": (calls) =>
    createConnectTransport({ baseUrl: baseUrl ?? "", useHttpGet: true, fetch: noting(calls) }),
  "connect, binary": (calls) => createConnectTransport({ baseUrl: baseUrl ?? "", useBinaryFormat: true, fetch: noting(calls) }),
  "gRPC-Web, binary": (calls) => createGrpcWebTransport({ baseUrl: baseUrl ?? "", fetch: noting(calls) }),
  "gRPC-Web, JSON": (calls) => createGrpcWebTransport({ baseUrl: baseUrl ?? "", useBinaryFormat: false, fetch: noting(calls) }),
};

for (const [name, make] of Object.entries(transports)) {
  test(`everything can be called: ${name}`, { skip }, async () => {
    const calls = new Map<string, string>();
    const id = `ts-${Object.keys(transports).indexOf(name)}`;
    await tour(clientsOf(make(calls)), id);
    for (const service of services) {
      for (const method of service.methods) {
        assert.ok(calls.has(`/${service.typeName}/${method.name}`), `${method.name} was not called`);
      }
    }
    const byGet = [...calls.values()].filter((verb) => verb === "GET").length;
    assert.equal(byGet > 10, name.includes("GET"), `${byGet} calls went by GET`);
  });

  test(`an error carries its detail: ${name}`, { skip }, async () => {
    const c = clientsOf(make(new Map()));
    await c.catalog.putMarket({ market: { market: "US", region: "us-east1", name: "United States" } });
    const failures: [() => Promise<unknown>, Code, ErrorReason, string][] = [
      [() => c.commission.getSale({ market: "US", saleId: "nothing" }), Code.NotFound, ErrorReason.UNKNOWN_SALE, ""],
      [() => c.network.getDistributor({ distributorId: "a b" }), Code.InvalidArgument, ErrorReason.INVALID_FIELD, "distributor_id"],
      [() => c.catalog.listVendors({ pageToken: "forged" }), Code.InvalidArgument, ErrorReason.INVALID_PAGE_TOKEN, "page_token"],
      [() => c.plan.publishPlan({ source: "plan_id: [" }), Code.InvalidArgument, ErrorReason.INVALID_PLAN, ""],
      [() => c.plan.publishPlan({ source: "x".repeat(5 << 20) }), Code.ResourceExhausted, ErrorReason.REQUEST_TOO_LARGE, ""],
    ];
    for (const [fail, code, reason, field] of failures) {
      const error: unknown = await fail().then(() => assert.fail("the call succeeded"), (e: unknown) => e);
      const detail = errorDetail(error);
      assert.equal(ConnectError.from(error).code, code, String(error));
      assert.equal(detail?.reason, reason);
      assert.ok(detail?.requestId, "no request id");
      assert.ok(field === "" || detail.fields.some((f) => f.field === field), `no field ${field}`);
    }
  });
}

test("the client of the package reaches the server", { skip }, async () => {
  const { catalog } = createUplineClients(baseUrl ?? "");
  assert.ok(Array.isArray((await catalog.listMarkets({})).markets));
});
