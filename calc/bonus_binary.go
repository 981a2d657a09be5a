package calc

// AfterPayout says what becomes of leg volume when a period has been paid.
type AfterPayout uint8

// What becomes of leg volume.
const (
	CarryForward AfterPayout = iota
	Flush
	NetOff
	FlushAtMax
)

// OwnVolume says which leg the own sales count in.
type OwnVolume uint8

// Which leg.
const (
	OwnVolumeNone OwnVolume = iota
	OwnVolumeWeaker
	OwnVolumeLeft
	OwnVolumeRight
)

// Binary pays on the weaker leg's volume, carry-ins included.
type Binary struct {
	plain
	Base Base
	// Rates are of one level; with Cycle, the amounts of a cycle. Brackets take their place, or Steps.
	Rates       RateTable
	Brackets    *Brackets
	Steps       []BinaryStep
	Cycle       *BinaryCycle
	AfterPayout AfterPayout
	ByRatio     bool
	OwnVolume   OwnVolume
	// Max is the most that is paid, as amounts; no rows: no limit.
	Max              RateTable
	MaxCycles        int64 // 0: no limit
	Carry            CarryLimit
	UnqualifiedKeeps bool
}

// BinaryStep is a step of balanced volume and what it pays.
type BinaryStep struct{ Volume, AmountMinor int64 }

// BinaryCycle is what a cycle takes off the legs, and what the first one ever takes.
type BinaryCycle struct{ Strong, Weak, FirstStrong, FirstWeak int64 }

// CarryLimit bounds what is carried from period to period.
type CarryLimit struct {
	Volume           int64    // 0: no limit
	AverageTimes     Fraction // Den 0: no limit
	AveragePeriods   int32
	ExpiresAfter     int32 // periods; 0: never
	LostWhenInactive bool
}
