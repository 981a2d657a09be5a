package synthetic

import _ "embed"

// Hybrid is the file of a plan with ten ranks, a binary bonus with carry, seven levels with dynamic compression, three generations of
// matching, a pool and a cap.
//
//go:embed hybrid.yaml
var Hybrid []byte

// PlanID is the id of the plan in Hybrid.
const PlanID = "hybrid"
