package server

import (
	"errors"
	"os"
	"strings"
	"testing"
)

func TestLoadKeys_SaysLineAndProblem(t *testing.T) {
	const digest = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"
	good := "- name: shop\n  role: backend\n  key_sha256: " + digest + "\n"
	for _, c := range []struct{ file, want string }{
		{"", "line 1: the file is empty"},
		{"keys: []\n", "line 1: the file is a list of keys"},
		{"[]\n", "line 1: the file is a list of keys"},
		{"- name: a\n  role: [\n", "line 2"},
		{good + "- just text\n", "line 4: a key has the fields"},
		{good + "- role: staff\n  key: 0123456789012345678901\n", "line 4: the key has no name"},
		{good + "- name: x\n  role: boss\n  key: 0123456789012345678901\n", `line 4: role "boss" is none of staff, backend, vendor, distributor, auditor`},
		{good + "- name: x\n  rol: staff\n", `line 5: unknown field; did you mean "role"?`},
		{good + "- name: x\n  hunter2: staff\n", "line 5: unknown field; the fields are name, role, subject, key, key_sha256"},
		{good + "- name: x\n  name: y\n", "line 5: name is given twice"},
		{good + "- name: x\n  role: {a: b}\n", "line 5: role is not a plain value"},
		{good + "- name: x\n  role: vendor\n  key: 0123456789012345678901\n", "line 4: role vendor needs a subject"},
		{good + "- name: x\n  role: vendor\n  subject: a b\n  key: 0123456789012345678901\n", "line 4: role vendor needs a subject"},
		{good + "- name: x\n  role: staff\n  subject: me\n  key: 0123456789012345678901\n", "line 4: role staff takes no subject"},
		{good + "- name: x\n  role: staff\n", "line 4: the key needs either key_sha256 or key"},
		{good + "- name: x\n  role: staff\n  key: 0123456789012345678901\n  key_sha256: " + digest + "\n", "line 4: the key needs either key_sha256 or key"},
		{good + "- name: x\n  role: staff\n  key: hunter2\n", "line 4: the key is shorter than 20 characters"},
		{good + "- name: x\n  role: staff\n  key_sha256: abc\n", "line 4: key_sha256 is not a SHA-256"},
		{good + "- name: x\n  role: staff\n  key_sha256: " + digest + "00\n", "line 4: key_sha256 is not a SHA-256"},
		{good + good, "line 4: the same key as in the entry of line 1"},
	} {
		_, err := LoadKeys(writeFile(t, c.file))
		if !errors.Is(err, ErrKeys) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q:\n got %v\nwant %s", c.file, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("a value stands in the error: %v", err)
		}
	}
	if _, err := LoadKeys("/does/not/exist"); !errors.Is(err, ErrKeys) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestKeys_FindByDigestAndInClear(t *testing.T) {
	key, digest := NewKey()
	other, _ := NewKey()
	if key == other || len(key) < keyBytesMin {
		t.Fatalf("keys %q and %q", key, other)
	}
	keys, err := LoadKeys(writeFile(t, "- {name: a, role: vendor, subject: acme, key_sha256: "+digest+"}\n- {name: b, role: staff, key: "+other+"}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if c, ok := keys.find(key); !ok || c != (Caller{"a", RoleVendor, "acme"}) {
		t.Errorf("by digest: %v %v", c, ok)
	}
	if c, ok := keys.find(other); !ok || c != (Caller{"b", RoleStaff, ""}) {
		t.Errorf("in clear: %v %v", c, ok)
	}
	if c, ok := keys.find(digest); ok {
		t.Errorf("the digest opens the door: %v", c)
	}
}

func TestKeys_ReloadKeepsTheKeysWhenTheFileIsBroken(t *testing.T) {
	first, firstDigest := NewKey()
	second, secondDigest := NewKey()
	path := writeFile(t, "- {name: a, role: staff, key_sha256: "+firstDigest+"}\n")
	keys, err := LoadKeys(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("- {name: a, role: stuff}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := keys.Reload(); !errors.Is(err, ErrKeys) {
		t.Errorf("a broken file is taken: %v", err)
	}
	if _, ok := keys.find(first); !ok {
		t.Error("the key is gone")
	}
	if err := os.WriteFile(path, []byte("- {name: a, role: staff, key_sha256: "+secondDigest+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := keys.Reload(); err != nil {
		t.Fatal(err)
	}
	if _, ok := keys.find(first); ok {
		t.Error("the withdrawn key still opens")
	}
	if _, ok := keys.find(second); !ok || keys.Count() != 1 {
		t.Error("the new key does not open")
	}
}
