package main

import (
	"net/http"
	"strings"
	"testing"

	"upline/cmd/upline/examples"
	"upline/cmd/upline/internal/play"
	"upline/cmd/upline/internal/proc"
	"upline/store/storetest"
)

func TestExamples_AreAsPublishedOnEveryEngine(t *testing.T) {
	cases, err := play.Load(examples.Files)
	if err != nil {
		t.Fatal(err)
	}
	bin := proc.Build(t)
	storetest.EachDatabase(t, func(t *testing.T, database storetest.Database) {
		server := proc.Serve(t, bin, proc.Options{Args: []string{"--database", database.URL}})
		client := play.NewClient(http.DefaultClient, server.URL)
		var results []play.Result
		for _, c := range cases {
			rows, err := play.Play(t.Context(), client, c)
			if err != nil {
				t.Fatal(err)
			}
			results = append(results, play.Result{Case: c, Rows: rows})
		}
		var out strings.Builder
		if !play.Print(&out, results) {
			t.Error(out.String())
		}
		server.Stop()
	})
}
