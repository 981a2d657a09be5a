package main

import "testing"

// Tests are run first once they have killed two mutants, those with the most first, and one that was ended by the system names none.
func TestKillers_AreThoseThatKilledMost(t *testing.T) {
	t.Parallel()
	var k killers
	for _, said := range []string{
		"--- FAIL: TestOnce (0.00s)\n", "--- FAIL: TestTwice (0.01s)\n", "", "=== RUN   TestA\n--- FAIL: TestThrice (0.00s)\n    --- FAIL: TestThrice/part (0.00s)\n",
		"--- FAIL: TestTwice (0.00s)\npanic: index\n",
	} {
		k.note(said)
	}
	if got, want := k.first(), "^(TestTwice)$"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	k.note("--- FAIL: TestThrice (0.00s)\n")
	k.note("--- FAIL: TestThrice (0.00s)\n")
	if got, want := k.first(), "^(TestThrice|TestTwice)$"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for range 30 {
		k.note("--- FAIL: TestOnce (0.00s)\n")
	}
	if got, want := k.first(), "^(TestOnce|TestThrice|TestTwice)$"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
