package sqltext

import "testing"

func TestInsert_NumbersParametersRowByRow(t *testing.T) {
	const want = "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4), ($5, $6)"
	if got := Insert("t", []string{"a", "b"}, 3); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := Insert("t", []string{"a"}, 1); got != "INSERT INTO t (a) VALUES ($1)" {
		t.Errorf("got %s", got)
	}
}

func TestFirstLine_MarksWhatIsLeftOut(t *testing.T) {
	for sql, want := range map[string]string{"": "", "SELECT 1": "SELECT 1", "\n SELECT a\nFROM b\n": "SELECT a …"} {
		if got := FirstLine(sql); got != want {
			t.Errorf("%q: got %q, want %q", sql, got, want)
		}
	}
}
