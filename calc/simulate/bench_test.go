package simulate_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"upline/calc/simulate"
)

// bigFiles makes up a network and its sales: everybody is sponsored by somebody from the first half of those who came before.
func bigFiles(distributors, sales int) (network, sold []byte) {
	var n, s bytes.Buffer
	n.WriteString("id,sponsor,enrolled\n")
	for i := range distributors {
		fmt.Fprintf(&n, "D%07d,", i)
		if i > 0 {
			fmt.Fprintf(&n, "D%07d", i*7919%max(1, i/2))
		}
		fmt.Fprintf(&n, ",2024-%02d-%02d\n", 1+i*12/distributors, 1+i%28)
	}
	s.WriteString("sale,seller,customer,class,price,pv,cv,at\n")
	for i := range sales {
		fmt.Fprintf(&s, "S%08d,D%07d,C%07d,energy,%d.%02d,%d,%d.5,2026-01-%02dT%02d:00:00Z\n", i, i*7919%distributors, i*104729%(sales/2+1), i%500, i%100, i%300, i%250,
			1+i%31, i%24)
	}
	return n.Bytes(), s.Bytes()
}

const readPlan = `
bonuses:
  - name: levels
    unilevel: {rates: [{levels: [10%, 5%, 3%]}]}
`

// BenchmarkRead measures how many rows of both files are read in a second.
func BenchmarkRead(b *testing.B) {
	network, sold := bigFiles(200_000, 600_000)
	p := planOf(b, readPlan)
	b.SetBytes(int64(len(network) + len(sold)))
	rows := 0
	for b.Loop() {
		c, err := simulate.Read(simulate.Request{
			Plan: simulate.Plan{Name: "plan.yaml", Plan: p},
			Files: simulate.Files{
				Network: simulate.Source{Reader: io.Reader(bytes.NewReader(network))}, Sales: simulate.Source{Reader: bytes.NewReader(sold)},
			},
		})
		if err != nil {
			b.Fatal(err)
		}
		rows += c.Distributors() + c.Sales()
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkRun_Events measures how many sales are paid at the event in a second.
func BenchmarkRun_Events(b *testing.B) {
	network, sold := bigFiles(20_000, 60_000)
	p := planOf(b, `
bonuses:
  - name: own
    direct: {rate: 5%}
  - name: levels
    pays: event
    unilevel: {rates: [{levels: [10%, 5%, 3%]}]}
`)
	c, err := simulate.Read(simulate.Request{
		Plan: simulate.Plan{Name: "plan.yaml", Plan: p},
		Files: simulate.Files{
			Network: simulate.Source{Reader: bytes.NewReader(network)}, Sales: simulate.Source{Reader: bytes.NewReader(sold)},
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	sales := 0
	for b.Loop() {
		if _, err := c.Run(0, nil); err != nil {
			b.Fatal(err)
		}
		sales += c.Sales()
	}
	b.ReportMetric(float64(sales)/b.Elapsed().Seconds(), "sales/s")
}
