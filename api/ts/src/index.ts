/** The client of the Upline commission API, and the messages of its contract. */
export * from "./client.js";
export * from "./error_detail.js";
export * from "./gen/upline/v1/adjustment_service_pb.js";
export * from "./gen/upline/v1/catalog_service_pb.js";
export * from "./gen/upline/v1/commission_service_pb.js";
export * from "./gen/upline/v1/errors_pb.js";
export * from "./gen/upline/v1/network_service_pb.js";
export * from "./gen/upline/v1/opening_service_pb.js";
export * from "./gen/upline/v1/plan_pb.js";
export * from "./gen/upline/v1/plan_liability_pb.js";
export * from "./gen/upline/v1/plan_service_pb.js";
export * from "./gen/upline/v1/report_service_pb.js";
export * from "./gen/upline/v1/run_liability_pb.js";
export * from "./gen/upline/v1/types_pb.js";
