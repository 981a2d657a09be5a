package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"upline/store"
)

// planMain pays at the event and at the close, so that every kind of line comes up.
const planMain = `plan_id: main
name: Plan of the tests
currency: USD
valid_from: 2026-09-01
cadence: monthly
ranks:
  - name: silver
    when: pv >= 50
bonuses:
  - name: personal
    direct: {base: price, rate: 10%}
  - name: fast_start
    pays: event
    unilevel: {base: price, rates: [{levels: [5%, 2%]}]}
  - name: team
    unilevel: {rates: [{levels: [3%]}, {rank: silver, levels: [4%, 1%]}]}
`

const planTree = `plan_id: tree
name: Plan with a placement tree
currency: USD
valid_from: 2026-09-01
cadence: monthly
placement: {width: 2}
bonuses:
  - name: personal
    direct: {base: price, rate: 10%}
  - name: by_hand
    manual: {amount_max: 500}
`

// found sets up the company of the tests: plan main; market US; vendors acme and bolt with one product each that needs activation,
// and acme's starter kit that needs none; the line top - anna - bert, and eve beside anna. It is begin in its world.
func (w *world) found() *world {
	w.t.Helper()
	for _, step := range [][2]string{
		{"PlanService/PublishPlan", fmt.Sprintf(`{"source":%s}`, quoted(planMain))},
		{"CatalogService/PutMarket", `{"market":{"market":"US","region":"us-east1","name":"United States"}}`},
		{"CatalogService/PutVendor", `{"vendor":{"vendorId":"acme","name":"Acme Energy"}}`},
		{"CatalogService/PutVendor", `{"vendor":{"vendorId":"bolt","name":"Bolt Telecom"}}`},
		{"CatalogService/PutProduct", `{"product":{"productId":"power","vendorId":"acme","name":"Power","requiresActivation":true,"pv":"100","cv":"80"}}`},
		{"CatalogService/PutProduct", `{"product":{"productId":"phone","vendorId":"bolt","name":"Phone","requiresActivation":true,"pv":"10","cv":"10"}}`},
		{"CatalogService/PutProduct", `{"product":{"productId":"kit","vendorId":"acme","name":"Starter kit","pv":"5","cv":"5.5"}}`},
		{"NetworkService/EnrollBatch", `{"distributors":[
			{"distributorId":"top","planId":"main","market":"US","enrolledAt":"2026-09-02T00:00:00Z"},
			{"distributorId":"anna","planId":"main","market":"US","sponsorId":"top","enrolledAt":"2026-09-02T00:00:00Z"},
			{"distributorId":"eve","planId":"main","market":"US","sponsorId":"top","enrolledAt":"2026-09-02T00:00:00Z"},
			{"distributorId":"bert","planId":"main","market":"US","sponsorId":"anna","enrolledAt":"2026-09-02T00:00:00Z"}]}`},
	} {
		w.ok(step[0], step[1])
	}
	return w
}

func quoted(text string) string {
	b, _ := json.Marshal(text) // A string can always be marshalled.
	return string(b)
}

// ok calls as staff and returns the answer.
func (w *world) ok(method, body string) map[string]any {
	w.t.Helper()
	r := w.post(method, body, "Authorization", "Bearer "+keyOf(RoleStaff))
	if r.status != http.StatusOK {
		w.t.Fatalf("%s %s:\n%d %s", method, body, r.status, r.body)
	}
	var answer map[string]any
	if err := json.Unmarshal([]byte(r.body), &answer); err != nil {
		w.t.Fatalf("%s: %v", method, err)
	}
	return answer
}

// sale is the JSON of a sale by a seller, of a product, at begin less a day.
func sale(id, seller, product string, more ...string) string {
	fields := []string{
		`"market":"US"`, `"saleId":"` + id + `"`, `"distributorId":"` + seller + `"`, `"customerId":"c1"`, `"productId":"` + product + `"`,
	}
	for _, standard := range []string{`"price":{"currencyCode":"USD","amount":"100.00"}`, `"soldAt":"2026-10-14T12:00:00Z"`} {
		name, _, _ := strings.Cut(standard, ":")
		if !slices.ContainsFunc(more, func(m string) bool { return strings.HasPrefix(m, name+":") }) {
			fields = append(fields, standard)
		}
	}
	return "{" + strings.Join(append(fields, more...), ",") + "}"
}

// dump is every row of every table, to hold that a call changed nothing.
func (w *world) dump() string {
	w.t.Helper()
	var tables []string
	var out strings.Builder
	err := w.store.Engine().Read(w.t.Context(), "dump", func(c store.Conn) error {
		err := c.Query(`SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`, nil, func(r store.Row) error {
			tables = append(tables, r.Text(0))
			return nil
		})
		for _, table := range tables {
			var columns []string
			if err == nil {
				err = c.Query(`SELECT name FROM pragma_table_info('`+table+`') ORDER BY cid`, nil, func(r store.Row) error {
					columns = append(columns, "quote("+r.Text(0)+")")
					return nil
				})
			}
			if err == nil {
				err = c.Query(`SELECT `+strings.Join(columns, ` || ' ' || `)+` AS line FROM `+table+` ORDER BY line`, nil, func(r store.Row) error {
					fmt.Fprintln(&out, table, r.Text(0))
					return nil
				})
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out.String()
}

// at looks into an answer by a path like receipt.lines.0.amount.amount. What is not there is nil.
func at(answer any, path string) any {
	for part := range strings.SplitSeq(path, ".") {
		switch v := answer.(type) {
		case map[string]any:
			answer = v[part]
		case []any:
			i := 0
			if _, err := fmt.Sscan(part, &i); err != nil || i >= len(v) {
				return nil
			}
			answer = v[i]
		default:
			return nil
		}
	}
	return answer
}
