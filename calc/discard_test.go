package calc

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// checkDrawn checks a property of random inputs of which at most so many per cent are discarded. An input with a condition that leaves the
// range of 64 bits says nothing of the property; a property that discards most of its inputs says nothing either, and would go on passing
// if the engine began to refuse what it ought to compute.
func checkDrawn(t *testing.T, discardedPercentMax int, property func(t *rapid.T)) {
	t.Helper()
	started, finished := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		started++
		property(t)
		finished++
	})
	// A property that failed has ended the test. One draw more may be discarded, so that a handful of them tells nothing.
	if discarded := started - finished; discarded > started*discardedPercentMax/100+1 {
		t.Errorf("%d of %d draws were discarded, and no more than %d%% may be", discarded, started, discardedPercentMax)
	}
}

// discardOverflow discards an input of which a number leaves the range of 64 bits, mostly a product in a condition, and only such a one: any
// other refusal fails the test.
func discardOverflow(t *rapid.T, err error) {
	if errors.Is(err, ErrOverflow) {
		t.Skip("out of range")
	}
	if err != nil {
		t.Fatalf("a random input is refused: %v", err)
	}
}

// discardTooFine discards an expression of which a literal is out of range, or a product too fine for the decimals that there are.
func discardTooFine(t *rapid.T, err error) {
	if errors.Is(err, ErrOverflow) || err != nil && strings.Contains(err.Error(), "decimals") {
		t.Skip("a product of literals out of range, or too fine")
	}
	if err != nil {
		t.Fatalf("a random expression does not compile: %v", err)
	}
}
