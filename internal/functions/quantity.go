// Package functions holds the provider's functions: the quantities of an app
// manifest as the numbers that the API wants.
package functions

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// Units is the list of units as messages name it.
const Units = "B, K, KB, M, MB, G, GB, T or TB"

// maxLength bounds what is parsed: no quantity needs more, and the time for a
// number grows with the square of its length.
const maxLength = 64

const bytesPerMegabyte = 1 << 20

// exponents has the power of two that each unit stands for. Manifests know
// binary multiples only: K and KB are both 1024 bytes.
var exponents = map[string]uint{
	"B": 0,
	"K": 10, "KB": 10,
	"M": 20, "MB": 20,
	"G": 30, "GB": 30,
	"T": 40, "TB": 40,
}

// ParseMegabytes turns a quantity of a manifest, such as "1G" or "512MB", into
// megabytes (of 1024 × 1024 bytes). A quantity that is no whole number of
// megabytes is an error: rounded, an app would get another limit than the one
// that was written.
func ParseMegabytes(quantity string) (int64, error) {
	n, err := parse(quantity)
	if err != nil {
		return 0, err
	}
	megabytes, rest := new(big.Int).QuoRem(n, big.NewInt(bytesPerMegabyte), new(big.Int))
	if rest.Sign() != 0 {
		return 0, fmt.Errorf("%q is not a whole number of megabytes (1M is %d bytes)", quantity, bytesPerMegabyte)
	}
	return toInt64(quantity, megabytes)
}

// ParseBytes turns a quantity of a manifest, such as "16K", into bytes. As in
// a manifest's log rate limit, "-1" (no limit) and "0" stand without a unit.
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

// parse gives the bytes of a whole number with a unit. It takes what the cf
// CLI and Korifi take; Cloud Controller would also take a fraction, and drop
// what does not make a whole number.
func parse(quantity string) (*big.Int, error) {
	text := strings.ToUpper(strings.TrimSpace(quantity))
	switch {
	case text == "":
		return nil, errors.New("a quantity is a whole number with a unit (" + Units + "), like 512M; this one is empty")
	case len(text) > maxLength:
		return nil, fmt.Errorf("a quantity is a whole number with a unit (%s), like 512M; this one has %d characters", Units, len(text))
	case text[0] == '-':
		return nil, fmt.Errorf("%q is negative; a quantity is a whole number with a unit (%s), like 512M", quantity, Units)
	}

	end := 0
	for end < len(text) && text[end] >= '0' && text[end] <= '9' {
		end++
	}
	digits, unit := text[:end], text[end:]
	if digits == "" {
		return nil, fmt.Errorf("%q does not begin with a whole number; a quantity is a whole number with a unit (%s), like 512M", quantity, Units)
	}
	if unit == "" {
		return nil, fmt.Errorf("%q has no unit: add one of %s", quantity, Units)
	}
	if unit[0] == '.' || unit[0] == ',' {
		return nil, fmt.Errorf("%q is not a whole number: use a smaller unit instead of a fraction, like 1536M for one and a half gigabytes", quantity)
	}
	exponent, known := exponents[unit]
	if !known {
		return nil, fmt.Errorf("%q has the unknown unit %q: use %s, right behind the number", quantity, strings.TrimSpace(quantity)[end:], Units)
	}

	n, ok := new(big.Int).SetString(digits, 10)
	if !ok {
		return nil, fmt.Errorf("%q does not begin with a whole number", quantity)
	}
	return n.Lsh(n, exponent), nil
}

func toInt64(quantity string, n *big.Int) (int64, error) {
	if !n.IsInt64() {
		return 0, fmt.Errorf("%q is too large: the API's numbers end at 9223372036854775807", quantity)
	}
	return n.Int64(), nil
}
