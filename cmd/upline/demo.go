package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"upline/cmd/upline/examples"
	"upline/cmd/upline/internal/play"
	"upline/server"
)

// demoTimeMax bounds the playing of the cases, which takes seconds.
const demoTimeMax = 2 * time.Minute

// demoOptions are what `demo` is told.
type demoOptions struct {
	listen string
	file   string
	once   bool
	// cases are the cases to play.
	cases fs.FS
}

func demoCommand(t terminal) *cobra.Command {
	options := demoOptions{cases: examples.Files}
	c := &cobra.Command{
		Use:   "demo [flags]",
		Short: "See published compensation plans paid to the cent, through a real server",
		Long: `Starts a server on an empty embedded database and, through its RPC API only, publishes compensation plans, enrols networks,
records sales, activates, pays, cancels and closes periods, as real published examples tell it. Prints what was published beside
what the server computed, and stays up so that you can look around. Exits with 1 when a figure differs.`,
		Example: `  # Play the cases, stay up, and show three calls to try.
  upline demo

  # Only play them: exits with 0 if every figure is as published.
  upline demo --once

  # Keep the database, and serve it later.
  upline demo --once --db demo.db
  upline serve --database sqlite:demo.db`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return demo(c.Context(), t, options)
		},
	}
	c.Flags().SortFlags = false
	c.Flags().BoolVar(&options.once, "once", false, "exit when the cases are played")
	c.Flags().StringVar(&options.listen, "listen", "127.0.0.1:0", "loopback `address` to listen on, host:port; port 0 takes a free one")
	c.Flags().StringVar(&options.file, "db", "", "keep the database in this `file`; without, it goes away with the demo")
	return c
}

func demo(ctx context.Context, t terminal, options demoOptions) error {
	file := options.file
	if file == "" {
		folder, err := os.MkdirTemp("", "upline-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		file = filepath.Join(folder, "upline.db")
	}
	config := server.DefaultConfig()
	config.Listen = options.listen
	config.Database = "sqlite:" + file
	if err := config.Validate(); err != nil {
		return usageError{err}
	}
	// The server's log would bury the table; what goes wrong comes through all the same.
	logger := slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: slog.LevelError}))

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	addresses, ended := make(chan net.Addr, 1), make(chan error, 1)
	go func() {
		ended <- serve(ctx, serving{
			config: config, migrate: true, logger: logger,
			listening: func(address net.Addr) { addresses <- address },
		})
	}()
	select {
	case err := <-ended:
		return err
	case address := <-addresses:
		err := show(ctx, t.out, baseURL(config, address), options)
		if err != nil || options.once {
			stop()
			return errors.Join(err, <-ended)
		}
		return <-ended // Ctrl-C ends the server.
	}
}

// show plays the cases on the server at url and prints what came of it.
func show(ctx context.Context, out io.Writer, url string, options demoOptions) error {
	cases, err := play.Load(options.cases)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, demoTimeMax)
	defer cancel()
	client := play.NewClient(http.DefaultClient, url)
	began := time.Now()
	results := make([]play.Result, len(cases))
	for i, c := range cases {
		rows, err := play.Play(ctx, client, c)
		if err != nil {
			return err
		}
		results[i] = play.Result{Case: c, Rows: rows}
	}
	same := play.Print(out, results)
	if options.file != "" {
		fmt.Fprintf(out, "The database is kept in %s.\n", options.file)
	}
	if !same {
		return errors.New("the server computed other figures than were published")
	}
	if !options.once {
		printCalls(out, url, began)
	}
	return nil
}

// printCalls prints calls that work on what the cases left behind.
func printCalls(out io.Writer, url string, now time.Time) {
	fmt.Fprintf(out, `
The server stays up at %[1]s; Ctrl-C ends it. Ids on it are CASE.EARNER. Three calls to try:

# What Silver earned in January, and why.
curl %[1]s/upline.v1.CommissionService/GetEarnings -H 'Content-Type: application/json' \
  -d '{"distributor_id": "compression.silver", "period": "2026-01"}'

# The life of the policy that was cancelled after four paid months.
curl %[1]s/upline.v1.CommissionService/GetSale -H 'Content-Type: application/json' \
  -d '{"market": "US", "sale_id": "advance.policy-4"}'

# A sale of your own, made now. Send it again: the answer is the same, and it counts once.
curl %[1]s/upline.v1.CommissionService/RecordSale -H 'Content-Type: application/json' \
  -d '{"market": "US", "sale_id": "my-first-sale", "distributor_id": "advance.agent", "customer_id": "me",
       "product_id": "advance.policy", "price": {"currency_code": "USD", "amount": "80.00"},
       "sold_at": "%[2]s"}'
`, url, now.UTC().Format(time.RFC3339))
}
