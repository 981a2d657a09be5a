package cockroach

import (
	"context"

	"upline/store/internal/pgsql"
)

// OpenAnywhere is Open on a server that need not be CockroachDB.
func OpenAnywhere(ctx context.Context, url string, options Options) (*Engine, error) {
	options, err := options.withDefaults()
	if err != nil {
		return nil, err
	}
	config, err := pgsql.ParseURL(url)
	if err != nil {
		return nil, err
	}
	pool, err := pgsql.Open(ctx, config, poolOptions(options))
	if err != nil {
		return nil, err
	}
	return newEngine(pool, config.ConnConfig.Database, options), nil
}
