// Package examples holds compensation plans with the figures that their authors published for them. The demonstration plays each
// against a server and holds what the server pays against those figures.
//
// A folder is a case. Its plan files are plans as any other (`upline plan validate` reads them); case.yaml tells the story: who
// enrolled whom, what was sold and paid, and which figures were published. upline/cmd/upline/internal/play documents its fields.
//
// A published figure stands here as its author printed it. When the server computes another, one of the two is wrong, and which
// one is for a person to find out: the figure is never changed to fit.
package examples

import "embed"

// Files are the cases, a folder each.
//
//go:embed */*.yaml
var Files embed.FS
