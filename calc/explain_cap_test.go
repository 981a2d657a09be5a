package calc

import (
	"testing"

	"pgregory.net/rapid"
)

// What caps cut is explained as what it was cut from, and what they leave nothing of by the cap.
func TestExplain_UnderCaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		checkExplained(t, drawCapped(t).in, &explained{})
	})
}
