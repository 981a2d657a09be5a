package server

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/parquet-go/parquet-go"

	uplinev1 "upline/api/upline/v1"
	connectv1 "upline/api/upline/v1/uplinev1connect"
)

// exported is a world with so many kits sold by Bert in September, which is closed: each pays him 10 %, Anna above him 5 % and the top 2 %
// at the event, and shares of the volume at the close.
func exported(t *testing.T, sales int) *world {
	t.Helper()
	w := newWorld(t).found()
	for from := 0; from < sales; from += 1000 {
		var batch []string
		for i := from; i < min(sales, from+1000); i++ {
			batch = append(batch, fmt.Sprintf(`{"market":"US","saleId":"s%06d","distributorId":"bert","customerId":"c","productId":"kit",
				"price":{"currencyCode":"USD","amount":"%d.99"},"soldAt":"2026-09-14T12:00:00Z"}`, i, 10+i%50))
		}
		w.ok("CommissionService/RecordSales", `{"sales":[`+strings.Join(batch, ",")+`]}`)
	}
	w.ok("CommissionService/RunPeriod", `{"planId":"main","period":"2026-09","mode":"RUN_MODE_CLOSE","wait":"60s"}`)
	return w
}

// export joins the parts of a file.
func (w *world) export(table uplinev1.ExportTable, format uplinev1.ExportFormat) (file []byte, last *uplinev1.ExportPeriodResponse, parts int) {
	w.t.Helper()
	stream, err := connectv1.NewReportServiceClient(w.http2(), w.url).ExportPeriod(w.t.Context(), &uplinev1.ExportPeriodRequest{
		PlanId: "main", Period: "2026-09", Table: table, Format: format,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	for stream.Receive() {
		last = stream.Msg()
		file = append(file, last.GetChunk()...)
		parts++
	}
	if stream.Err() != nil || !last.GetComplete() || last.GetLinesDone() != last.GetLinesTotal() {
		w.t.Fatalf("%v, the last part is %v", stream.Err(), last)
	}
	return file, last, parts
}

const (
	asCSV     = uplinev1.ExportFormat_EXPORT_FORMAT_CSV
	asParquet = uplinev1.ExportFormat_EXPORT_FORMAT_PARQUET
	allLines  = uplinev1.ExportTable_EXPORT_TABLE_LINES
	payables  = uplinev1.ExportTable_EXPORT_TABLE_PAYABLES
	ledger    = uplinev1.ExportTable_EXPORT_TABLE_LEDGER
)

// table reads a CSV file into rows by the names of the columns.
func table(t *testing.T, file []byte) (rows []map[string]string) {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// text writes a decimal of Parquet with the decimals of its scale.
func (d decimal128) text(scale int32) string {
	number := new(big.Int).SetBytes(d[:])
	if d[0] >= 0x80 {
		number.Sub(number, new(big.Int).Lsh(big.NewInt(1), 128))
	}
	return new(big.Rat).SetFrac(number, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(scale)), nil)).FloatString(int(scale))
}

func same(decimal, text string) bool {
	a, ok := new(big.Rat).SetString(decimal)
	b, also := new(big.Rat).SetString(text)
	return ok && (also && a.Cmp(b) == 0 || text == "" && a.Sign() == 0)
}

// Both formats say the same, the same bytes each time, and what they say sums to the run's totals.
func TestExportPeriod_CSVAndParquetSayTheSame(t *testing.T) {
	w := exported(t, 2500)
	run := w.ok("CommissionService/GetRun", `{"runId":"main/monthly/2026-09"}`)["run"].(map[string]any)

	file, _, parts := w.export(allLines, asCSV)
	again, _, _ := w.export(allLines, asCSV)
	if !bytes.Equal(file, again) || parts < 3 {
		t.Errorf("lines came in %d parts, and again otherwise: %v", parts, !bytes.Equal(file, again))
	}
	rows := table(t, file)
	if want := 3*2500 + must(strconv.Atoi(run["lineCount"].(string))); len(rows) != want {
		t.Fatalf("%d lines, want %d", len(rows), want)
	}
	if !slices.IsSortedFunc(rows[:3*2500], func(a, b map[string]string) int {
		return strings.Compare(a["distributor_id"]+" "+a["sale_id"], b["distributor_id"]+" "+b["sale_id"])
	}) {
		t.Error("lines of events are not in the order of earners and sales")
	}
	packed, _, _ := w.export(allLines, asParquet)
	if again, _, _ := w.export(allLines, asParquet); !bytes.Equal(packed, again) {
		t.Error("the same lines make other bytes in Parquet")
	}
	read, err := parquet.Read[lineRow](bytes.NewReader(packed), int64(len(packed)))
	if err != nil || len(read) != len(rows) {
		t.Fatalf("%d lines in Parquet, %d in CSV, %v", len(read), len(rows), err)
	}
	byBonus, total := map[string]*big.Rat{}, new(big.Rat)
	for i, row := range rows {
		p := read[i]
		for column, equal := range map[string]bool{
			"distributor_id": p.DistributorID == row["distributor_id"], "amount": same(p.Amount.text(amountScale), row["amount"]), "bonus": p.Bonus == row["bonus"],
			"currency": p.Currency == row["currency"], "base": same(p.Base.text(amountScale), row["base"]), "rate": same(p.Rate.text(rateScale), row["rate"]),
			"factors": p.Factors == row["factors"], "sale_id": p.SaleID == row["sale_id"], "kind": p.Kind == row["kind"], "source": p.Source == row["source"],
			"level": intText(p.Level) == row["level"], "vendor_id": p.VendorID == row["vendor_id"],
			"recorded_at": time.UnixMicro(p.RecordedAt).UTC().Format(time.RFC3339Nano) == row["recorded_at"],
		} {
			if !equal {
				t.Fatalf("line %d: %s differs: %+v and %v", i, column, p, row)
			}
		}
		amount, _ := new(big.Rat).SetString(row["amount"])
		total.Add(total, amount)
		if row["source"] == sourceRun {
			if byBonus[row["bonus"]] == nil {
				byBonus[row["bonus"]] = new(big.Rat)
			}
			byBonus[row["bonus"]].Add(byBonus[row["bonus"]], amount)
		}
	}
	for _, of := range run["totals"].([]any) {
		bonus, amount := of.(map[string]any)["bonus"].(string), at(of, "amount.amount").(string)
		if sum := byBonus[bonus]; sum == nil || sum.FloatString(2) != amount {
			t.Errorf("%s sums to %v, and is %s in the run", bonus, sum, amount)
		}
	}

	file, _, _ = w.export(payables, asCSV)
	packed, _, _ = w.export(payables, asParquet)
	owed, err := parquet.Read[payableRow](bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	sum := new(big.Rat)
	for i, row := range table(t, file) {
		if owed[i].DistributorID != row["distributor_id"] || !same(owed[i].Payable.text(amountScale), row["payable"]) || !same(owed[i].Commission.text(amountScale), row["commission"]) {
			t.Errorf("payable %d: %+v and %v", i, owed[i], row)
		}
		amount, _ := new(big.Rat).SetString(row["payable"])
		sum.Add(sum, amount)
	}
	if sum.Cmp(total) != 0 {
		t.Errorf("payables sum to %s, lines to %s", sum.FloatString(2), total.FloatString(2))
	}

	file, _, _ = w.export(ledger, asCSV)
	packed, _, _ = w.export(ledger, asParquet)
	entries, err := parquet.Read[ledgerRow](bytes.NewReader(packed), int64(len(packed)))
	if err != nil {
		t.Fatal(err)
	}
	debits, credits, owing := new(big.Rat), new(big.Rat), new(big.Rat)
	for i, row := range table(t, file) {
		debit, _ := new(big.Rat).SetString(row["debit"])
		credit, _ := new(big.Rat).SetString(row["credit"])
		debits.Add(debits, debit)
		credits.Add(credits, credit)
		if row["account"] == "commissions_payable" {
			owing.Sub(owing.Add(owing, credit), debit)
		}
		if entries[i].Account != row["account"] || !same(entries[i].Debit.text(amountScale), row["debit"]) || !same(entries[i].Credit.text(amountScale), row["credit"]) {
			t.Errorf("ledger %d: %+v and %v", i, entries[i], row)
		}
	}
	if debits.Cmp(credits) != 0 || owing.Cmp(total) != 0 {
		t.Errorf("debits %s, credits %s, owed %s of lines of %s", debits.FloatString(2), credits.FloatString(2), owing.FloatString(2), total.FloatString(2))
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestExportPeriod_Refusals(t *testing.T) {
	w := newWorld(t).found()
	for field, request := range map[string]*uplinev1.ExportPeriodRequest{
		"period":  {PlanId: "main", Period: "2026-09", Table: allLines, Format: asCSV}, // not closed
		"table":   {PlanId: "main", Period: "2026-09", Format: asCSV},
		"format":  {PlanId: "main", Period: "2026-09", Table: ledger},
		"plan_id": {PlanId: "a b", Period: "2026-09", Table: ledger, Format: asParquet},
	} {
		stream, err := connectv1.NewReportServiceClient(w.http2(), w.url).ExportPeriod(t.Context(), request)
		if err != nil {
			t.Fatal(err)
		}
		if stream.Receive() {
			t.Errorf("%s: something came: %v", field, stream.Msg())
		}
		refused(t, stream.Err()).is(t, connect.CodeInvalidArgument, uplinev1.ErrorReason_ERROR_REASON_INVALID_FIELD, field)
	}
}

func TestDecimalOf_IsTwosComplement(t *testing.T) {
	for _, c := range []struct {
		number        int64
		digits, scale int32
		want          string
	}{
		{0, 2, 4, "0.0000"},
		{1, 2, 4, "0.0100"},
		{-1, 2, 4, "-0.0100"},
		{-1, 0, 4, "-1.0000"},
		{12_345, 3, 4, "12.3450"},
		{math.MaxInt64, 0, 9, "9223372036854775807.000000000"},
		{math.MinInt64, 0, 9, "-9223372036854775808.000000000"},
	} {
		if got := decimalOf(c.number, c.digits, c.scale).text(c.scale); got != c.want {
			t.Errorf("%d with %d decimals at %d is %s, want %s", c.number, c.digits, c.scale, got, c.want)
		}
	}
}
