// Package proc starts servers of Upline as processes, for tests that kill them, run several on one database, or watch how the
// program ends.
//
//	bin := proc.Build(t)
//	s := proc.Serve(t, bin, proc.Options{Args: []string{"--database", "sqlite:" + path}})
//	client := uplinev1connect.NewCommissionServiceClient(http.DefaultClient, s.URL)
//	s.Kill()
//
// Invariants:
//
//  1. The program is built once per test process, however many tests ask for it, and without the race detector: what these tests
//     look at happens between processes.
//  2. Serve returns when the server answers /readyz with 200, or fails the test with what the process printed.
//  3. No process outlives the test that started it, also when the test fails or panics; a process that is still there at the end of
//     its test is killed. On Linux it is killed, too, when the test process dies.
//  4. A process sees nothing of the caller's environment whose name begins with UPLINE_ or OTEL_.
package proc
