package server

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync/atomic"

	"go.yaml.in/yaml/v3"
)

// ErrKeys reports a file of keys that cannot be used. It is wrapped with the file, the line and what is wrong there.
var ErrKeys = errors.New("server: keys file")

const (
	keyBytesMin   = 20
	keysMax       = 100_000
	keysFileBytes = 64 << 20
)

// Caller is who makes a call: the holder of an API key, or on a server without keys anybody who reaches it.
type Caller struct {
	// Name is what the file of keys calls the holder; it stands in the log.
	Name string
	Role Role
	// Subject is the vendor's id for a vendor and the distributor's id for a distributor.
	Subject string
}

// Keys are the API keys of a server. They are safe for concurrent use, also while they are loaded again.
//
// The file is a YAML list. An entry has a name, a role, for the roles vendor and distributor their id as the subject, and the key
// either as its SHA-256 in hexadecimal, so that reading the file gives no access, or in clear:
//
//   - name: web shop
//     role: backend
//     key_sha256: 5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8
//   - name: Norrland Energi
//     role: vendor
//     subject: norrland-energi
//     key: a-key-in-clear-of-20-or-more-characters
type Keys struct {
	path string
	set  atomic.Pointer[keySet]
}

// keySet holds the keys by the first bytes of their digests.
type keySet struct {
	byPrefix map[uint64][]keyEntry
	count    int
}

type keyEntry struct {
	digest [sha256.Size]byte
	caller Caller
}

// LoadKeys reads a file of keys. The error is ErrKeys or one of the file system.
func LoadKeys(path string) (*Keys, error) {
	k := &Keys{path: path}
	return k, k.Reload()
}

// Reload reads the file again. When it cannot be used the keys stay as they are.
func (k *Keys) Reload() error {
	info, err := os.Stat(k.path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKeys, err)
	}
	if info.Size() > keysFileBytes {
		return fmt.Errorf("%w: %s: larger than %d bytes", ErrKeys, k.path, keysFileBytes)
	}
	data, err := os.ReadFile(k.path)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrKeys, err)
	}
	set, err := parseKeys(data)
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrKeys, k.path, err)
	}
	k.set.Store(set)
	return nil
}

// Count is the number of keys.
func (k *Keys) Count() int { return k.set.Load().count }

// find returns the holder of a key. What is compared are digests: a caller cannot choose a digest close to another, and the last
// comparison takes the same time wherever they differ.
func (k *Keys) find(key string) (Caller, bool) {
	digest := sha256.Sum256([]byte(key))
	caller, found := Caller{}, false
	for _, e := range k.set.Load().byPrefix[prefixOf(digest)] {
		if subtle.ConstantTimeCompare(e.digest[:], digest[:]) == 1 {
			caller, found = e.caller, true
		}
	}
	return caller, found
}

func prefixOf(digest [sha256.Size]byte) uint64 { return binary.BigEndian.Uint64(digest[:]) }

// NewKey makes an API key and the digest that stands for it in a file of keys.
func NewKey() (key, keySHA256 string) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // It never fails.
	key = "upl_" + base64.RawURLEncoding.EncodeToString(b[:])
	sum := sha256.Sum256([]byte(key))
	return key, hex.EncodeToString(sum[:])
}

func parseKeys(data []byte) (*keySet, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(document.Content) == 0 {
		return nil, errors.New("line 1: the file is empty; it is a list of keys")
	}
	list := document.Content[0]
	if list.Kind != yaml.SequenceNode || len(list.Content) == 0 {
		return nil, fmt.Errorf("line %d: the file is a list of keys, each beginning with \"- name:\"", list.Line)
	}
	if len(list.Content) > keysMax {
		return nil, fmt.Errorf("line %d: more than %d keys", list.Content[keysMax].Line, keysMax)
	}
	set := &keySet{byPrefix: make(map[uint64][]keyEntry, len(list.Content))}
	lines := make(map[[sha256.Size]byte]int, len(list.Content))
	for _, node := range list.Content {
		e, err := parseKey(node)
		if err != nil {
			return nil, err
		}
		if first, twice := lines[e.digest]; twice {
			return nil, fmt.Errorf("line %d: the same key as in the entry of line %d", node.Line, first)
		}
		lines[e.digest] = node.Line
		prefix := prefixOf(e.digest)
		set.byPrefix[prefix] = append(set.byPrefix[prefix], e)
		set.count++
	}
	return set, nil
}

var subjectPattern = regexp.MustCompile(`^[A-Za-z0-9._:-]{1,64}$`)

var keyFields = []string{"name", "role", "subject", "key", "key_sha256"}

func parseKey(node *yaml.Node) (keyEntry, error) {
	if node.Kind != yaml.MappingNode {
		return keyEntry{}, fmt.Errorf("line %d: a key has the fields name, role, subject and key_sha256", node.Line)
	}
	values := map[string]string{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		if err := checkKeyField(name, value, values); err != nil {
			return keyEntry{}, err
		}
		values[name.Value] = value.Value
	}
	fail := func(text string, arguments ...any) (keyEntry, error) {
		return keyEntry{}, fmt.Errorf("line %d: %s", node.Line, fmt.Sprintf(text, arguments...))
	}
	e := keyEntry{caller: Caller{Name: values["name"], Role: Role(values["role"]), Subject: values["subject"]}}
	switch {
	case e.caller.Name == "":
		return fail("the key has no name")
	case !e.caller.Role.known():
		return fail("role %q is none of %s", values["role"], roleNames())
	case e.caller.Role.needsSubject() && !subjectPattern.MatchString(e.caller.Subject):
		return fail("role %s needs a subject, the %s's id: 1 to 64 characters of A-Za-z0-9._:-", e.caller.Role, e.caller.Role)
	case !e.caller.Role.needsSubject() && e.caller.Subject != "":
		return fail("role %s takes no subject", e.caller.Role)
	case (values["key"] == "") == (values["key_sha256"] == ""):
		return fail("the key needs either key_sha256 or key")
	case values["key"] != "" && len(values["key"]) < keyBytesMin:
		return fail("the key is shorter than %d characters", keyBytesMin)
	}
	if values["key"] != "" {
		e.digest = sha256.Sum256([]byte(values["key"]))
		return e, nil
	}
	digest, err := hex.DecodeString(values["key_sha256"])
	if err != nil || len(digest) != sha256.Size {
		return fail("key_sha256 is not a SHA-256 in hexadecimal, 64 characters")
	}
	copy(e.digest[:], digest)
	return e, nil
}

// checkKeyField refuses misspelled and repeated fields. It never quotes a value, which may be a key.
func checkKeyField(name, value *yaml.Node, seen map[string]string) error {
	known := false
	for _, f := range keyFields {
		known = known || f == name.Value
	}
	if !known {
		if best := nearest(name.Value, keyFields); best != "" {
			return fmt.Errorf("line %d: unknown field; did you mean %q?", name.Line, best)
		}
		return fmt.Errorf("line %d: unknown field; the fields are %s", name.Line, strings.Join(keyFields, ", "))
	}
	if _, twice := seen[name.Value]; twice {
		return fmt.Errorf("line %d: %s is given twice", name.Line, name.Value)
	}
	if value.Kind != yaml.ScalarNode {
		return fmt.Errorf("line %d: %s is not a plain value", value.Line, name.Value)
	}
	return nil
}
