// Package server is the transport of Upline: it speaks Connect, gRPC and gRPC-Web on one port, knows who calls, checks what was
// sent, and translates between the contract in api/upline/v1 and the store. It decides nothing about money and keeps no state, so
// any number of servers may stand on one database.
//
// One file holds one call, named after it (record_sale.go). What every call passes through stands in a file of its own, in this
// order: call.go (request id and record of the request), access_log.go, answer.go (errors made outside of Upline's own code),
// recovery.go, cors.go, auth.go, codec.go, deadline.go, validation.go, errors.go.
//
// Invariants:
//
//  1. Every error that leaves the server carries an ErrorDetail with a reason and the request's id, also those that were made by
//     the RPC library. Text of the database or of a driver never leaves it; it is logged with the request id.
//  2. A request with an unknown JSON field is refused, in every protocol, also in a GET.
//  3. Every call of every service stands in the table of roles.go. What a role may not see is answered as if it did not exist.
//  4. Amounts, volumes and times are taken exactly as sent or refused; nothing is rounded or cut.
//  5. Without keys the server serves loopback addresses only.
//  6. A shutdown answers what was accepted, within its bound, before the process ends.
package server
