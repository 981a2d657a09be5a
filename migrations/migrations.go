// Package migrations holds the schema as numbered steps, embedded, each one statement of DDL.
//
// A step is written once, in PostgreSQL's dialect, as a template. What the engines' dialects differ in is said by five
// functions: `text` and `bytes` and `int` declare a column with the checks that make it hold what its name says on every engine;
// `bounded` declares one of text whose length is held to before it gets there, by the bounds of the API or by the row that it is the id of,
// in tables of many rows; and `table` ends a table. Steps are only ever added. The store's engines run them; the rules that they follow are in
// store/README.md.
package migrations

import "embed"

// Steps are the files `NNNN_name.sql`, in the order of their numbers.
//
//go:embed *.sql
var Steps embed.FS
