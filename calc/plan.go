package calc

import "time"

// Plan is one version of a compensation plan, ready to compute with. It is immutable and safe for concurrent use.
type Plan struct {
	ID          string
	Version     int32
	Digest      [32]byte
	Currency    string
	MinorDigits int32 // decimals of Currency: 2 for USD
	Location    *time.Location
	ValidFromUS int64
	Main        Cadence
	Rounding    Rounding
	// PointValue turns volume units (10⁻⁴ points) into minor units of Currency.
	PointValue Fraction
	// PlacementWidth is the number of legs in the placement tree; 0 when the plan has none, 2 for a binary tree.
	PlacementWidth int32
	// Active decides who is active in a period; nil means everybody.
	Active          *Condition
	Ranks           []Rank // lowest first; rank number k is Ranks[k-1], 0 is no rank
	Bonuses         []Bonus
	Late            LatePolicy
	CancelledVolume CancelledVolume
}

// Rank is a rank of a plan.
type Rank struct {
	Name string
	When *Condition // nil: always holds
}

// Pays says when a bonus posts its lines.
type Pays uint8

// When a bonus posts its lines.
const (
	PaysPeriod Pays = iota
	PaysEvent
)

// LatePolicy says where an event counts whose period is no longer open.
type LatePolicy uint8

// Where a late event counts.
const (
	LateCurrent LatePolicy = iota // in the earliest open period
	LateNone                      // in no volume
)

// CancelledVolume says what a cancellation does to volume already counted.
type CancelledVolume uint8

// What a cancellation does to volume.
const (
	CancelledVolumeCurrent CancelledVolume = iota // negative volume in the period of the cancellation
	CancelledVolumeNone                           // volume stays
)

// Base says what a rate is applied to.
type Base uint8

// What a rate is applied to.
const (
	BaseCV Base = iota
	BasePV
	BasePrice
)

// Bonus is one rule that pays. Exactly one of the kinds is set.
type Bonus struct {
	Name     string
	Pays     Pays
	Cadence  Cadence
	Direct   *Direct
	Unilevel *Unilevel
	Binary   *Binary
	Advance  *Advance
}

// ClawbackMode says how much of an event's line a cancellation takes back.
type ClawbackMode uint8

// How much is taken back.
const (
	ClawbackNone ClawbackMode = iota
	ClawbackFull
	ClawbackWithinDays
	ClawbackMonthsPaid
)

// Clawback is the schedule of taking back.
type Clawback struct {
	Mode ClawbackMode
	Days int32 // for ClawbackWithinDays
}
