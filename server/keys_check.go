package server

// CheckKeys reports why a server would refuse data as a file of keys, or nil. The text begins with the line.
func CheckKeys(data []byte) error {
	_, err := parseKeys(data)
	return err
}
