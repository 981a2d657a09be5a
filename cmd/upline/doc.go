// Command upline is the one program of Upline: the server, its demonstration, and the tools of those who run it.
//
// Invariants:
//
//  1. The exit code is 0 for success, 1 for work that failed or a file that was refused, 2 for a command line that was not
//     understood.
//  2. What a command answers goes to standard output; errors and logs go to standard error.
//  3. A setting comes from its flag, else from its variable in the environment, else from the configuration file, else it has its
//     default. A misspelled flag or key of the file is an error. A misspelled variable is not: others name theirs UPLINE_ too, as
//     Kubernetes does for a service called upline.
//  4. A password or a key is never printed, except by `key new`, which makes one.
//  5. The demonstration learns every figure through the RPC API, over a socket.
//
// One file per command, named after it (plan_validate.go). The example cases stand in examples, what plays them against a server
// in internal/play, what starts servers as processes for tests in internal/proc.
package main
