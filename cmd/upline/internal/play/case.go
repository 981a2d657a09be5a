package play

import (
	"time"

	"go.yaml.in/yaml/v3"
)

// Case is a case.yaml.
type Case struct {
	// Folder is the name of the case's folder.
	Folder string `yaml:"-"`
	// Title says in a sentence what the case shows.
	Title string `yaml:"title"`
	// Sources are where the figures were published.
	Sources []Source `yaml:"sources"`
	// Reading says how the source has to be read for its figures to come out.
	Reading string `yaml:"reading"`
	// PlanFiles name the plan files; the story is played once for each.
	PlanFiles []string `yaml:"plans"`
	// Market is where everybody lives and buys.
	Market Market `yaml:"market"`
	// Vendor provides the products.
	Vendor Vendor `yaml:"vendor"`
	// Products are what is sold.
	Products []Product `yaml:"products"`
	// Network are the distributors, sponsors before those they enrolled.
	Network []Distributor `yaml:"network"`
	// Enrolled is when all of them were.
	Enrolled Day `yaml:"enrolled"`
	// Steps are what happens, in order.
	Steps []Step `yaml:"steps"`
	// Expect are the published figures.
	Expect []Expectation `yaml:"expect"`

	// plans are the texts of the plan files.
	plans []string
}

// Source is where figures were published.
type Source struct {
	URL   string `yaml:"url"`
	About string `yaml:"about"`
}

// Market is a market of the catalog.
type Market struct {
	Market string `yaml:"market"`
	Region string `yaml:"region"`
	Name   string `yaml:"name"`
}

// Vendor is a vendor of the catalog.
type Vendor struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
}

// Product is a product of the catalog.
type Product struct {
	ID                 string `yaml:"id"`
	Name               string `yaml:"name"`
	PV                 string `yaml:"pv"`
	CV                 string `yaml:"cv"`
	RequiresActivation bool   `yaml:"requires_activation"`
}

// Distributor is one of the network.
type Distributor struct {
	ID      string `yaml:"id"`
	Sponsor string `yaml:"sponsor"`
	// Parent and Leg, `left` or `right`, are the place in the placement tree, where the plan has one.
	Parent string `yaml:"parent"`
	Leg    string `yaml:"leg"`
	// Achieved is the highest rank that the person came with.
	Achieved string `yaml:"achieved"`
}

// Step is one thing that happens: exactly one of its fields is set.
type Step struct {
	Sell     []Sale        `yaml:"sell"`
	Activate *Activation   `yaml:"activate"`
	Pay      *Payments     `yaml:"pay"`
	Cancel   *Cancellation `yaml:"cancel"`
	// Close names a period of the plan's main cadence.
	Close string `yaml:"close"`
}

// Sale is one sale.
type Sale struct {
	ID     string `yaml:"id"`
	Seller string `yaml:"seller"`
	// Customer is left out where the seller buys for the own use.
	Customer string `yaml:"customer"`
	Product  string `yaml:"product"`
	Price    string `yaml:"price"`
	// CV is given where it is not the product's.
	CV string `yaml:"cv"`
	On Day    `yaml:"on"`
}

// Activation is the vendor's word that a service is live.
type Activation struct {
	Sale string `yaml:"sale"`
	On   Day    `yaml:"on"`
}

// Payments are the cycles 1 to Cycles, paid a month apart from the day From.
type Payments struct {
	Sale   string `yaml:"sale"`
	Cycles int    `yaml:"cycles"`
	From   Day    `yaml:"from"`
	Amount string `yaml:"amount"`
}

// Cancellation is the end of a service.
type Cancellation struct {
	Sale  string `yaml:"sale"`
	On    Day    `yaml:"on"`
	Cause string `yaml:"cause"`
}

// Expectation is one published figure: exactly one of the fields under Published is set.
type Expectation struct {
	// Plan is the id of the plan that the figure is of; left out, it is of every plan of the case.
	Plan string `yaml:"plan"`
	// Published is the figure.
	Published string `yaml:"published"`

	// Line is what a bonus pays to one earner in a period, at one level.
	Line *LineFigure `yaml:"line"`
	// Total is what a bonus pays to all in a period.
	Total *TotalFigure `yaml:"total"`
	// Carry is the volume that a leg carries into the next period.
	Carry *CarryFigure `yaml:"carry"`
	// Posted is what an event of a sale posted.
	Posted *PostedFigure `yaml:"posted"`
	// Kept is what is left of all that a sale paid.
	Kept *KeptFigure `yaml:"kept"`
}

// LineFigure names a line of a period's run. Level is left out where the bonus has none.
type LineFigure struct {
	Earner string `yaml:"earner"`
	Bonus  string `yaml:"bonus"`
	Period string `yaml:"period"`
	Level  int32  `yaml:"level"`
}

// TotalFigure names the total of a bonus in a period.
type TotalFigure struct {
	Bonus  string `yaml:"bonus"`
	Period string `yaml:"period"`
}

// CarryFigure names a carry-out of a binary bonus. Leg is `left` or `right`.
type CarryFigure struct {
	Earner string `yaml:"earner"`
	Bonus  string `yaml:"bonus"`
	Period string `yaml:"period"`
	Leg    string `yaml:"leg"`
}

// PostedFigure names the lines of an event: `activation` or `cancellation`.
type PostedFigure struct {
	Sale  string `yaml:"sale"`
	Event string `yaml:"event"`
	Bonus string `yaml:"bonus"`
}

// KeptFigure names all lines of a sale.
type KeptFigure struct {
	Sale  string `yaml:"sale"`
	Bonus string `yaml:"bonus"`
}

// The legs of a binary tree, by the numbers of the contract.
var legs = map[string]int32{"left": 1, "right": 2}

// The events that a case names, by the ids that they get. A payment's id is that of its cycle.
const (
	activationID   = "activation"
	cancellationID = "cancellation"
)

// Day is a day of a case, written 2026-01-31; on the wire it is its noon in UTC, which is the same day in most of the world.
type Day struct{ time.Time }

const noon = 12 * time.Hour

// UnmarshalYAML reads a day.
func (d *Day) UnmarshalYAML(node *yaml.Node) error {
	day, err := time.Parse(time.DateOnly, node.Value)
	d.Time = day.Add(noon)
	return err
}
