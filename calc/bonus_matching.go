package calc

// Matching pays a rate of what those below earn from other bonuses.
type Matching struct {
	plain
	Bonuses      []int // indexes of the bonuses whose earnings are matched
	AfterCaps    bool
	ByGeneration bool
	Leaders      *Condition // boundaries of generations
	Walk         Walk
	Rates        RateTable
}
