package functions

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
)

func TestParseMegabytes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		quantity string
		want     int64
		err      string // a part of the message; empty for success
	}{
		{quantity: "1G", want: 1024},
		{quantity: "1g", want: 1024},
		{quantity: "1GB", want: 1024},
		{quantity: "2gB", want: 2048},
		{quantity: "512M", want: 512},
		{quantity: "512MB", want: 512},
		{quantity: "1T", want: 1 << 20},
		{quantity: "3TB", want: 3 << 20},
		{quantity: "1024K", want: 1},
		{quantity: "2048KB", want: 2},
		{quantity: "1048576B", want: 1},
		{quantity: "0M", want: 0},
		{quantity: "007M", want: 7},
		{quantity: " 1G\n", want: 1024},
		{quantity: "9223372036854775807M", want: 9223372036854775807},
		{quantity: "9223372036854775808M", err: "too large"},
		{quantity: "9007199254740992T", err: "too large"},
		{quantity: "9007199254740991G", want: 9007199254740991 << 10},
		{quantity: "1B", err: `"1B" is not a whole number of megabytes`},
		{quantity: "512K", err: "not a whole number of megabytes"},
		{quantity: "1025K", err: "not a whole number of megabytes"},
		{quantity: "1048577B", err: "not a whole number of megabytes"},
		{quantity: "1.5G", err: `"1.5G" is not a whole number; use a smaller unit instead of a fraction`},
		{quantity: "1,5G", err: "is not a whole number"},
		{quantity: "1.0M", err: "is not a whole number"},
		{quantity: ".5G", err: "does not begin with a whole number"},
		{quantity: "", err: Units},
		{quantity: "  ", err: "empty"},
		{quantity: "1024", err: `"1024" has no unit; add one of ` + Units},
		{quantity: "0", err: "has no unit"},
		{quantity: "-1", err: "negative"},
		{quantity: "-1M", err: "negative"},
		{quantity: "+1M", err: "does not begin with a whole number"},
		{quantity: "G", err: "does not begin with a whole number"},
		{quantity: "1 G", err: `unknown unit " G"; use ` + Units},
		{quantity: "1GiB", want: 1024},
		{quantity: "1gib", want: 1024},
		{quantity: "512MiB", want: 512},
		{quantity: "2TIB", want: 2 << 20},
		{quantity: "1024KiB", want: 1},
		{quantity: "1Gi", err: `unknown unit "Gi"`},
		{quantity: "1iB", err: `unknown unit "iB"`},
		{quantity: "1BiB", err: `unknown unit "BiB"`},
		{quantity: "1P", err: `unknown unit "P"`},
		{quantity: "1MBB", err: `unknown unit "MBB"`},
		{quantity: "1M 1M", err: "unknown unit"},
		{quantity: "1e3M", err: "unknown unit"},
		{quantity: "0x10M", err: "unknown unit"},
		{quantity: "1_000M", err: "unknown unit"},
		{quantity: "１M", err: "does not begin with a whole number"}, // a full-width digit
		{quantity: "1\u212a", err: "unknown unit"},                  // the Kelvin sign looks like a K
		{quantity: strings.Repeat("9", 100) + "M", err: "101 characters"},
		{quantity: strings.Repeat("0", 62) + "1M", want: 1},
	} {
		t.Run(name(tc.quantity), func(t *testing.T) {
			t.Parallel()
			got, err := ParseMegabytes(tc.quantity)
			check(t, got, err, tc.want, tc.err)
		})
	}
}

func TestParseBytes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		quantity string
		want     int64
		err      string
	}{
		{quantity: "16K", want: 16384},
		{quantity: "16kb", want: 16384},
		{quantity: "1B", want: 1},
		{quantity: "0B", want: 0},
		{quantity: "1M", want: 1 << 20},
		{quantity: "1G", want: 1 << 30},
		{quantity: "1T", want: 1 << 40},
		{quantity: "-1", want: -1},
		{quantity: " -1\n", want: -1},
		{quantity: "0", want: 0},
		{quantity: "8388607T", want: 8388607 << 40},
		{quantity: "8388608T", err: "too large"},
		{quantity: "9223372036854775807B", want: 9223372036854775807},
		{quantity: "9223372036854775808B", err: "too large"},
		{quantity: "1", err: "has no unit"},
		{quantity: "00", err: "has no unit"},
		{quantity: "-2", err: "negative"},
		{quantity: "-1B", err: "negative"},
		{quantity: "-0", err: "negative"},
		{quantity: "1.5K", err: "not a whole number"},
		{quantity: "1.0", err: "not a whole number"},
		{quantity: "16KiB", want: 16384},
		{quantity: "1mib", want: 1 << 20},
		{quantity: "1GiB", want: 1 << 30},
		{quantity: "1TiB", want: 1 << 40},
		{quantity: "unlimited", err: "does not begin with a whole number"},
		{quantity: "", err: "empty"},
	} {
		t.Run(name(tc.quantity), func(t *testing.T) {
			t.Parallel()
			got, err := ParseBytes(tc.quantity)
			check(t, got, err, tc.want, tc.err)
		})
	}
}

// name is a quantity as the name of a subtest.
func name(quantity string) string {
	return fmt.Sprintf("%.20q", quantity)
}

func check(t *testing.T, got int64, err error, want int64, wantErr string) {
	t.Helper()
	switch {
	case wantErr == "" && err != nil:
		t.Errorf("got the error %.500v, want %d", err, want)
	case wantErr == "" && got != want:
		t.Errorf("got %d, want %d", got, want)
	case wantErr != "" && err == nil:
		t.Errorf("got %d, want an error with %q", got, wantErr)
	case wantErr != "" && !strings.Contains(err.Error(), wantErr):
		t.Errorf("got the error %.500q, want one with %q", err, wantErr)
	case err != nil && strings.HasSuffix(err.Error(), "."):
		t.Errorf("got the error %.500q, want one without a full stop: Terraform adds it", err)
	}
}

// FuzzParse compares the two functions with each other.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"1G", "16K", "1GiB", "-1", "0", "1.5G", "99999999999999999999T", "1 M", "\x00", "1\u212a"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, quantity string) {
		bytes, bytesErr := ParseBytes(quantity)
		megabytes, megabytesErr := ParseMegabytes(quantity)
		if bytesErr == nil && bytes < -1 {
			t.Errorf("ParseBytes(%.100q): got %d, want -1 or more", quantity, bytes)
		}
		if megabytesErr != nil {
			return
		}
		if megabytes < 0 {
			t.Errorf("ParseMegabytes(%.100q): got %d, want 0 or more", quantity, megabytes)
		}
		want := new(big.Int).Mul(big.NewInt(megabytes), big.NewInt(bytesPerMegabyte))
		if bytesErr == nil && want.Cmp(big.NewInt(bytes)) != 0 {
			t.Errorf("ParseBytes(%.100q): got %d, want %s, as of %d megabytes", quantity, bytes, want, megabytes)
		}
		if bytesErr != nil && want.IsInt64() {
			t.Errorf("ParseBytes(%.100q): got error %.500v, want %s", quantity, bytesErr, want)
		}
	})
}
