package calc

// Condition is a compiled expression over the facts of a distributor in a period. It is immutable and safe for concurrent use.
type Condition struct {
	// Source is the expression as the plan writes it.
	Source string
	// Root is the expression, of type Bool.
	Root *Expr
}

// Expr is a node of a condition. Package calc/plan makes it from a checked CEL expression and settles all types: a value is a Bool
// (0 or 1), an Int (a plain integer) or a Volume (in volume units), and operands of a node have the types that its Op asks for.
type Expr struct {
	Op Op
	// Value is the constant of OpConst, the fact of OpFact, or the rank number of OpAchieved, OpLegsWith and OpPaidAsBefore.
	Value int64
	Args  []*Expr
}

// Op is what a node of a condition does.
type Op uint8

// The operations. Arithmetic that leaves the range of int64 is ErrOverflow.
const (
	OpConst        Op = iota // Value, of any type
	OpFact                   // the fact whose number is Value
	OpAchieved               // Bool: the highest rank ever achieved, this period's not included, is at least rank Value
	OpPaidAsBefore           // Bool: the rank paid as in the last closed period is at least rank Value
	OpLegsWith               // Int: sponsor legs that hold a distributor paid as rank Value or a higher one in this period
	OpNot                    // Bool
	OpAnd                    // Bool of two or more Bools
	OpOr                     // Bool of two or more Bools
	OpEqual                  // Bool of two operands of one type
	OpNotEqual
	OpLess // Bool of two Ints or two Volumes
	OpLessEqual
	OpGreater
	OpGreaterEqual
	OpAdd      // of two Ints or two Volumes
	OpSubtract // of two Ints or two Volumes
	OpMultiply // of two Ints, or of an Int and a Volume
	OpNegate
	OpToVolume // an Int as a Volume
	OpIf       // Args[0] is a Bool; Args[1] or Args[2]
)

// Fact is a fact of a distributor in a period.
type Fact int64

// The facts, with their types.
const (
	FactPV              Fact = iota // Volume: personal volume
	FactCV                          // Volume: own commissionable volume
	FactGV                          // Volume: PV of oneself and the whole sponsor downline
	FactFrontline                   // Int: distributors sponsored directly
	FactActiveFrontline             // Int: of those, the active ones
	FactMonthsEnrolled              // Int: whole calendar months from enrolment to the end of the period
	FactLeftVolume                  // Volume: CV of the left leg in this period, carry-ins not included
	FactRightVolume                 // Volume: CV of the right leg
	FactPayLeg                      // Volume: the lesser of the two
	FactActive                      // Bool: the plan's `active` holds
)
