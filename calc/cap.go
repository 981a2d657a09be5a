package calc

// CapPer says whose earnings a cap bounds.
type CapPer uint8

// Whose earnings a cap bounds.
const (
	CapPerPerson CapPer = iota
	CapPerOwner
	CapPerCompany
)

// CapMode says how what is above a cap is taken off.
type CapMode uint8

// How it is taken off.
const (
	CapProRata CapMode = iota
	CapPriority
	CapHardStop
)

// Cap bounds what bonuses pay.
type Cap struct {
	Name    string
	Cadence Cadence // of the bonuses
	Bonuses []int   // by index, going up; those paid at the event among them are adjusted by lines of their own
	Protect []int   // served first
	Per     CapPer
	Mode    CapMode
	// LimitMinor gives the limit by standing, as amounts; no rows where the limit is Rate × the volume Base.
	LimitMinor RateTable
	Rate       int64
	Base       Base
	// Within is the calendar period that the limit is for; 0 for the period that is closed.
	Within    Cadence
	Lifetime  bool
	Remainder Remainder
}
