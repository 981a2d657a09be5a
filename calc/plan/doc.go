// Package plan reads compensation plans: from YAML text to a calc.Plan that the engine computes with.
package plan
