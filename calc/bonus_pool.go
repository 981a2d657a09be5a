package calc

// Sharing says how a pool is shared.
type Sharing uint8

// How a pool is shared.
const (
	ShareEqually Sharing = iota
	ShareByShares
	ShareByPlace
)

// Undistributed says what becomes of the part of a pool that nobody gets.
type Undistributed uint8

// What becomes of it.
const (
	UndistributedCompany Undistributed = iota
	UndistributedNextPeriod
	UndistributedShared
)

// Pool shares a part of the company's volume among those whom the bonus's condition holds for.
type Pool struct {
	plain
	Base        Base
	Rate        int64 // of the company's volume; 0 where AmountMinor is the pool
	AmountMinor int64
	Sharing     Sharing
	// Shares are the shares of each, rounded down to whole ones, or SharesByRank gives them, in the place of amounts.
	Shares       *Number
	SharesByRank RateTable
	// OrderBy and ThenBy decide places, the highest first; Places are the parts of the pool.
	OrderBy, ThenBy *Number
	Places          []int64
	ShareMax        int64 // rate of the pool that one gets at most; 0: no limit
	AmountMaxMinor  int64 // 0: no limit
	Undistributed   Undistributed
	Remainder       Remainder
}
