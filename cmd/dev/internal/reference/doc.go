// Package reference writes the reference of the plan language from the comments and rules of its schema and from the engine's list of
// facts, so that it cannot say anything else than they do.
package reference
