package field

import (
	"fmt"
	"math"
	"math/big"
	"testing"
)

func TestWholeNumber(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text    string
		rule    WholeNumber
		want    int64
		wantErr string
	}{
		{"0", WholeNumber{0, 9}, 0, ""},
		{"9", WholeNumber{0, 9}, 9, ""},
		{"-1", WholeNumber{-1, math.MaxInt64}, -1, ""},
		{"9223372036854775807", WholeNumber{-1, math.MaxInt64}, math.MaxInt64, ""},
		{"10", WholeNumber{0, 9}, 0, "must be a whole number from 0 to 9, but is 10"},
		{"-1", WholeNumber{0, 9}, 0, "must be a whole number from 0 to 9, but is -1"},
		{"1.5", WholeNumber{0, 9}, 0, "must be a whole number from 0 to 9, but is 1.5"},
		{"1e30", WholeNumber{0, math.MaxInt64}, 0, "must be a whole number, 0 or more, but is 1e+30"},
	} {
		t.Run(fmt.Sprint(test.text, " in ", test.rule), func(t *testing.T) {
			f, _, err := big.ParseFloat(test.text, 10, 512, big.ToNearestEven)
			if err != nil {
				t.Fatal(err)
			}
			got, err := test.rule.Check(f)
			message := ""
			if err != nil {
				message = err.Error()
			}
			if got != test.want || message != test.wantErr {
				t.Errorf("got %d and error %q, want %d and %q", got, message, test.want, test.wantErr)
			}
		})
	}
}
