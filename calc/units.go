package calc

// Scales of the integers that the engine computes with.
const (
	// VolumeScale is the number of volume units in one point: volumes (PV, CV) are held in units of 10⁻⁴.
	VolumeScale = 10_000
	// RateScale is the number of rate units in 1: rates are held in units of 10⁻⁹, so that a fee of 0.0375 % fits.
	RateScale = 1_000_000_000

	volumeDigits = 4
	rateDigits   = 9
)

// Fraction is an exact factor. Den is greater than zero.
type Fraction struct {
	Num, Den int64
}

// One is the factor that changes nothing.
var One = Fraction{1, 1}

// RoundingMode says how an amount between two steps is rounded.
type RoundingMode uint8

// The rounding modes. HalfUp rounds halves away from zero, Down toward zero, Up away from zero. All of them treat an amount and
// its negative alike, so that what takes a line back whole always cancels it.
const (
	HalfUp RoundingMode = iota
	HalfEven
	Down
	Up
)

// Rounding is how a plan rounds a line: to multiples of StepMinor minor units, which is greater than zero.
type Rounding struct {
	Mode      RoundingMode
	StepMinor int64
}
