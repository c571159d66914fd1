// Package functions has the provider's functions. They convert the quantities of
// an app manifest to the numbers that the API takes.
package functions

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// Units lists the units as error messages name them.
const Units = "B, K, KB, KiB, M, MB, MiB, G, GB, GiB, T, TB or TiB"

// format describes a quantity in error messages.
const format = "a quantity is a whole number and a unit (" + Units + "), such as 512M"

// maxLength bounds the length of a quantity: the time that it takes to parse a
// number grows with the square of its length.
const maxLength = 64

const bytesPerMegabyte = 1 << 20

// exponents maps a unit in capital letters to its power of two. All multiples
// are binary, as in the cf CLI, Cloud Controller and Korifi: K, KB and KiB are
// all 1024 bytes.
var exponents = map[string]uint{
	"B": 0,
	"K": 10, "KB": 10, "KIB": 10,
	"M": 20, "MB": 20, "MIB": 20,
	"G": 30, "GB": 30, "GIB": 30,
	"T": 40, "TB": 40, "TIB": 40,
}

// ParseMegabytes converts a quantity of a manifest, such as "1G" or "512MB", to
// megabytes (of 1024 × 1024 bytes). A quantity that is not a whole number of
// megabytes is an error: rounding would set a limit that the configuration does not
// have. The error does not end with a full stop: Terraform adds one.
func ParseMegabytes(quantity string) (int64, error) {
	n, err := parse(quantity)
	if err != nil {
		return 0, err
	}
	megabytes, rest := new(big.Int).QuoRem(n, big.NewInt(bytesPerMegabyte), new(big.Int))
	if rest.Sign() != 0 {
		return 0, fmt.Errorf("%q is not a whole number of megabytes (1M is %d bytes); the function does not round", quantity, bytesPerMegabyte)
	}
	return toInt64(quantity, megabytes)
}

// ParseBytes converts a quantity of a manifest, such as "16K", to bytes. "-1" (no
// limit) and "0" need no unit, as in a manifest's log rate limit. The error has
// no full stop at its end: Terraform adds one.
func ParseBytes(quantity string) (int64, error) {
	switch strings.TrimSpace(quantity) {
	case "-1":
		return -1, nil
	case "0":
		return 0, nil
	}
	n, err := parse(quantity)
	if err != nil {
		return 0, err
	}
	return toInt64(quantity, n)
}

// parse returns the number of bytes. It accepts whole numbers only, like the cf
// CLI and Korifi. Cloud Controller also accepts a fraction, and cuts off the part
// that is not a whole number.
func parse(quantity string) (*big.Int, error) {
	quantity = strings.TrimSpace(quantity)
	switch {
	case quantity == "":
		return nil, errors.New("it is empty; " + format)
	case len(quantity) > maxLength:
		return nil, fmt.Errorf("it has %d characters; %s", len(quantity), format)
	case quantity[0] == '-':
		return nil, fmt.Errorf("%q is negative; %s", quantity, format)
	}

	end := strings.IndexFunc(quantity, func(c rune) bool { return c < '0' || c > '9' })
	if end < 0 {
		return nil, fmt.Errorf("%q has no unit; add one of %s", quantity, Units)
	}
	digits, unit := quantity[:end], quantity[end:]
	if digits == "" {
		return nil, fmt.Errorf("%q does not begin with a whole number; %s", quantity, format)
	}
	if unit[0] == '.' || unit[0] == ',' {
		return nil, fmt.Errorf("%q is not a whole number; use a smaller unit instead of a fraction, such as 1536M instead of 1.5G", quantity)
	}
	exponent, known := exponents[strings.ToUpper(unit)]
	if !known {
		return nil, fmt.Errorf("%q has the unknown unit %q; use %s, directly after the number", quantity, unit, Units)
	}

	n, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return nil, fmt.Errorf("%q does not begin with a whole number", quantity)
	}
	return n.Lsh(n, exponent), nil
}

func toInt64(quantity string, n *big.Int) (int64, error) {
	if !n.IsInt64() {
		return 0, fmt.Errorf("%q is too large; the API takes numbers up to 9223372036854775807", quantity)
	}
	return n.Int64(), nil
}
