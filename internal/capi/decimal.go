package capi

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"strconv"
	"strings"

	"github.com/cf-process/terraform-provider-cf/internal/redact"
)

// Decimal is a JSON number with all its digits: a float64 would change some.
type Decimal struct{ text string }

// decimalPrecision is the precision in bits that Terraform reads numbers with.
const decimalPrecision = 512

// UnmarshalJSON accepts only a JSON number.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	text := string(b)
	if text == "null" {
		return nil
	}
	other := ""
	switch text[0] {
	case '"':
		other = "string"
	case '{':
		other = "object"
	case '[':
		other = "array"
	case 't', 'f':
		other = "bool"
	}
	if other != "" {
		return &json.UnmarshalTypeError{Value: other, Type: reflect.TypeFor[Decimal]()}
	}
	if _, err := parseDecimal(text); err != nil {
		return &json.UnmarshalTypeError{Value: "number " + redact.Clean(text, 40), Type: reflect.TypeFor[Decimal]()}
	}
	d.text = text
	return nil
}

// BigFloat is the number as Terraform would read it from a configuration.
func (d Decimal) BigFloat() *big.Float {
	f, err := parseDecimal(d.text)
	if err != nil {
		return new(big.Float)
	}
	return f
}

// String is the number as the API wrote it.
func (d Decimal) String() string { return d.text }

// Bounds of a Decimal, far beyond those of any float64. big.Float itself has
// none: 1e99999999 would keep it busy for minutes.
const (
	maxDecimalLength   = 800
	maxDecimalExponent = 400
)

func parseDecimal(text string) (*big.Float, error) {
	if len(text) > maxDecimalLength {
		return nil, fmt.Errorf("a number of %d digits", len(text))
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		exponent, err := strconv.Atoi(text[i+1:])
		if err != nil || exponent > maxDecimalExponent || exponent < -maxDecimalExponent {
			return nil, fmt.Errorf("%q is out of range", text)
		}
	}
	f, _, err := big.ParseFloat(text, 10, decimalPrecision, big.ToNearestEven)
	if err != nil {
		return nil, fmt.Errorf("%q is not a number: %w", text, err)
	}
	return f, nil
}
