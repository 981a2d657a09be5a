package store

import "hash/fnv"

// dueShards is how many ranges the index of what is due is spread over: it goes by time within each, and would be hot at its end.
const dueShards = 16

// dueShard is the range that a sale's due time stands in.
func dueShard(market, saleID string) int64 {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(market)) // It never fails.
	_, _ = hash.Write([]byte(saleID))
	return int64(hash.Sum32() % dueShards)
}
