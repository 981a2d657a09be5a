import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";

import { AdjustmentService } from "./gen/upline/v1/adjustment_service_pb.js";
import { CatalogService } from "./gen/upline/v1/catalog_service_pb.js";
import { CommissionService } from "./gen/upline/v1/commission_service_pb.js";
import { NetworkService } from "./gen/upline/v1/network_service_pb.js";
import { OpeningService } from "./gen/upline/v1/opening_service_pb.js";
import { PlanService } from "./gen/upline/v1/plan_service_pb.js";
import { ReportService } from "./gen/upline/v1/report_service_pb.js";

/** One client for each service of an Upline server. They share a transport, so making them is cheap. */
export interface UplineClients {
  readonly commission: Client<typeof CommissionService>;
  readonly network: Client<typeof NetworkService>;
  readonly catalog: Client<typeof CatalogService>;
  readonly plan: Client<typeof PlanService>;
  readonly opening: Client<typeof OpeningService>;
  readonly adjustment: Client<typeof AdjustmentService>;
  readonly report: Client<typeof ReportService>;
}

/**
 * Makes the clients of a server.
 *
 * They speak the Connect protocol with JSON, which a browser's network tab shows in plain text, and they send reads as GET,
 * which needs no CORS preflight where no key is sent. Calls are not repeated by themselves: the caller's ids make it safe to
 * repeat any call with the same content.
 *
 * @param baseUrl the server's address, as in `https://upline.example.com`.
 * @param apiKey sent as a bearer token with every call. Leave it out for a server that runs without keys.
 */
export function createUplineClients(baseUrl: string, apiKey?: string): UplineClients {
  const transport = createConnectTransport({
    baseUrl,
    useHttpGet: true,
    interceptors: apiKey === undefined ? [] : [sendKey(apiKey)],
  });
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

/** The key travels in a header, never in the URL, where logs would keep it. */
function sendKey(apiKey: string): Interceptor {
  return (next) => (request) => {
    request.header.set("Authorization", `Bearer ${apiKey}`);
    return next(request);
  };
}
